import { g1Add, G1_INFINITY, type G1 } from "../../curve/g1.js";
import { G1_BYTES } from "../../encoding/montgomery.js";
import { FR_ORDER } from "../../protocol/constants.js";
import type { IntVector } from "../backend.js";
import type { Bases } from "./base-table.js";
import { ELEMENT_BYTES } from "./kernel.js";
import { chooseWindows } from "./msm-windows.js";
import type { Pool } from "./pool.js";
import { sharedBytes, sharedInts } from "./shared-bytes.js";
import { msmWindows, type MsmInput } from "./tasks/msm.js";

/** Field elements packed by the pool's build of the kernels. */
export interface PackedScalars {
  readonly packed: Uint8Array;
}

/** Small multiplications are not worth a second thread. */
const MIN_SCALARS_A_TASK = 2048;

const basesOf = new WeakMap<Uint8Array, Bases>();
let nextId = 1;

/** The bases in shared memory, under one name for as long as the caller keeps the array. */
function sharedBases(powers: Uint8Array): Bases {
  let bases = basesOf.get(powers);
  if (bases === undefined) {
    let points = powers;
    if (!(powers.buffer instanceof SharedArrayBuffer)) {
      points = sharedBytes(powers.length);
      points.set(powers);
    }
    bases = { id: nextId++, points };
    basesOf.set(powers, bases);
  }
  return bases;
}

/**
 * `Σ scalars[i]·powers[i]`. Windows are independent sums over the same bases, so that threads share a multiplication
 * by windows; one with a single window is one task. Zero scalars cost nothing.
 *
 * @param powers affine points as in a `.ptau`, 64 bytes each; the array is recognised when it comes again, so its
 *   contents must not change
 * @param scalars integers of magnitude below 2^53, or packed elements
 * @throws RangeError if there are fewer points than scalars
 */
export async function msm(pool: Pool, powers: Uint8Array, scalars: IntVector | PackedScalars): Promise<G1> {
  const { count, nonzeros, magnitude, vector } = prepare(scalars);
  if (powers.length < G1_BYTES * count) {
    throw new RangeError(`msm: ${count} scalars but only ${powers.length / G1_BYTES} points`);
  }
  if (nonzeros === 0) return G1_INFINITY;
  const bases = sharedBases(powers);
  const windows = chooseWindows(nonzeros, magnitude);
  const tasks = Math.min(windows.count, pool.jobs, Math.ceil((nonzeros * windows.count) / MIN_SCALARS_A_TASK));
  const bounds = Array.from({ length: tasks + 1 }, (_, i) => Math.round((i * windows.count) / tasks));
  const parts = await Promise.all(
    bounds.slice(1).map((to, i) => {
      const input: MsmInput = { bases, scalars: vector, windows, from: bounds[i] ?? 0, to };
      return pool.run(msmWindows, input);
    }),
  );
  return parts.reduce(g1Add);
}

interface PreparedScalars {
  readonly count: number;
  readonly nonzeros: number;
  readonly magnitude: bigint;
  readonly vector: MsmInput["scalars"];
}

function prepare(scalars: IntVector | PackedScalars): PreparedScalars {
  if ("packed" in scalars) {
    const count = scalars.packed.length / ELEMENT_BYTES;
    return { count, nonzeros: count, magnitude: FR_ORDER, vector: scalars };
  }
  let largest = 0;
  let nonzeros = 0;
  for (let i = 0; i < scalars.length; i++) {
    const size = Math.abs(scalars[i] ?? 0);
    if (size > largest) largest = size;
    if (size !== 0) nonzeros++;
  }
  const shape = { count: scalars.length, nonzeros, magnitude: BigInt(largest) };
  if (scalars instanceof Int32Array) return { ...shape, vector: sharedInts(scalars) };
  if (largest < 2 ** 31) return { ...shape, vector: sharedInts(Int32Array.from(scalars)) };
  return { ...shape, vector: BigInt64Array.from(scalars, BigInt) };
}
