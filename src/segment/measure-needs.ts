import type { Tier } from "../protocol/tiers.js";
import type { CountedTile } from "../factors/largest-entries.js";
import type { ShareNeed } from "./shares.js";

/** Tiles of one part of a rule's tiles, such as those in one segment. */
export interface PartOfRule {
  readonly part: number;
  readonly tiles: readonly number[];
}

/** Buckets for each power of two of `|entry|·2^c`. */
const PER_OCTAVE = 64;
/** Magnitudes are below 2^104. */
const OCTAVES = 105;

/**
 * What every part of a rule's tiles needs of its budgets, if the `maxNonzeros` entries that weigh most are masked over all
 * parts together: a number of entries, at most exact, and the squares of the others in the rule's units, from above. Entries
 * outside of the tier's range are masked first. Reads each tile once and keeps none: entries are counted by magnitude in
 * buckets of 1/64 of an octave, and one is masked as a whole or not at all.
 */
export async function measureNeeds(
  tier: Tier,
  maxNonzeros: bigint,
  parts: readonly PartOfRule[],
  readTile: (tile: number) => Promise<CountedTile>,
): Promise<Map<number, ShareNeed>> {
  const measured: { readonly part: number; readonly histogram: Histogram }[] = [];
  for (const { part, tiles } of parts) {
    const histogram = new Histogram(tier.tileSize / 2);
    for (const tile of tiles) histogram.add(await readTile(tile));
    measured.push({ part, histogram });
  }
  let left = Number(maxNonzeros);
  let first = BUCKETS;
  for (; first > 0; first--) {
    const count = measured.reduce((sum, { histogram }) => sum + histogram.countAt(first - 1), 0);
    if (count > left) break;
    left -= count;
  }
  return new Map(measured.map(({ part, histogram }) => [part, histogram.needAbove(first)]));
}

/** One bucket more, the last: entries outside of the range, which must be masked. */
const BUCKETS = PER_OCTAVE * OCTAVES + 1;

/** Entries by magnitude: how many, and the sum of their squares in the rule's units. */
class Histogram {
  readonly #range: number;
  readonly #counts = new Float64Array(BUCKETS);
  readonly #squares = new Float64Array(BUCKETS);

  constructor(range: number) {
    this.#range = range;
  }

  add({ values, exponent }: CountedTile): void {
    const scale = 2 ** exponent;
    for (let x = 0; x < values.length; x++) {
      const entry = values[x] as number;
      if (entry === 0) continue;
      const size = Math.abs(entry) * scale;
      const isOutside = entry < -this.#range || entry >= this.#range;
      const bucket = isOutside ? BUCKETS - 1 : Math.floor(Math.log2(size) * PER_OCTAVE);
      this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
      this.#squares[bucket] = (this.#squares[bucket] as number) + size * size;
    }
  }

  countAt(bucket: number): number {
    return this.#counts[bucket] as number;
  }

  /** If everything from a bucket on is masked. */
  needAbove(first: number): ShareNeed {
    let [nonzeros, squares] = [0, 0];
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (bucket >= first) nonzeros += this.#counts[bucket] as number;
      else squares += this.#squares[bucket] as number;
    }
    // Sums of doubles are off by less than this.
    return { maxNonzeros: BigInt(nonzeros), maxResidualSq: BigInt(Math.ceil(squares * (1 + 2 ** -20))) };
  }
}
