import type { KernelExports } from "./generated/exports.js";

/** `fused` computes with fused multiply-add in float64, `plain` without relaxed SIMD. */
export type KernelBuild = "fused" | "plain";

/** Bytes of a packed field element: Montgomery form with the build's own radix, little-endian, below twice the order. */
export const ELEMENT_BYTES = 32;

/**
 * One WebAssembly instance with its private memory, for one thread. Addresses are byte offsets in `[0, 2^32)`.
 * Memory is taken in a stack's order: `scope` frees what its function allocated.
 */
export class Kernel {
  readonly build: KernelBuild;
  /** The kernels, called with addresses. Functions that return an address return it as a signed integer. */
  readonly exports: KernelExports;

  constructor(build: KernelBuild, exports: KernelExports) {
    this.build = build;
    this.exports = exports;
  }

  /** Address of `bytes` of memory, 64-aligned, contents undefined. The memory grows on need; views die when it does. */
  alloc(bytes: number): number {
    return this.exports.alloc(bytes) >>> 0;
  }

  /** Runs a function and frees what it allocated, also when it throws. */
  scope<T>(run: () => T): T {
    const mark = this.exports.mark();
    try {
      return run();
    } finally {
      this.exports.release(mark);
    }
  }

  /** The memory at an address, shared with the kernels. Read or write it before the next allocation. */
  view(address: number, bytes: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, address, bytes);
  }

  /** Copies bytes into freshly allocated memory and returns the address. */
  write(bytes: ArrayBufferView): number {
    const address = this.alloc(bytes.byteLength);
    this.writeAt(address, bytes);
    return address;
  }

  /** Copies bytes to an address. */
  writeAt(address: number, bytes: ArrayBufferView): void {
    this.view(address, bytes.byteLength).set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  /** Copies the memory at an address to where `into` lies. */
  readInto(into: ArrayBufferView, address: number): void {
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(this.view(address, into.byteLength));
  }

  /** A copy of the memory at an address. */
  read(address: number, bytes: number): Uint8Array {
    return this.view(address, bytes).slice();
  }
}
