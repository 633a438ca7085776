import { fileURLToPath } from "node:url";
import type { DeployableContract } from "../registry/deploy.js";
import { verifyingKeyArgument } from "../registry/verifying-key.js";
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

/** The Groth16 verifier with a setup's verifying key as its argument. */
export function loadVerifierContract({ proving: { verifyingKey } }: Setup): Promise<DeployableContract> {
  verifierContract ??= compileContract(PACKAGE_ROOT, "Groth16Verifier");
  return Promise.resolve({ ...verifierContract, args: [verifyingKeyArgument(verifyingKey)] });
}
