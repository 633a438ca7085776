import { ContractFactory, ZeroAddress, type InterfaceAbi, type Signer } from "ethers";
import type { Hex } from "../algebra/hex.js";
import { RegistryError } from "../errors/errors.js";
import { assertSrs, type Srs } from "../argument/kzg/srs.js";
import type { Tier } from "../protocol/tiers.js";
import { g2Words } from "./points.js";
import { decodeRegistryFailure } from "./revert.js";

/** A compiled contract. Which compiler made it is the caller's business. */
export interface DeployableContract {
  readonly abi: unknown;
  readonly bytecode: string;
  /** Arguments of its constructor, where they belong to it. */
  readonly args?: readonly unknown[];
}

export interface RegistryDeployment {
  readonly registry: DeployableContract;
  /** Groth16 verifiers by tier, as contracts to be deployed. */
  readonly verifiers: readonly { readonly tier: Tier; readonly contract: DeployableContract }[];
  readonly srs: Pick<Srs, "tau1" | "tau2" | "blindingBase">;
  /** Who may add and freeze verifying keys later; nobody by default. */
  readonly owner?: Hex | undefined;
}

/** A deployed contract and what that cost. */
export interface DeployedContract {
  readonly address: Hex;
  readonly gasUsed: bigint;
}

export interface DeployedRegistry extends DeployedContract {
  readonly verifiers: readonly (DeployedContract & { readonly tier: Tier })[];
}

/** Deploys one contract and waits for it. Throws `RegistryError` or `UnavailableError`. */
export async function deployContract(
  signer: Signer,
  contract: DeployableContract,
  args: readonly unknown[] = contract.args ?? [],
): Promise<DeployedContract> {
  try {
    const factory = new ContractFactory(contract.abi as InterfaceAbi, contract.bytecode, signer);
    const deployed = await factory.deploy(...args);
    const receipt = await deployed.deploymentTransaction()?.wait();
    if (typeof receipt?.contractAddress !== "string") throw new RegistryError("the deployment was not included");
    return { address: receipt.contractAddress.toLowerCase() as Hex, gasUsed: receipt.gasUsed };
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}

/** Deploys the tiers' verifiers and a registry that uses them. The SRS is checked first. */
export async function deployRegistry(signer: Signer, deployment: RegistryDeployment): Promise<DeployedRegistry> {
  const { registry, srs } = deployment;
  assertSrs(srs);
  const verifiers: DeployedRegistry["verifiers"][number][] = [];
  for (const { tier, contract } of deployment.verifiers) {
    verifiers.push({ tier, ...(await deployContract(signer, contract)) });
  }
  const deployed = await deployContract(signer, registry, [
    deployment.owner ?? ZeroAddress,
    verifiers.map(({ tier, address }) => ({ tierId: tier.id, verifier: address })),
    { tau1: srs.tau1, blindingBase: srs.blindingBase, tau2: g2Words(srs.tau2) },
  ]);
  return { ...deployed, verifiers };
}
