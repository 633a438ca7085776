/**
 * Compiles what is deployed, the registry and the Groth16 verifier, to `dist/contracts/<name>.json`: ABI and creation code.
 * Does nothing if they are there and their sources have not changed.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { contractPath, contractSourcesDigest, type CompiledContract } from "../src/node/registry-contracts.js";
import { readCommandLine } from "./command-line.js";
import { compileContract } from "./compile-solidity.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

readCommandLine({
  command: "npx tsx scripts/build-contracts.ts",
  does:
    "Compiles the registry and the Groth16 verifier to dist/contracts/*.json (ABI and creation code),\n" +
    "unless they are there and their sources have not changed. npm ci does that, and npm run build.",
  options: {},
  example: "npx tsx scripts/build-contracts.ts",
});

const sourcesDigest = contractSourcesDigest();
for (const contractName of ["DriftRegistry", "Groth16Verifier"]) {
  const path = contractPath(contractName);
  if ((await digestOf(path)) === sourcesDigest) continue;
  const { abi, bytecode } = compileContract(ROOT, contractName);
  const compiled = { contractName, sourcesDigest, abi, bytecode };
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, `${JSON.stringify(compiled)}\n`);
  await rename(`${path}.part`, path);
  console.error(`contracts: ${contractName} ${String(bytecode.length / 2 - 1)} bytes`);
}

/** Of the sources that a compiled contract was made from, or undefined. */
async function digestOf(path: string): Promise<string | undefined> {
  try {
    return (JSON.parse(await readFile(path, "utf8")) as CompiledContract).sourcesDigest;
  } catch {
    return undefined;
  }
}
