import { fileURLToPath } from "node:url";
import { compileRegistry } from "./compile-solidity.js";
import type { GeneratedFiles } from "./generated-files.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The registry's ABI for users of the library, who have no Solidity sources. */
export function abiFiles(): GeneratedFiles {
  return new Map([["src/registry/abi.ts", abiModule()]]);
}

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
