import { readCanonical, writePacked } from "../canonical.js";
import { ELEMENT_BYTES, type Kernel } from "../kernel.js";
import type { Task } from "../task.js";

/** Sums of leaves are exact for integers up to here in magnitude; tables have at most as many entries. */
const MAX_MAGNITUDE = 2 ** 20;

/** Packed fractions of a slot at one level of the tree, in shared memory. */
export interface Fractions {
  readonly p: Uint8Array;
  readonly q: Uint8Array;
}

export interface RangeBuildInput {
  readonly leaves: Lookups | Table;
  /** Canonical. */
  readonly alpha: Uint8Array;
  /** Levels 1 and up, a quarter as long each; they are filled. The level after the last has one fraction. */
  readonly levels: readonly Fractions[];
}

/** Leaves `1 / (α + e)`. */
export interface Lookups {
  readonly kind: "lookups";
  readonly ints: Int32Array;
}

/** Leaves `-m / (α + x - length/2)`, `m = low + 2^30 high`. */
export interface Table {
  readonly kind: "table";
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/** Builds a slot's tree; returns the canonical `p`, `q` of its root. */
export const rangeBuild: Task<RangeBuildInput, Uint8Array> = {
  name: "rangeBuild",
  run: (kernel, { leaves, alpha, levels }) =>
    kernel.scope(() => {
      const alphaAt = writePacked(kernel, alpha);
      let nodes: number;
      let p: number;
      let q: number;
      if (leaves.kind === "lookups") {
        nodes = leaves.ints.length / 4;
        p = kernel.alloc(ELEMENT_BYTES * Math.max(nodes, 2));
        q = kernel.alloc(ELEMENT_BYTES * Math.max(nodes, 2));
        const bits = kernel.exports.rangeSumLookups(p, q, kernel.write(leaves.ints), nodes, alphaAt);
        if (bits >= MAX_MAGNITUDE) throw new RangeError(`a residual is beyond ${MAX_MAGNITUDE}`);
      } else {
        [p, q] = writeTableLeaves(kernel, leaves, alphaAt);
        nodes = leaves.low.length / 4;
        kernel.exports.rangeSumNodes(p, q, p, q, nodes);
      }
      for (const level of levels) {
        kernel.readInto(level.p, p);
        kernel.readInto(level.q, q);
        nodes /= 4;
        kernel.exports.rangeSumNodes(p, q, p, q, nodes);
      }
      kernel.writeAt(p + ELEMENT_BYTES, kernel.read(q, ELEMENT_BYTES));
      return readCanonical(kernel, p, 2);
    }),
};

export interface RangeTableInput extends Fractions {
  readonly table: Table;
  /** Canonical. */
  readonly alpha: Uint8Array;
}

/** Writes the table's leaves as fractions. */
export const rangeTable: Task<RangeTableInput, void> = {
  name: "rangeTable",
  run: (kernel, { table, alpha, p, q }) => {
    kernel.scope(() => {
      const [pAt, qAt] = writeTableLeaves(kernel, table, writePacked(kernel, alpha));
      kernel.readInto(p, pAt);
      kernel.readInto(q, qAt);
    });
  },
};

function writeTableLeaves(kernel: Kernel, { low, high }: Table, alpha: number): [number, number] {
  const p = kernel.alloc(ELEMENT_BYTES * low.length);
  const q = kernel.alloc(ELEMENT_BYTES * low.length);
  kernel.exports.rangeTableLeaves(p, q, kernel.write(low), kernel.write(high), low.length, alpha);
  return [p, q];
}
