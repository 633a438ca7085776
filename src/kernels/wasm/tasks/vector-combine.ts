import { ELEMENT_BYTES, type Kernel } from "../kernel.js";
import type { Task } from "../task.js";

/** Columns worked on at a time: so much of every row, and all of their sums, stay in the second-level cache. */
const CHUNK = 1024;
/** Terms that a wide accumulator takes. */
const MAX_ELEMENT_ROWS = 64;
const MAX_INT_ROWS = 256;

/** Rows of a vector in shared memory, one after the other, `rowLength` entries each; the last may be shorter. */
export interface WeightedRows {
  /** Packed elements, or integers. */
  readonly vector: Uint8Array | Int32Array | Float64Array;
  readonly rowLength: number;
  /** Canonical, `weightsPerRow` each. */
  readonly weights: Uint8Array;
}

export interface CombineInput {
  readonly terms: readonly WeightedRows[];
  /** The first column. */
  readonly from: number;
  /** The sum of as many columns as fit, packed, in shared memory. */
  readonly out: Uint8Array;
}

const LIMB = 2 ** 30;

/** An entry of a `Float64Array` counts as `low + 2^30 high`: its row has the weights `w` and `2^30 w`. */
export function weightsPerRow(vector: WeightedRows["vector"]): 1 | 2 {
  return vector instanceof Float64Array ? 2 : 1;
}

/** `Σ weight·row`, column by column. What a row does not have counts as zero. */
export const vectorCombine: Task<CombineInput, void> = {
  name: "vectorCombine",
  run: (kernel, { terms, from, out }) => {
    kernel.scope(() => {
      const elements = writeRows(kernel, terms, (vector) => vector instanceof Uint8Array);
      const integers = writeRows(kernel, terms, (vector) => !(vector instanceof Uint8Array));
      kernel.exports.frToRadixVector(integers.weights, integers.weights, integers.rows.length);
      const held = Math.max(
        4 * Math.min(MAX_INT_ROWS, integers.rows.length),
        ELEMENT_BYTES * Math.min(MAX_ELEMENT_ROWS, elements.rows.length),
      );
      const rows = kernel.alloc(held * CHUNK);
      const sum = kernel.alloc(ELEMENT_BYTES * CHUNK);
      for (let at = 0; at < out.length; at += ELEMENT_BYTES * CHUNK) {
        const part = out.subarray(at, at + ELEMENT_BYTES * CHUNK);
        const columns = { from: from + at / ELEMENT_BYTES, count: part.length / ELEMENT_BYTES };
        kernel.view(sum, part.length).fill(0);
        addRows(kernel, { ...integers, entryBytes: 4, most: MAX_INT_ROWS }, columns, rows, sum);
        addRows(kernel, { ...elements, entryBytes: ELEMENT_BYTES, most: MAX_ELEMENT_ROWS }, columns, rows, sum);
        kernel.readInto(part, sum);
      }
    });
  },
};

interface Row {
  readonly vector: WeightedRows["vector"];
  /** In the vector. */
  readonly from: number;
  readonly to: number;
  /** Which half of a `Float64Array`'s entries. */
  readonly limb: "low" | "high";
}

interface RowsInMemory {
  readonly rows: readonly Row[];
  /** Address of their packed weights. */
  readonly weights: number;
}

function writeRows(
  kernel: Kernel,
  terms: readonly WeightedRows[],
  belongs: (vector: WeightedRows["vector"]) => boolean,
): RowsInMemory {
  const rows: Row[] = [];
  const chosen = terms.filter(({ vector }) => belongs(vector));
  const weights = kernel.alloc(chosen.reduce((total, term) => total + term.weights.length, 0));
  let at = weights;
  for (const { vector, rowLength, weights: canonical } of chosen) {
    kernel.writeAt(at, canonical);
    at += canonical.length;
    const length = vector instanceof Uint8Array ? vector.length / ELEMENT_BYTES : vector.length;
    const limbs = weightsPerRow(vector) === 2 ? (["low", "high"] as const) : (["low"] as const);
    const count = canonical.length / ELEMENT_BYTES / limbs.length;
    for (let r = 0; r < count; r++) {
      for (const limb of limbs)
        rows.push({ vector, from: r * rowLength, to: Math.min(length, (r + 1) * rowLength), limb });
    }
  }
  kernel.exports.frFromCanonical(weights, weights, rows.length);
  return { rows, weights };
}

/** Adds the rows' columns to the sum, as many rows at a time as an accumulator takes. */
function addRows(
  kernel: Kernel,
  { rows, weights, entryBytes, most }: RowsInMemory & { readonly entryBytes: number; readonly most: number },
  columns: { readonly from: number; readonly count: number },
  held: number,
  sum: number,
): void {
  const add = entryBytes === 4 ? kernel.exports.frAddCombinedInts : kernel.exports.frAddCombined;
  const stride = entryBytes * CHUNK;
  for (let r = 0; r < rows.length; r += most) {
    const batch = rows.slice(r, r + most);
    batch.forEach((row, k) => copyColumns(kernel, row, columns, held + stride * k, entryBytes));
    add(sum, held, stride, weights + ELEMENT_BYTES * r, batch.length, columns.count);
  }
}

function copyColumns(
  kernel: Kernel,
  { vector, from, to, limb }: Row,
  columns: { readonly from: number; readonly count: number },
  address: number,
  entryBytes: number,
): void {
  const start = Math.min(to, from + columns.from);
  const end = Math.min(to, start + columns.count);
  if (vector instanceof Float64Array) {
    writeLimbs(new Int32Array(kernel.exports.memory.buffer, address, end - start), vector, start, limb);
  } else {
    const scale = vector instanceof Uint8Array ? ELEMENT_BYTES : 1;
    kernel.writeAt(address, vector.subarray(scale * start, scale * end));
  }
  const missing = columns.count - (end - start);
  if (missing > 0) kernel.view(address + entryBytes * (end - start), entryBytes * missing).fill(0);
}

/** The nearest multiple of `2^30` or the rest: small entries have a high limb of zero, which costs nothing. */
function writeLimbs(into: Int32Array, values: Float64Array, from: number, limb: Row["limb"]): void {
  for (let i = 0; i < into.length; i++) {
    const value = values[from + i] as number;
    const high = Math.round(value / LIMB);
    into[i] = limb === "high" ? high : value - LIMB * high;
  }
}
