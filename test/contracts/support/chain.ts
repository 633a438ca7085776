import hre from "hardhat";
import { ZeroAddress, type Provider, type Signer } from "ethers";
import { wordToHexBE, type Hex } from "../../../src/algebra/hex.js";
import { DriftRegistryClient } from "../../../src/registry/client.js";
import { deployContract, type DeployableContract } from "../../../src/registry/deploy.js";
import { g2Words, type RouteOfTier } from "../../../src/registry/encode.js";
import { TIER_NAMES, TIERS } from "../../../src/protocol/tiers.js";
import { knownTauSrs } from "../../unit/argument/mercury/known-tau.js";
import type { Place } from "./world.js";

/** An in-process chain with two accounts. */
export interface Chain {
  readonly provider: Provider;
  readonly publisher: Signer;
  readonly stranger: Signer;
  readonly chainId: bigint;
  close(): Promise<void>;
}

/** Builds the contracts if they changed, and starts a fresh chain. */
export async function startChain(): Promise<Chain> {
  await hre.tasks.getTask("build").run({ quiet: true });
  const connection = await hre.network.create();
  const [publisher, stranger] = await connection.ethers.getSigners();
  if (publisher === undefined || stranger === undefined) throw new Error("the chain has no accounts");
  const provider = connection.ethers.provider as unknown as Provider;
  const { chainId } = await connection.ethers.provider.getNetwork();
  return { provider, publisher, stranger, chainId, close: () => connection.close() };
}

/** A contract of the project, compiled. */
export async function artifact(name: string): Promise<DeployableContract> {
  return hre.artifacts.readArtifact(name);
}

/** Constructor arguments of a registry over the test SRS. */
export function registryArguments(tierVerifiers: readonly { tierId: number; verifier: Hex }[]): unknown[] {
  const { srs } = knownTauSrs("contracts");
  return [ZeroAddress, tierVerifiers, { tau1: srs.tau1, blindingBase: srs.blindingBase, tau2: g2Words(srs.tau2) }];
}

export interface TestRegistry {
  readonly client: DriftRegistryClient;
  /** The one verifier of all tiers. */
  readonly verifier: Hex;
  readonly place: Place;
  /** The verifying key of each tier. */
  readonly routeOf: RouteOfTier;
}

/** Deploys a registry whose tiers all have the given verifier, by default the mock that accepts everything. */
export async function deployTestRegistry(chain: Chain, contract?: DeployableContract): Promise<TestRegistry> {
  const mock = { ...(await artifact("MockGroth16Verifier")), args: [someWord(77)] };
  const verifier = await deployContract(chain.publisher, contract ?? mock);
  const tierVerifiers = TIER_NAMES.filter((name) => name !== "large").map((name) => ({
    tierId: TIERS[name].id,
    verifier: verifier.address,
  }));
  const registry = await deployContract(
    chain.publisher,
    await artifact("DriftRegistry"),
    registryArguments(tierVerifiers),
  );
  const client = new DriftRegistryClient(registry.address, chain.provider);
  const routes = new Map<number, Hex>();
  for (const { tierId } of tierVerifiers) {
    const [route] = await client.routesOf({ id: tierId });
    routes.set(tierId, route?.routeId ?? someWord(0));
  }
  return {
    client,
    routeOf: (tierId) => routes.get(tierId) ?? someWord(0),
    verifier: verifier.address,
    place: {
      chainId: chain.chainId,
      registry: registry.address,
      publisher: (await chain.publisher.getAddress()).toLowerCase() as Hex,
    },
  };
}

/** 32 bytes for ids that nobody has registered. */
export const someWord = (n: number): Hex => wordToHexBE(BigInt(n));
