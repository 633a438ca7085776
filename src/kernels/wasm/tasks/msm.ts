import { bn254 } from "@noble/curves/bn254.js";
import { G1_INFINITY, type G1 } from "../../../curve/g1.js";
import { G1_BYTES, g1FromMontgomeryLE } from "../../../encoding/montgomery.js";
import { baseTable, type Bases } from "../base-table.js";
import { ELEMENT_BYTES, type Kernel } from "../kernel.js";
import { windowBias, type Windows } from "../msm-windows.js";
import type { AnyTask, Task } from "../task.js";

const Point = bn254.G1.Point;
type Projective = InstanceType<typeof Point>;

/** Some windows of a multi-scalar multiplication. */
export interface MsmInput {
  readonly bases: Bases;
  /** Signed integers, or packed field elements. */
  readonly scalars: Int32Array | BigInt64Array | { readonly packed: Uint8Array };
  readonly windows: Windows;
  /** The windows to sum: `from <= w < to`. */
  readonly from: number;
  readonly to: number;
}

/** Biased scalars: what the digits are read from. */
interface BiasedScalars {
  readonly address: number;
  readonly stride: number;
  readonly count: number;
}

/** Groups with at most `2^GROUP_BITS` members are summed with their weights one by one. */
const GROUP_BITS = 5;
/** The digits' 64-bit loads run over the end of the last scalar. */
const SLACK_BYTES = 8;

/** `Σ_(from <= w < to) 2^(bits·w) Σ_i digit_w(scalars[i])·bases[i]`. */
const msmWindows: Task<MsmInput, G1> = {
  name: "msm windows",
  run(kernel, { bases, scalars, windows, from, to }) {
    const count =
      scalars instanceof Int32Array || scalars instanceof BigInt64Array
        ? scalars.length
        : scalars.packed.length / ELEMENT_BYTES;
    const isResident = bases.points.length / G1_BYTES >= 4096;
    // A table that stays must lie below everything that is freed.
    if (isResident) baseTable(kernel, bases, count);
    return kernel.scope(() => {
      const table = baseTable(kernel, bases, count);
      const biased = biasScalars(kernel, scalars, count, windows);
      const buckets = 2 ** (windows.bits - 1) + 1;
      const address = kernel.alloc(buckets * G1_BYTES);
      let total: Projective = Point.ZERO;
      for (let w = to - 1; w >= from; w--) {
        total = doubled(total, windows.bits);
        kernel.exports.msmBuckets(
          address,
          table.address,
          biased.address,
          biased.stride,
          biased.count,
          windows.bits * w,
          windows.bits,
          table.holdsInfinity,
        );
        total = total.add(weightedSum(kernel, address, buckets, windows.bits));
      }
      return affine(doubled(total, windows.bits * from));
    });
  },
};

export const MSM_TASKS: readonly AnyTask[] = [msmWindows];
export { msmWindows };

function biasScalars(kernel: Kernel, scalars: MsmInput["scalars"], count: number, windows: Windows): BiasedScalars {
  const bias = windowBias(windows);
  if (scalars instanceof Int32Array) {
    const address = kernel.alloc(8 * count + SLACK_BYTES);
    kernel.scope(() => {
      kernel.exports.msmBiasInts(address, kernel.write(scalars), count, bias);
    });
    return { address, stride: 8, count };
  }
  if (scalars instanceof BigInt64Array) {
    const address = kernel.alloc(8 * count + SLACK_BYTES);
    kernel.writeAt(
      address,
      scalars.map((value) => value + bias),
    );
    return { address, stride: 8, count };
  }
  const address = kernel.alloc(40 * count + SLACK_BYTES);
  kernel.scope(() => {
    const elements = kernel.write(scalars.packed);
    kernel.exports.frToCanonical(elements, elements, count);
    const words = BigUint64Array.from({ length: 5 }, (_, k) => BigInt.asUintN(64, bias >> BigInt(64 * k)));
    kernel.exports.msmBiasElements(address, elements, count, kernel.write(words));
  });
  return { address, stride: 40, count };
}

/**
 * `Σ_i i·points[i]`. With `i = 2^s·hi + lo` this is `2^s Σ hi·row_hi + Σ lo·column_lo`: sums of rows and columns, batch
 * additions all of them, until few are left.
 */
function weightedSum(kernel: Kernel, points: number, count: number, bits: number): Projective {
  if (bits <= GROUP_BITS) {
    kernel.exports.g1ToPtau(points, count);
    const bytes = kernel.read(points, count * G1_BYTES);
    let running: Projective = Point.ZERO;
    let total: Projective = Point.ZERO;
    for (let i = count - 1; i >= 1; i--) {
      const point = g1FromMontgomeryLE(bytes, i * G1_BYTES);
      if (point.x !== 0n || point.y !== 0n) running = running.add(Point.fromAffine(point));
      total = total.add(running);
    }
    return total;
  }
  const low = bits >> 1;
  return kernel.scope(() => {
    const columns = kernel.alloc(2 ** low * G1_BYTES);
    kernel.exports.g1GroupSums(columns, points, count, 0, 2 ** low);
    const rows = kernel.alloc(2 ** (bits - low) * G1_BYTES);
    kernel.exports.g1GroupSums(rows, points, count, low, 2 ** (bits - low));
    const rowCount = ((count - 1) >> low) + 1;
    return doubled(weightedSum(kernel, rows, rowCount, bits - low), low).add(
      weightedSum(kernel, columns, 2 ** low, low),
    );
  });
}

function doubled(point: Projective, times: number): Projective {
  let result = point;
  for (let i = 0; i < times; i++) result = result.double();
  return result;
}

function affine(point: Projective): G1 {
  if (point.is0()) return G1_INFINITY;
  const { x, y } = point.toAffine();
  return { x, y };
}
