/**
 * Deploys a registry and records it in deployments/<chainId>.json. `npm run deploy -- --help` explains it.
 */
import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError, Option, program } from "commander";
import { formatEther, getCreateAddress, ZeroAddress, type Provider } from "ethers";
import { parseChainId } from "../src/cli/commands/deploy.js";
import type { Hex } from "../src/algebra/hex.js";
import { FtiError, InputError, RegistryError } from "../src/errors/errors.js";
import { assertDeployable } from "../src/node/deployable.js";
import { writeDeployment, type Deployment } from "../src/node/deployments.js";
import { openSetup, type Setup } from "../src/node/open-setup.js";
import { TIER_NAMES, type TierName } from "../src/protocol/tiers.js";
import { DriftRegistryClient } from "../src/registry/client.js";
import { g2Words } from "../src/registry/points.js";
import { routeId, verifyingKeyArgument, verifyingKeyHash } from "../src/registry/verifying-key.js";
import { driftRegistryModule, type RegistryModuleInput } from "../ignition/modules/DriftRegistry.js";

interface Options {
  readonly network: string;
  readonly tier: readonly TierName[];
  readonly artifacts?: string;
  readonly owner: string;
  readonly allowInsecure: boolean;
  readonly confirmChain?: bigint;
  readonly out: string;
  readonly journal: boolean;
  readonly verify: boolean;
}

program
  .name("npm run deploy --")
  .description(
    "Deploys verifiers and a drift registry with Hardhat Ignition, checks what was deployed, and records addresses, " +
      "digests of the keys and the block in deployments/<chainId>.json. Interrupted deployments are resumed.\n\n" +
      "Networks: sepolia, hoodi, baseSepolia, or rpc for any other. Their addresses and the deployer's key come from " +
      "Hardhat's keystore (npx hardhat keystore set SEPOLIA_RPC_URL; … FTI_DEPLOYER_KEY) or the environment; with " +
      "FTI_SIGNER=remote the RPC node's accounts sign. Setups are made by fti setup.",
  )
  .requiredOption("--network <name>", "network of hardhat.config.ts")
  .addOption(
    new Option("--tier <tier…>", "tiers with a verifier")
      .makeOptionMandatory()
      .choices(TIER_NAMES)
      .argParser((value: string, previous: readonly string[] | undefined) => {
        if (!(TIER_NAMES as readonly string[]).includes(value)) throw new InvalidArgumentError("No such tier.");
        return [...(previous ?? []), value];
      }),
  )
  .option("--artifacts <directory>", "store of the setups")
  .option("--owner <address>", "account that can add and freeze verifying keys later (default: nobody)", ZeroAddress)
  .option("--allow-insecure", "accept development keys on a public chain, with --confirm-chain", false)
  .addOption(new Option("--confirm-chain <id>", "the chain's id, to confirm --allow-insecure").argParser(parseChainId))
  .option("--out <directory>", "where the record goes", "deployments")
  .option("--no-journal", "keep no Ignition journal: an interrupted deployment cannot be resumed")
  .option("--verify", "verify the sources afterwards (Etherscan key in the keystore: ETHERSCAN_API_KEY)", false)
  .addHelpText("after", "\nExample:\n  npm run deploy -- --network sepolia --tier medium")
  // As fti has it: bad input is 2.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();

// Hardhat's own tasks, as that of --verify, take the network from here.
process.env["HARDHAT_NETWORK"] = program.opts<Options>().network;
const { default: hre } = await import("hardhat");

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

try {
  await deploy(program.opts<Options>());
  process.exit(0);
} catch (error) {
  const failure = error instanceof Error ? error : new Error(String(error));
  say(`error: ${failure.message}`);
  process.exit(failure instanceof FtiError ? failure.exitCode : 3);
}

async function deploy(options: Options): Promise<void> {
  if (!/^0x[0-9a-fA-F]{40}$/u.test(options.owner)) throw new InputError(`--owner ${options.owner} is not an address`);
  const setups: Setup[] = [];
  for (const tier of new Set(options.tier)) {
    const where = options.artifacts === undefined ? {} : { root: options.artifacts };
    setups.push(await openSetup(tier, where));
  }
  await hre.tasks.getTask("build").run({ quiet: true });
  const connection = await hre.network.create(options.network);
  const { ethers, ignition } = connection;
  const [signer] = await ethers.getSigners();
  if (signer === undefined) {
    throw new InputError(`network ${options.network} has no account to sign with`, {
      remedy: "Set FTI_DEPLOYER_KEY in the keystore, or FTI_SIGNER=remote.",
    });
  }
  const { chainId } = await ethers.provider.getNetwork();
  const { allowInsecure, confirmChain } = options;
  assertDeployable(setups, chainId, { allowInsecure, confirmedChain: confirmChain });

  const balance = await ethers.provider.getBalance(signer.address);
  say(
    `Deploying to ${options.network} (chain ${chainId}) from ${signer.address}, which has ${formatEther(balance)} ETH`,
  );
  for (const { tier, artifacts } of setups) say(`  tier ${tier.name}${artifacts.insecure ? ", INSECURE keys" : ""}`);
  say(options.owner === ZeroAddress ? "  no owner: the keys are fixed for good" : `  owner ${options.owner}`);

  const before = await ethers.provider.getBlockNumber();
  // Ignition always keeps a journal. One that is not wanted has a name that no other run takes up, and is removed.
  const deploymentId = options.journal ? `chain-${chainId}` : `unkept-${randomUUID()}`;
  const deployed = await ignition
    .deploy(driftRegistryModule(moduleInput(setups, options.owner)), { deploymentId })
    .finally(async () => {
      if (options.journal) return;
      await rm(join(hre.config.paths.ignition, "deployments", deploymentId), { recursive: true, force: true });
    });
  const registry = (await deployed.registry.getAddress()).toLowerCase() as Hex;
  const record = await checked(setups, registry, ethers.provider, {
    network: options.network,
    chainId: Number(chainId),
    deployer: signer.address.toLowerCase() as Hex,
    owner: options.owner.toLowerCase() as Hex,
    before,
  });
  const path = resolve(fileURLToPath(new URL("..", import.meta.url)), options.out, `${chainId}.json`);
  await mkdir(dirname(path), { recursive: true });
  await writeDeployment(path, record);
  say(`Registry ${registry} since block ${record.block}`);
  for (const route of record.routes) say(`  tier ${route.tier}: route ${route.routeId}, verifier ${route.verifier}`);
  if (options.verify) await verifySources(record, setups);
  process.stdout.write(`${registry}\n`);
}

function moduleInput(setups: readonly Setup[], owner: string): RegistryModuleInput {
  const [first] = setups as [Setup];
  const { tau1, blindingBase, tau2 } = first.srs;
  return {
    owner,
    tiers: setups.map(({ tier, proving }) => ({
      tierId: tier.id,
      name: tier.name,
      verifyingKey: verifyingKeyArgument(proving.verifyingKey),
    })),
    srs: { tau1, blindingBase, tau2: g2Words(tau2) },
  };
}

/** What was deployed is what was meant: the SRS, the keys and the block are asked of the chain. */
async function checked(
  setups: readonly Setup[],
  registry: Hex,
  provider: Provider,
  facts: Pick<Deployment, "network" | "chainId" | "deployer" | "owner"> & { readonly before: number },
): Promise<Deployment> {
  const { before, ...known } = facts;
  const client = new DriftRegistryClient(registry, provider);
  const [first] = setups as [Setup];
  if ((await client.srsId()) !== first.anchors.srsId) throw new RegistryError("the registry has another SRS");
  const routes: Deployment["routes"] = [];
  for (const { tier, proving } of setups) {
    const expected = routeId(tier, proving.verifyingKey);
    const route = (await client.routesOf(tier)).find((each) => each.routeId === expected);
    if (route === undefined) throw new RegistryError(`the registry has another verifying key of tier ${tier.name}`);
    routes.push({
      tier: tier.name,
      routeId: expected,
      verifyingKeyHash: verifyingKeyHash(proving.verifyingKey),
      verifier: route.verifier,
    });
  }
  return {
    version: 1,
    ...known,
    registry,
    block: await firstBlock(provider, registry, before),
    srsId: first.anchors.srsId,
    insecure: setups.some(({ artifacts }) => artifacts.insecure),
    routes,
  };
}

/** A block from which on the registry has logs: its first one, where the node still knows the state of that time. */
async function firstBlock(provider: Provider, registry: Hex, before: number): Promise<number> {
  const existed = async (block: number): Promise<boolean> => {
    // Nodes forget old state. Too early a block makes searches longer, too late a one makes them wrong.
    const code = await provider.getCode(registry, block).catch(() => undefined);
    return code !== "0x";
  };
  let low = (await existed(before)) ? 0 : before;
  let high = await provider.getBlockNumber();
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await existed(middle)) high = middle;
    else low = middle;
  }
  return high;
}

async function verifySources(record: Deployment, setups: readonly Setup[]): Promise<void> {
  const { verifyContract } = await import("@nomicfoundation/hardhat-verify/verify");
  const { owner, srs } = moduleInput(setups, record.owner);
  const verifiers = setups.map(({ tier, proving }) => {
    const route = record.routes.find((each) => each.tier === tier.name);
    return { tierId: tier.id, verifier: route?.verifier, key: verifyingKeyArgument(proving.verifyingKey) };
  });
  for (const { verifier, key } of verifiers) {
    await verifyContract({ address: verifier ?? "", constructorArgs: [key] }, hre);
  }
  const tiers = verifiers.map(({ tierId, verifier }) => ({ tierId, verifier }));
  await verifyContract({ address: record.registry, constructorArgs: [owner, tiers, srs] }, hre);
  // What the registry's constructor creates.
  await verifyContract({ address: getCreateAddress({ from: record.registry, nonce: 1 }) }, hre);
}
