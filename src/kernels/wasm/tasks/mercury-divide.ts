import { writePacked } from "../canonical.js";
import { ELEMENT_BYTES } from "../kernel.js";
import type { Task } from "../task.js";

export interface DivideBinomialInput {
  /** Packed; rows of `b` elements. */
  readonly vector: Uint8Array;
  readonly b: number;
  /** Canonical. */
  readonly alpha: Uint8Array;
  /** The columns worked on. */
  readonly from: number;
  readonly to: number;
  /** Filled in these columns, in shared memory: one row less than the vector, and one row. */
  readonly quotient: Uint8Array;
  readonly remainder: Uint8Array;
}

/** Columns of the quotient and the remainder by `X^b - alpha`: Horner's rule, row by row from the last. */
export const divideBinomial: Task<DivideBinomialInput, void> = {
  name: "divideBinomial",
  run: (kernel, { vector, b, alpha, from, to, quotient, remainder }) => {
    kernel.scope(() => {
      const rowBytes = ELEMENT_BYTES * b;
      const columns = (bytes: Uint8Array, row: number): Uint8Array =>
        bytes.subarray(rowBytes * row + ELEMENT_BYTES * from, rowBytes * row + ELEMENT_BYTES * to);
      const alphaAt = writePacked(kernel, alpha);
      const carried = kernel.alloc(ELEMENT_BYTES * (to - from));
      const row = kernel.alloc(ELEMENT_BYTES * (to - from));
      const last = vector.length / rowBytes - 1;
      kernel.writeAt(carried, columns(vector, last));
      for (let k = last - 1; k >= 0; k--) {
        kernel.readInto(columns(quotient, k), carried);
        kernel.writeAt(row, columns(vector, k));
        kernel.exports.frHornerRow(carried, row, alphaAt, to - from);
      }
      kernel.readInto(columns(remainder, 0), carried);
    });
  },
};

export interface DivideLinearInput {
  /** Packed; whole segments but for the vector's last one, which may end early. */
  readonly vector: Uint8Array;
  /** Elements of a segment. */
  readonly length: number;
  /** Canonical: the recurrence's value at the element after each segment. */
  readonly carries: Uint8Array;
  /** Canonical. */
  readonly x: Uint8Array;
  /** As long as the vector, in shared memory. */
  readonly out: Uint8Array;
}

/** Segments that the kernel takes together. */
const TOGETHER = 4;

/** `out[i] = vector[i] + x·out[i+1]`, segment by segment. */
export const divideLinear: Task<DivideLinearInput, void> = {
  name: "divideLinear",
  run: (kernel, { vector, length, carries, x, out }) => {
    kernel.scope(() => {
      const segments = carries.length / ELEMENT_BYTES;
      const xAt = writePacked(kernel, x);
      const padded = new Uint8Array(ELEMENT_BYTES * TOGETHER * Math.ceil(segments / TOGETHER));
      padded.set(carries);
      const carriesAt = writePacked(kernel, padded);
      const groupBytes = ELEMENT_BYTES * TOGETHER * length;
      const address = kernel.alloc(groupBytes);
      for (let at = 0; at < out.length; at += groupBytes) {
        const group = vector.subarray(at, at + groupBytes);
        kernel.writeAt(address, group);
        kernel.view(address + group.length, groupBytes - group.length).fill(0);
        const carry = carriesAt + at / length;
        kernel.exports.frHornerSegments(address, length, TOGETHER, carry, xAt);
        kernel.readInto(out.subarray(at, at + groupBytes), address);
      }
    });
  },
};
