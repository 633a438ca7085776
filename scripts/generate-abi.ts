/**
 * Writes the registry's ABI for users of the library, who have no Solidity sources.
 *
 *   tsx scripts/generate-abi.ts            write src/registry/abi.ts
 *   tsx scripts/generate-abi.ts --check    write nothing; exit 1 when the file differs
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { compileRegistry } from "../src/node/compile-solidity.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PATH = "src/registry/abi.ts";

function abiModule(): string {
  const { abi } = compileRegistry(ROOT, { abiOnly: true });
  const lines = (abi as readonly unknown[]).map((entry) => `  ${JSON.stringify(stripped(entry))},\n`);
  return `// Generated from contracts/DriftRegistry.sol by scripts/generate-abi.ts. Do not edit.

/** The registry's ABI, custom errors of its libraries included. Types of calls and events are derived from it. */
export const DRIFT_REGISTRY_ABI = [
${lines.join("")}] as const;
`;
}

/** Without the compiler's names of types, which nobody reads. */
function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([name]) => name !== "internalType" && name !== "anonymous");
  return Object.fromEntries(fields.map(([name, field]) => [name, stripped(field)]));
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
