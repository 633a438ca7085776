import { fileURLToPath } from "node:url";
import { InputError } from "../errors/errors.js";
import type { DeployableContract } from "../registry/deploy.js";
import { lacksContribution, verifyingKeyArgument } from "../registry/verifying-key.js";
import { compileContract, compileRegistry } from "./compile-solidity.js";
import type { Setup } from "./open-setup.js";

const PACKAGE_ROOT = fileURLToPath(new URL("../..", import.meta.url));

let registryContract: DeployableContract | undefined;
let verifierContract: DeployableContract | undefined;

/** The registry, compiled from this package's sources: about twenty seconds, once a process. */
export function loadRegistryContract(): DeployableContract {
  registryContract ??= compileRegistry(PACKAGE_ROOT);
  return registryContract;
}

/**
 * The Groth16 verifier with a setup's verifying key as its argument. Throws `InputError` for a key that has had no
 * contribution and is not a development one: everybody can make proofs of anything for it.
 */
export function loadVerifierContract({ artifacts, proving, tier }: Setup): Promise<DeployableContract> {
  const { verifyingKey } = proving;
  if (lacksContribution(verifyingKey) && !artifacts.insecure) {
    throw new InputError(`the verifying key of tier ${tier.name} has γ = δ: phase 2 has no contribution`, {
      remedy: "Finish the ceremony (fti setup --ptau) before deploying.",
    });
  }
  verifierContract ??= compileContract(PACKAGE_ROOT, "Groth16Verifier");
  return Promise.resolve({ ...verifierContract, args: [verifyingKeyArgument(verifyingKey)] });
}
