import { toFr } from "../src/algebra/fr.js";
import { loadKernel } from "../src/kernels/wasm/load.js";
import { createInlinePool } from "../src/kernels/wasm/pool.js";
import { createFixedBase } from "../src/groth16/setup/fixed-base.js";
import { createRandom, randomFrs } from "./random.js";

const kept = new Map<number, Uint8Array>();

/** `count` points of G1 that look random, as in a `.ptau`: 64 bytes each. Kept for the next caller. */
export async function benchPoints(count: number): Promise<Uint8Array> {
  const earlier = [...kept.values()].find((points) => points.length >= 64 * count);
  if (earlier !== undefined) return earlier.subarray(0, 64 * count);
  const kernel = await loadKernel();
  const fixedBase = createFixedBase(kernel && createInlinePool(kernel), count);
  const points = await fixedBase.g1(randomFrs(count, createRandom(7)).map((scalar) => toFr(scalar)));
  kept.set(count, points);
  return points;
}
