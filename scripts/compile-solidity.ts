import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import solc from "solc";
import { z } from "zod";
import { ArtifactError } from "../src/errors/errors.js";
import type { Hex } from "../src/algebra/hex.js";

/** A compiled contract, ready to be deployed. */
export interface ContractArtifact {
  /** JSON ABI. */
  readonly abi: readonly Readonly<Record<string, unknown>>[];
  /** Creation code, without constructor arguments. */
  readonly bytecode: Hex;
}

export interface SolidityCompilation {
  /** Source text by path; imports are resolved against these first. */
  readonly sources: Readonly<Record<string, string>>;
  /** Path and name of the contract that is wanted. */
  readonly path: string;
  readonly contractName: string;
  /** Folder against which relative project imports are read, and whose node_modules hold packages. */
  readonly root?: string;
  /** Leaves out the code generation; `bytecode` is then `0x`. */
  readonly abiOnly?: boolean;
}

const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).optional(),
  contracts: z
    .record(
      z.string(),
      z.record(
        z.string(),
        z.object({
          abi: z.array(z.record(z.string(), z.unknown())),
          evm: z.object({ bytecode: z.object({ object: z.string().regex(/^[0-9a-f]*$/) }) }).optional(),
        }),
      ),
    )
    .optional(),
});

/**
 * Compiles one contract with the npm `solc`, with the settings of `hardhat.config.ts`. Downloads nothing. Blocks:
 * about a second for a Groth16 verifier, twenty for the registry.
 * Throws `ArtifactError` with the compiler's message.
 */
export function compileSolidity(compilation: SolidityCompilation): ContractArtifact {
  const { sources, path, contractName, root, abiOnly = false } = compilation;
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }])),
    settings: {
      optimizer: { enabled: true, runs: 200 },
      viaIR: true,
      evmVersion: "cancun",
      metadata: { appendCBOR: false },
      outputSelection: { [path]: { [contractName]: abiOnly ? ["abi"] : ["abi", "evm.bytecode.object"] } },
    },
  };
  const output = outputSchema.parse(
    JSON.parse(solc.compile(JSON.stringify(input), { import: (name) => readImport(name, root) })),
  );
  const failure = output.errors?.find(({ severity }) => severity === "error");
  if (failure !== undefined) throw new ArtifactError(path, failure.formattedMessage.trim());
  const contract = output.contracts?.[path]?.[contractName];
  if (contract === undefined) throw new ArtifactError(path, `has no contract ${contractName}`);
  return { abi: contract.abi, bytecode: `0x${contract.evm?.bytecode.object ?? ""}` };
}

/** Compiles a contract of the project from the sources under `root`. */
export function compileContract(
  root: string,
  contractName: string,
  options: { abiOnly?: boolean } = {},
): ContractArtifact {
  const path = `contracts/${contractName}.sol`;
  const sources = { [path]: readFileSync(join(root, path), "utf8") };
  return compileSolidity({ sources, path, contractName, root, ...options });
}

/** Compiles the registry from the project's sources under `root`. */
export function compileRegistry(root: string, options: { abiOnly?: boolean } = {}): ContractArtifact {
  return compileContract(root, "DriftRegistry", options);
}

/** Compiles what `snarkjs zkey export solidityverifier` wrote: a source with exactly one contract. */
export function compileGroth16Verifier(source: string): ContractArtifact {
  const contractName = /^contract\s+(\w+)/m.exec(source)?.[1];
  if (contractName === undefined) throw new ArtifactError("Groth16 verifier", "the source has no contract");
  const path = `${contractName}.sol`;
  return compileSolidity({ sources: { [path]: source }, path, contractName });
}

function readImport(name: string, root: string | undefined): { contents: string } | { error: string } {
  if (root === undefined) return { error: `${name}: imports are not available here` };
  try {
    const file = name.startsWith("contracts/")
      ? join(root, name)
      : createRequire(join(root, "package.json")).resolve(name);
    return { contents: readFileSync(file, "utf8") };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
