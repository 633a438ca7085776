import { readUint256LE, viewOf, writeUint256LE } from "../../algebra/little-endian.js";
import { FQ_ORDER, FR_ORDER } from "../../protocol/constants.js";
import type { KernelExports } from "./generated/exports.js";
import { ELEMENT_BYTES, Kernel, type KernelBuild } from "./kernel.js";

/** Products in the known-answer test, a field. */
const TRIALS = 16;

/** A module that this host computes correctly with. It passes to other threads, so that a process compiles it once. */
export interface CompiledKernel {
  readonly build: KernelBuild;
  readonly module: WebAssembly.Module;
}

const compiled = new Map<KernelBuild, Promise<CompiledKernel | undefined>>();

/** An instance of `compileKernel`'s build, or undefined. */
export async function loadKernel(): Promise<Kernel | undefined> {
  const fastest = await compileKernel();
  return fastest && (await instantiateKernel(fastest));
}

/** An instance of a given build, or undefined where the host cannot run it or computes wrong products with it. */
export async function loadBuild(build: KernelBuild): Promise<Kernel | undefined> {
  const module = await compileBuild(build);
  return module && (await instantiateKernel(module));
}

/**
 * The fastest build that this host computes correctly, or undefined. A host may accept relaxed SIMD and still not
 * fuse (its processor has no fused multiply-add), so besides `WebAssembly.validate` multiplications are checked.
 */
export async function compileKernel(): Promise<CompiledKernel | undefined> {
  return (await compileBuild("fused")) ?? (await compileBuild("plain"));
}

/** A given build, compiled once and checked, or undefined where the host cannot run it or computes wrong products. */
export function compileBuild(build: KernelBuild): Promise<CompiledKernel | undefined> {
  let pending = compiled.get(build);
  if (pending === undefined) {
    pending = compileAndCheck(build);
    compiled.set(build, pending);
  }
  return pending;
}

/** A new instance with an empty memory. */
export async function instantiateKernel({ build, module }: CompiledKernel): Promise<Kernel> {
  const instance = await WebAssembly.instantiate(module, { env: { abort: fail } });
  return new Kernel(build, instance.exports as unknown as KernelExports);
}

async function compileAndCheck(build: KernelBuild): Promise<CompiledKernel | undefined> {
  const bytes = decodeBase64(await moduleText(build));
  if (!WebAssembly.validate(bytes)) return undefined;
  const candidate = { build, module: await WebAssembly.compile(bytes) };
  return multipliesCorrectly(await instantiateKernel(candidate)) ? candidate : undefined;
}

async function moduleText(build: KernelBuild): Promise<string> {
  // Only the build that runs is read.
  const module = build === "fused" ? await import("./generated/fused.js") : await import("./generated/plain.js");
  return module.WASM_BASE64;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function fail(): never {
  throw new Error("WebAssembly kernel: internal error");
}

/** Whether known products come out right in both fields. */
function multipliesCorrectly(kernel: Kernel): boolean {
  const { frFromCanonical, frMulVectors, frToCanonical } = kernel.exports;
  const { fqFromCanonical, fqMulVectors, fqToCanonical } = kernel.exports;
  return (
    productsAgree(kernel, FR_ORDER, frFromCanonical, frMulVectors, frToCanonical) &&
    productsAgree(kernel, FQ_ORDER, fqFromCanonical, fqMulVectors, fqToCanonical)
  );
}

function productsAgree(
  kernel: Kernel,
  order: bigint,
  fromCanonical: KernelExports["frFromCanonical"],
  multiply: KernelExports["frMulVectors"],
  toCanonical: KernelExports["frToCanonical"],
): boolean {
  // Powers of a fixed full-size number are as irregular as random ones.
  const factors = Array.from({ length: 2 * TRIALS }, (_, i) => 3n ** BigInt(150 + 7 * i) % order);
  const bytes = new Uint8Array(factors.length * ELEMENT_BYTES);
  factors.forEach((factor, i) => {
    writeUint256LE(viewOf(bytes), i * ELEMENT_BYTES, factor);
  });
  return kernel.scope(() => {
    const address = kernel.write(bytes);
    fromCanonical(address, address, factors.length);
    multiply(address, address, address + TRIALS * ELEMENT_BYTES, TRIALS);
    toCanonical(address, address, TRIALS);
    const products = viewOf(kernel.read(address, TRIALS * ELEMENT_BYTES));
    return Array.from({ length: TRIALS }).every((_, i) => {
      const expected = ((factors[i] ?? 0n) * (factors[i + TRIALS] ?? 0n)) % order;
      return readUint256LE(products, i * ELEMENT_BYTES) === expected;
    });
  });
}
