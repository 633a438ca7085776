import type { IntVector } from "../kernels/backend.js";
import { MagnitudeCounts } from "./measure-magnitudes.js";

/** What is left of a rule's entries when those that weigh most are masked. */
export interface LeftOfRule {
  /** `Σ 4^c E²` of the entries that are left, exact. */
  readonly sumSquares: bigint;
  /** Entries that are masked: the budget, or all nonzeros if there are fewer. */
  readonly masked: bigint;
  /** Largest `|E|·2^c` that is left; 0 if nothing is. */
  readonly largestLeft: number;
  /** How many of the entries of that size are masked: those that come first. */
  readonly maskedTies: number;
}

interface Group {
  /** `|E|·2^c` */
  readonly size: number;
  readonly square: bigint;
  readonly times: number;
  /** Whether only a mask can carry them. */
  readonly isOutside: boolean;
}

/**
 * The entries of a rule whose tiles have different fraction bits, by magnitude: an entry of a tile with exponent `c` counts
 * `4^c` and is masked by the size of `|E|·2^c`, those outside of the entry range first (`largestEntries`). 8 MB for each
 * exponent.
 */
export class RuleCounts {
  readonly #half: number;
  readonly #byExponent = new Map<number, MagnitudeCounts>();

  /** `half`: entries must lie in `[-half, half)` unless they are masked. */
  constructor(half: number) {
    this.#half = half;
  }

  /** Counts the entries of a tile. */
  add(entries: IntVector, exponent: number): void {
    let counts = this.#byExponent.get(exponent);
    if (counts === undefined) {
      counts = new MagnitudeCounts(this.#half);
      this.#byExponent.set(exponent, counts);
    }
    counts.add(entries);
  }

  get nonzeros(): number {
    return sum([...this.#byExponent.values()].map((counts) => counts.nonzeros));
  }

  /** How many entries must be masked for the rest to lie in `[-half, half)`. */
  get outside(): number {
    return sum([...this.#byExponent.values()].map((counts) => counts.outside));
  }

  /** What is left when the `budget` entries that weigh most are masked. */
  masked(budget: bigint): LeftOfRule {
    const { nonzeros } = this;
    const most = budget < BigInt(nonzeros) ? Number(budget) : nonzeros;
    let left = most;
    let largest: { size: number; ties: number } | undefined;
    let sumSquares = 0n;
    for (const { size, square, times } of this.#inOrder()) {
      const taken = Math.min(left, times);
      left -= taken;
      if (taken === times) continue;
      largest ??= { size, ties: taken };
      sumSquares += square * BigInt(times - taken);
    }
    return { sumSquares, masked: BigInt(most), largestLeft: largest?.size ?? 0, maskedTies: largest?.ties ?? 0 };
  }

  /** The smallest number of masked entries that leaves the rest in range and its squares within a bound. */
  needed(maxSumSquares: bigint): bigint {
    let rest = this.masked(0n).sumSquares;
    let needed = 0n;
    for (const { square, times, isOutside } of this.#inOrder()) {
      const excess = rest - maxSumSquares;
      const forSum = excess <= 0n ? 0n : (excess + square - 1n) / square;
      const wanted = isOutside ? BigInt(times) : forSum;
      if (wanted === 0n) break;
      const taken = wanted < BigInt(times) ? wanted : BigInt(times);
      needed += taken;
      rest -= taken * square;
    }
    return needed;
  }

  /** Entries of one size together, in the order in which they are masked. */
  #inOrder(): Group[] {
    const groups: Group[] = [];
    for (const [exponent, counts] of this.#byExponent) {
      const scale = 2 ** exponent;
      let outside = counts.outside;
      for (const [size, times] of counts.descending()) {
        const square = (BigInt(size) * BigInt(size)) << BigInt(2 * exponent);
        const group = { size: size * scale, square };
        const out = Math.min(outside, times);
        outside -= out;
        if (out > 0) groups.push({ ...group, times: out, isOutside: true });
        if (times > out) groups.push({ ...group, times: times - out, isOutside: false });
      }
    }
    return groups.sort((a, b) => Number(b.isOutside) - Number(a.isOutside) || b.size - a.size);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
