import { viewOf, writeUint256LE } from "../../../algebra/little-endian.js";
import { G1_BYTES } from "../../../algebra/montgomery.js";
import type { IntVector } from "../../backend.js";
import { ELEMENT_BYTES, type Kernel } from "../kernel.js";
import type { AnyTask, Task } from "../task.js";
import { residentPoints, type PointSet } from "./msm-points.js";

/** Some windows of an MSM's scalars, and which of their digits. */
export interface MsmInput {
  readonly points: PointSet;
  /** Integers, or packed field elements. */
  readonly scalars: IntVector | Uint8Array;
  /** Added to every scalar: `2^(windowBits - 1)` in every window but the last. */
  readonly offset: bigint;
  readonly windowBits: number;
  /** Windows `first` to `first + windows - 1` of those up to `last`. */
  readonly first: number;
  readonly windows: number;
  readonly last: number;
  /** Digits of magnitude in `[from, to)`, `from >= 1`. */
  readonly from: number;
  readonly to: number;
  /** No digit of the windows has more bits. */
  readonly bitCount: number;
}

/** References sorted at a time: several small windows share the batches of additions. */
const GROUP_REFERENCES = 1 << 18;

/**
 * For every window, `bitCount` sums of points: those whose digit has bit k, negative for negative digits. 64 bytes each,
 * affine, canonical little-endian coordinates; zeros are infinity.
 */
export const msmWindowSums: Task<MsmInput, Uint8Array> = {
  name: "msmWindowSums",
  run: (kernel, input) => {
    const count = scalarCount(input.scalars);
    const points = residentPoints(kernel, input.points, count);
    return kernel.scope(() => {
      const { exports } = kernel;
      const { address: scalars, bytes } = writeScalars(kernel, input, count);
      const { windowBits, windows, last, from, to, bitCount } = input;
      const out = kernel.alloc(windows * bitCount * G1_BYTES);
      const group = Math.max(1, Math.min(windows, Math.floor(GROUP_REFERENCES / Math.max(1, count))));
      for (let w = 0; w < windows; w += group) {
        exports.msmWindows(
          ...([out + w * bitCount * G1_BYTES, points.address, scalars, count, bytes, windowBits] as const),
          ...([input.first + w, Math.min(group, windows - w), last, from, to, bitCount, points.hasInfinity] as const),
        );
      }
      exports.fqToCanonical(out, out, 2 * windows * bitCount);
      return kernel.read(out, windows * bitCount * G1_BYTES);
    });
  },
};

export const MSM_TASKS: readonly AnyTask[] = [msmWindowSums];

export function scalarCount(scalars: IntVector | Uint8Array): number {
  return scalars instanceof Uint8Array ? scalars.length / ELEMENT_BYTES : scalars.length;
}

/** The scalars with their offset, and the bytes of one. */
function writeScalars(
  kernel: Kernel,
  { scalars, offset, windows, first }: MsmInput,
  count: number,
): { readonly address: number; readonly bytes: number } {
  const { exports } = kernel;
  const low = Number(BigInt.asIntN(32, offset));
  const high = Number(BigInt.asIntN(32, offset >> 32n));
  if (scalars instanceof Uint8Array) {
    const words = new Uint8Array(ELEMENT_BYTES);
    writeUint256LE(viewOf(words), 0, offset);
    const added = kernel.write(words);
    const address = kernel.write(scalars);
    exports.msmOffsetElements(address, address, count, added);
    return { address, bytes: ELEMENT_BYTES };
  }
  if (scalars instanceof Float64Array) {
    const address = kernel.write(scalars);
    exports.msmOffsetFloats(address, address, count, low, high);
    return { address, bytes: 8 };
  }
  if (offset === 0n && first === 0 && windows === 1) return { address: kernel.write(scalars), bytes: 4 };
  const address = kernel.alloc(8 * count);
  kernel.scope(() => {
    exports.msmWidenInts(address, kernel.write(scalars), count, low, high);
  });
  return { address, bytes: 8 };
}
