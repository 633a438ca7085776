import type { IntVector } from "../kernels/backend.js";

/** Magnitudes below this are counted one by one; the few above (outside every tier's entry range) in a map. */
const EXACT = 2 ** 20;

/** What is left of a rule's entries when the largest are masked. */
export interface Masked {
  /** `Σ E²` of the entries that are left, exact. */
  readonly sumSquares: bigint;
  /** Entries that are masked: the budget, or all nonzeros if there are fewer. */
  readonly masked: bigint;
  /** Largest magnitude that is left; 0 if nothing is. */
  readonly largestLeft: number;
  /** How many of the entries of magnitude `largestLeft` are masked: those that come first. */
  readonly maskedTies: number;
}

/**
 * How often every magnitude occurs among whole numbers, for budgets over more tiles than fit into memory: one pass
 * over the tiles, 8 MB.
 */
export class MagnitudeCounts {
  readonly #small = new Float64Array(EXACT);
  readonly #large = new Map<number, number>();
  /** How often `+m` occurs, by the magnitudes asked for. */
  readonly #half: number;
  #nonzeros = 0;
  #positiveHalves = 0;

  /** `half`: entries must lie in `[-half, half)` unless they are masked. */
  constructor(half: number) {
    this.#half = half;
  }

  /** Counts the entries of a tile. */
  add(entries: IntVector): void {
    const half = this.#half;
    let nonzeros = 0;
    for (let x = 0; x < entries.length; x++) {
      const entry = entries[x] as number;
      if (entry === 0) continue;
      nonzeros++;
      if (entry === half) this.#positiveHalves++;
      const size = Math.abs(entry);
      if (size < EXACT) this.#small[size] = (this.#small[size] as number) + 1;
      else this.#large.set(size, (this.#large.get(size) ?? 0) + 1);
    }
    this.#nonzeros += nonzeros;
  }

  get nonzeros(): number {
    return this.#nonzeros;
  }

  /** How many entries must be masked for the rest to lie in `[-half, half)`. */
  get outside(): number {
    let count = 0;
    for (const [size, times] of this.descending()) {
      if (size < this.#half || (size === this.#half && this.#positiveHalves === 0)) break;
      count += times;
    }
    return count;
  }

  /** How many entries are larger than that in magnitude. */
  above(magnitude: number): number {
    let count = 0;
    for (const [size, times] of this.descending()) {
      if (size <= magnitude) break;
      count += times;
    }
    return count;
  }

  /** What is left when the `budget` largest entries are masked. */
  masked(budget: bigint): Masked {
    const most = budget < BigInt(this.#nonzeros) ? Number(budget) : this.#nonzeros;
    let left = most;
    let largestLeft = 0;
    let maskedTies = 0;
    const sum = new SquareSum();
    for (const [size, times] of this.descending()) {
      const taken = Math.min(left, times);
      left -= taken;
      if (taken === times) continue;
      if (largestLeft === 0) [largestLeft, maskedTies] = [size, taken];
      sum.add(size, times - taken);
    }
    return { sumSquares: sum.total, masked: BigInt(most), largestLeft, maskedTies };
  }

  /** The smallest number of masked entries that leaves the rest in range and its `Σ E²` within a bound. */
  needed(maxSumSquares: bigint): bigint {
    let rest = this.masked(0n).sumSquares;
    let needed = 0n;
    const { outside } = this;
    for (const [size, times] of this.descending()) {
      const square = BigInt(size) * BigInt(size);
      const excess = rest - maxSumSquares;
      const forSum = excess <= 0n ? 0n : (excess + square - 1n) / square;
      const forRange = BigInt(outside) - needed;
      const wanted = forSum > forRange ? forSum : forRange;
      if (wanted <= 0n) break;
      const taken = wanted < BigInt(times) ? wanted : BigInt(times);
      needed += taken;
      rest -= taken * square;
    }
    return needed;
  }

  /** Magnitudes above 0 with their counts, the largest first. */
  *descending(): Generator<readonly [size: number, times: number]> {
    yield* [...this.#large].sort(([a], [b]) => b - a);
    for (let size = EXACT - 1; size > 0; size--) {
      const times = this.#small[size] as number;
      if (times > 0) yield [size, times];
    }
  }
}

/** `Σ times·size²`, exact: in doubles while they hold it, which is much faster than in bigints. */
class SquareSum {
  #whole = 0n;
  #part = 0;

  add(size: number, times: number): void {
    const term = size * size * times;
    if (this.#part + term <= Number.MAX_SAFE_INTEGER) {
      this.#part += term;
    } else {
      this.#whole += BigInt(this.#part) + BigInt(size) * BigInt(size) * BigInt(times);
      this.#part = 0;
    }
  }

  get total(): bigint {
    return this.#whole + BigInt(this.#part);
  }
}
