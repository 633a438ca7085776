import { writePacked } from "../canonical.js";
import { ELEMENT_BYTES } from "../kernel.js";
import type { Task } from "../task.js";

/** Bytes of rows worked on at a time. */
const CHUNK_BYTES = 2 ** 19;

export interface FoldInput {
  /** Rows of as many entries as there are weights, in shared memory; missing entries of the last one count as zero. */
  readonly vector: Uint8Array | Int32Array;
  /** Canonical. */
  readonly weights: Uint8Array;
  /** The first row. */
  readonly from: number;
  /** As many rows' results as fit, packed, in shared memory. */
  readonly out: Uint8Array;
}

/** `Σ_j weights[j]·row[j]` for every row. */
export const vectorFold: Task<FoldInput, void> = {
  name: "vectorFold",
  run: (kernel, { vector, weights, from, out }) => {
    kernel.scope(() => {
      const rowLength = weights.length / ELEMENT_BYTES;
      const entryBytes = vector instanceof Uint8Array ? ELEMENT_BYTES : 4;
      const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
      const weightsAt = writePacked(kernel, weights);
      if (entryBytes === 4) kernel.exports.frToRadixVector(weightsAt, weightsAt, rowLength);
      const fold = entryBytes === 4 ? kernel.exports.frFoldIntRows : kernel.exports.frFoldRows;
      const rowBytes = entryBytes * rowLength;
      const most = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes));
      const rowsAt = kernel.alloc(rowBytes * most);
      const lanesAt = kernel.alloc(2 * ELEMENT_BYTES * most);
      const outAt = kernel.alloc(ELEMENT_BYTES * most);
      for (let at = 0; at < out.length; at += ELEMENT_BYTES * most) {
        const part = out.subarray(at, at + ELEMENT_BYTES * most);
        const rows = part.length / ELEMENT_BYTES;
        const start = rowBytes * (from + at / ELEMENT_BYTES);
        const chunk = bytes.subarray(start, start + rowBytes * rows);
        kernel.writeAt(rowsAt, chunk);
        kernel.view(rowsAt + chunk.length, rowBytes * rows - chunk.length).fill(0);
        fold(outAt, rowsAt, rows, weightsAt, rowLength, lanesAt);
        kernel.readInto(part, outAt);
      }
    });
  },
};
