/**
 * Writes the registry's ABI for users of the library, who have no Solidity sources.
 *
 *   tsx scripts/generate-abi.ts            write src/registry/abi.ts
 *   tsx scripts/generate-abi.ts --check    write nothing; exit 1 when the file differs
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Interface } from "ethers";
import { compileRegistry } from "../src/node/compile-solidity.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PATH = "src/registry/abi.ts";

function abiModule(): string {
  const { abi } = compileRegistry(ROOT, { abiOnly: true });
  const lines = new Interface(JSON.stringify(abi)).format().map((line) => `  ${JSON.stringify(line)},\n`);
  return `// Generated from contracts/DriftRegistry.sol by scripts/generate-abi.ts. Do not edit.

/** The registry's ABI in ethers' human-readable form, custom errors of its libraries included. */
export const DRIFT_REGISTRY_ABI = [
${lines.join("")}] as const;
`;
}

const text = abiModule();
const existing = await readFile(`${ROOT}${PATH}`, "utf8").catch(() => undefined);
if (existing === text) {
  process.exitCode = 0;
} else if (process.argv.includes("--check")) {
  console.error(`${PATH} differs from the contract: run npm run gen`);
  process.exitCode = 1;
} else {
  await writeFile(`${ROOT}${PATH}`, text);
  console.log(`wrote ${PATH}`);
}
