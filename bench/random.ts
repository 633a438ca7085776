import { toFr, type Fr } from "../src/algebra/fr.js";

/** Repeatable numbers that look random: uniform 32-bit integers (xorshift). */
export function createRandom(seed = 0x9e3779b9): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

export function randomFr(random: () => number): Fr {
  let value = 0n;
  for (let i = 0; i < 9; i++) value = (value << 32n) | BigInt(random());
  return toFr(value);
}

export function randomFrs(count: number, random = createRandom()): Fr[] {
  return Array.from({ length: count }, () => randomFr(random));
}

/** Integers of magnitude at most `2^(bits-1) - 1`, either sign, in memory that threads share. */
export function randomSigned(count: number, bits: number, random = createRandom()): Int32Array {
  const limit = 2 ** (bits - 1) - 1;
  const integers = new Int32Array(new SharedArrayBuffer(4 * count));
  for (let i = 0; i < count; i++) integers[i] = (random() % (2 * limit + 1)) - limit;
  return integers;
}
