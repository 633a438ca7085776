import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { UnavailableError } from "../errors/errors.js";
import type { DeployableContract } from "../registry/deploy.js";
import { compileGroth16Verifier, compileRegistry } from "./compile-solidity.js";
import type { Setup } from "./open-setup.js";

const PACKAGE_ROOT = fileURLToPath(new URL("../..", import.meta.url));

let registryContract: DeployableContract | undefined;

/** The registry, compiled from this package's sources: about twenty seconds, once a process. */
export function loadRegistryContract(): DeployableContract {
  registryContract ??= compileRegistry(PACKAGE_ROOT);
  return registryContract;
}

/** The Groth16 verifier of a setup, compiled from the source that snarkjs exported for its key. */
export async function loadVerifierContract({ artifacts }: Setup): Promise<DeployableContract> {
  const path = artifacts.paths.verifierSource;
  const source = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UnavailableError(`${path}: cannot be read`, { remedy: "Check the file's permissions.", cause });
  });
  return compileGroth16Verifier(source);
}
