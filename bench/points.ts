import { toFr } from "../src/field/fr.js";
import { createFixedBase } from "../src/wrap/setup/fixed-base.js";
import { createRandom, randomFrs } from "./random.js";

const kept = new Map<number, Uint8Array>();

/** `count` points of G1 that look random, as in a `.ptau`: 64 bytes each. Kept for the next caller. */
export async function benchPoints(count: number): Promise<Uint8Array> {
  const earlier = [...kept.values()].find((points) => points.length >= 64 * count);
  if (earlier !== undefined) return earlier.subarray(0, 64 * count);
  const fixedBase = await createFixedBase(count);
  try {
    const points = await fixedBase.g1(randomFrs(count, createRandom(7)).map((scalar) => toFr(scalar)));
    kept.set(count, points);
    return points;
  } finally {
    await fixedBase.close();
  }
}
