import { G1_GENERATOR } from "../../../algebra/g1.js";
import { G2_GENERATOR } from "../../../algebra/pairing.js";
import { viewOf, writeUint256LE } from "../../../algebra/little-endian.js";
import { G1_BYTES, G2_BYTES, g1ToMontgomeryLE, g2ToMontgomeryLE } from "../../../algebra/montgomery.js";
import { writePacked } from "../canonical.js";
import { ELEMENT_BYTES, type Kernel } from "../kernel.js";
import type { AnyTask, Task } from "../task.js";

export type FixedBaseGroup = "g1" | "g2";

/** Scalars of a task: canonical elements, 32 little-endian bytes each, or `first·ratio^i` for `i < count`. */
export type FixedBaseScalars =
  | { readonly kind: "list"; readonly canonical: Uint8Array }
  | { readonly kind: "powers"; readonly first: Uint8Array; readonly ratio: Uint8Array; readonly count: number };

export interface FixedBaseInput {
  readonly group: FixedBaseGroup;
  readonly scalars: FixedBaseScalars;
  /** Bits of the table's digits. */
  readonly windowBits: number;
  /** 64 or 128 bytes for every scalar, in shared memory: coordinates in Montgomery form with R = 2^256. */
  readonly out: Uint8Array;
}

const GROUPS = {
  g1: { pointBytes: G1_BYTES, generator: g1ToMontgomeryLE(G1_GENERATOR) },
  g2: { pointBytes: G2_BYTES, generator: g2ToMontgomeryLE(G2_GENERATOR) },
} as const;

/** Scalars multiplied at a time. */
const CHUNK = 4096;
/** Scalars are below 2^254, and a negative digit below carries into the last. */
const SCALAR_BITS = 255;

/** Tables by kernel, group and bits; they stay. */
const tables = new WeakMap<Kernel, Map<string, number>>();

/** Rows of a table with digits of that many bits. */
export function fixedBaseRows(windowBits: number): number {
  return Math.ceil(SCALAR_BITS / windowBits);
}

/** Multiples of a group's generator. The first task of a kernel makes its table. */
export const fixedBaseMultiples: Task<FixedBaseInput, void> = {
  name: "fixedBaseMultiples",
  run: (kernel, { group, scalars, windowBits, out }) => {
    const table = residentTable(kernel, group, windowBits);
    const rows = fixedBaseRows(windowBits);
    const { pointBytes } = GROUPS[group];
    kernel.scope(() => {
      const { exports } = kernel;
      const count = out.length / pointBytes;
      const offset = kernel.write(offsetBytes(windowBits, rows));
      const elements = kernel.alloc(ELEMENT_BYTES * (count + 1));
      if (scalars.kind === "list") kernel.writeAt(elements, scalars.canonical);
      else {
        exports.frPowers(elements, writePacked(kernel, scalars.first), writePacked(kernel, scalars.ratio), count);
        exports.frToCanonical(elements, elements, count);
      }
      exports.msmOffsetIntegers(elements, count, offset);
      const points = kernel.alloc(CHUNK * pointBytes);
      for (let start = 0; start < count; start += CHUNK) {
        const length = Math.min(CHUNK, count - start);
        const from = elements + ELEMENT_BYTES * start;
        exports.fixedBaseMultiply(points, table, rows, windowBits, from, length, pointBytes);
        kernel.readInto(out.subarray(start * pointBytes, (start + length) * pointBytes), points);
      }
    });
  },
};

export const FIXED_BASE_TASKS: readonly AnyTask[] = [fixedBaseMultiples];

function residentTable(kernel: Kernel, group: FixedBaseGroup, windowBits: number): number {
  const known = tables.get(kernel) ?? new Map<string, number>();
  tables.set(kernel, known);
  const name = `${group} ${windowBits}`;
  let table = known.get(name);
  if (table === undefined) {
    const { pointBytes, generator } = GROUPS[group];
    const rows = fixedBaseRows(windowBits);
    const address = kernel.alloc(rows * 2 ** (windowBits - 1) * pointBytes);
    kernel.scope(() => {
      const base = kernel.write(generator);
      kernel.exports.fqFromMontgomery256(base, base, pointBytes / ELEMENT_BYTES);
      kernel.exports.fixedBaseTable(address, base, rows, windowBits, pointBytes);
    });
    known.set(name, address);
    table = address;
  }
  return table;
}

/** `2^(windowBits - 1)` in every row but the last. */
function offsetBytes(windowBits: number, rows: number): Uint8Array {
  let offset = 0n;
  for (let r = 0; r < rows - 1; r++) offset |= 1n << BigInt(windowBits * r + windowBits - 1);
  const bytes = new Uint8Array(ELEMENT_BYTES);
  writeUint256LE(viewOf(bytes), 0, offset);
  return bytes;
}
