import type { Factors } from "../../src/factors/factors.js";
import type { RulePlace } from "../../src/segment/statement.js";
import type { Tier } from "../../src/protocol/tiers.js";

/** A place's tiles as their definition gives them, in bigints and by sorting everything. */
export interface NaiveTile {
  readonly residual: readonly bigint[];
  readonly positions: readonly number[];
  readonly masked: readonly bigint[];
}

/** `R` of every tile of a place; the largest `maxNonzeros` of them masked, ties by tile and position. */
export function naivePlace(
  tier: Tier,
  place: RulePlace,
  deltas: readonly ArrayLike<number>[],
  factors: Factors | undefined,
): NaiveTile[] {
  const raws = deltas.map((delta, i) =>
    Array.from(delta, (value, x) => {
      let raw = BigInt(value) << BigInt(place.shift);
      for (let k = 0; k < place.rank; k++) {
        const a = factors!.a[Math.floor(i / place.colPanels)]![Math.floor(x / tier.n) * place.rank + k]!;
        const b = factors!.b[i % place.colPanels]![k * tier.n + (x % tier.n)]!;
        raw -= BigInt(a) * BigInt(b);
      }
      return raw;
    }),
  );
  const abs = (value: bigint): bigint => (value < 0n ? -value : value);
  const order = raws
    .flatMap((raw, i) => raw.map((value, x) => ({ i, x, size: abs(value) })))
    .filter(({ size }) => size > 0n)
    .sort((p, q) => (p.size === q.size ? p.i - q.i || p.x - q.x : p.size < q.size ? 1 : -1))
    .slice(0, Math.min(Number(place.maxNonzeros), tier.tileSize * deltas.length));
  return raws.map((raw, i) => {
    const positions = order
      .filter((entry) => entry.i === i)
      .map(({ x }) => x)
      .sort((a, b) => a - b);
    const isMasked = new Set(positions);
    return {
      residual: raw.map((value, x) => (isMasked.has(x) ? 0n : value)),
      positions,
      masked: positions.map((x) => raw[x]!),
    };
  });
}
