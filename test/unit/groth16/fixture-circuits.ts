import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadKernel } from "../../../src/kernels/wasm/load.js";
import { createInlinePool } from "../../../src/kernels/wasm/pool.js";
import { memorySource } from "../../../src/model/byte-source.js";
import { compileCircuit, type CompiledCircuit } from "../../../src/node/compile-circuit.js";
import { MemorySink } from "../../../src/groth16/setup/byte-sink.js";
import { createFixedBase, type FixedBase } from "../../../src/groth16/setup/fixed-base.js";
import { writeDevelopmentPtau } from "../../../src/groth16/setup/ptau.js";
import { openR1cs, type R1cs } from "../../../src/groth16/setup/r1cs.js";
import type { ToxicWaste } from "../../../src/groth16/setup/toxic-waste.js";
import { writeDevelopmentZkey } from "../../../src/groth16/setup/zkey.js";

/** 241 constraints, three public signals: a domain of 2^8. */
export const PREIMAGE_CIRCUIT = fileURLToPath(new URL("../../circuits/fixtures/preimage.circom", import.meta.url));
/** Half a dozen constraints, a public output and a public input. */
export const PRODUCT_CIRCUIT = fileURLToPath(new URL("../../circuits/fixtures/product.circom", import.meta.url));
export const PREIMAGE_POWER = 8;

/** `poseidon([1, 2])`, as circomlib publishes it. */
const HASH = "7853200120776062878684798364095072458815029376092732009249414926327459813530";
export const PREIMAGE_INPUT = { hash: HASH, sum: "3", product: "2", a: "1", b: "2" };
export const PREIMAGE_PUBLIC = [HASH, "3", "2"];

/** A directory for one suite and what removes it. */
export async function temporaryDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "fti-test-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

let compiled: Promise<CompiledCircuit> | undefined;
const removals: (() => Promise<void>)[] = [];
after(() => Promise.all(removals.map((remove) => remove())));

/** Compiles the circuit once a test run. */
export async function compiledPreimage(): Promise<CompiledCircuit> {
  compiled ??= temporaryDirectory().then(({ path, remove }) => {
    removals.push(remove);
    return compileCircuit(PREIMAGE_CIRCUIT, join(path, "preimage"));
  });
  return compiled;
}

/** A compiled circuit's constraints, in memory. */
export async function r1csInMemory(path: string): Promise<R1cs> {
  return openR1cs(memorySource(path, await readFile(path)));
}

/** Multiples of the generators on the calling thread. */
export async function fixedBaseHere(): Promise<FixedBase> {
  const kernel = await loadKernel();
  return createFixedBase(kernel && createInlinePool(kernel), 500);
}

/** The bytes of a development `.ptau` and `.zkey` of a circuit. */
export async function developmentFiles(
  r1cs: R1cs,
  power: number,
  waste: ToxicWaste,
): Promise<{ ptau: Uint8Array; zkey: Uint8Array }> {
  const fixedBase = await fixedBaseHere();
  const ptau = new MemorySink();
  await writeDevelopmentPtau(ptau, power, waste, fixedBase);
  const zkey = new MemorySink();
  await writeDevelopmentZkey(zkey, r1cs, waste, fixedBase);
  return { ptau: ptau.bytes(), zkey: zkey.bytes() };
}
