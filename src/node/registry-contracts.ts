import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ArtifactError } from "../errors/errors.js";
import type { DeployableContract } from "../registry/deploy.js";
import { verifyingKeyArgument } from "../registry/verifying-key.js";
import type { Setup } from "./open-setup.js";

const PACKAGE_ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Whether the TypeScript sources run: then a contract may have been edited since it was compiled. */
const isSource = import.meta.url.endsWith(".ts");

const contractSchema = z.object({
  contractName: z.string(),
  /** SHA-256 of the Solidity sources that it was compiled from. */
  sourcesDigest: z.string(),
  abi: z.array(z.record(z.string(), z.unknown())),
  bytecode: z.string().regex(/^0x[0-9a-f]+$/u),
});

/** A contract as `scripts/build-contracts.ts` writes it to `dist/contracts/`. */
export type CompiledContract = z.infer<typeof contractSchema>;

/** The registry. Throws `ArtifactError` if it was not compiled, or its sources have changed since. */
export function loadRegistryContract(): DeployableContract {
  return loadContract("DriftRegistry");
}

/** The Groth16 verifier with a setup's verifying key as its argument. Throws as `loadRegistryContract`. */
export function loadVerifierContract({ proving: { verifyingKey } }: Setup): Promise<DeployableContract> {
  return Promise.resolve({ ...loadContract("Groth16Verifier"), args: [verifyingKeyArgument(verifyingKey)] });
}

/** Where a compiled contract lies in a package or clone. */
export function contractPath(contractName: string): string {
  return join(PACKAGE_ROOT, "dist", "contracts", `${contractName}.json`);
}

/** SHA-256 (64 hex digits) of all Solidity sources of `contracts/`, by their paths. */
export function contractSourcesDigest(): string {
  const folder = join(PACKAGE_ROOT, "contracts");
  const hash = createHash("sha256");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sol"))
    .map((name) => name.replaceAll("\\", "/"));
  for (const name of names.sort()) hash.update(`${name}\n${readFileSync(join(folder, name), "utf8")}\n`);
  return hash.digest("hex");
}

function loadContract(contractName: string): DeployableContract {
  const path = contractPath(contractName);
  const remedy = "Run npm run build, which compiles the contracts.";
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new ArtifactError(path, "the compiled contract is missing or damaged", { remedy, cause });
  }
  const { sourcesDigest, abi, bytecode } = contractSchema.parse(json);
  if (isSource && sourcesDigest !== contractSourcesDigest()) {
    throw new ArtifactError(path, "was compiled from other sources than those of contracts/", { remedy });
  }
  return { abi, bytecode };
}
