import { toFr } from "../../src/algebra/fr.js";
import type { RandomFr } from "../../src/algebra/random.js";

/** A seeded generator for tests (mulberry32); print the seed when a test fails. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Seeded numbers of the standard normal distribution, for tests (Box and Muller). */
export function seededNormal(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Seeded field elements for tests. */
export function seededFr(seed: number): RandomFr {
  const random = seededRandom(seed);
  return () => {
    let value = 0n;
    for (let i = 0; i < 10; i++) value = (value << 32n) | BigInt(Math.floor(random() * 2 ** 32));
    return toFr(value);
  };
}

/** A seeded integer in `[low, high]`. */
export function integerIn(random: () => number, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}
