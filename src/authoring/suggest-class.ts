import type { Rule } from "../policy/rule.js";
import { count, plural, short } from "./check-violations.js";
import { normOf } from "./measure-model.js";
import { FREE_SHARE, NOISE_FACTOR, SPARSE_SHARE } from "../policy/suggest-limits.js";
import { spreadRule } from "../policy/spread-rule.js";
import { findRank } from "./suggest-rank.js";
import type { ClassifyInput, MeasuredPiece } from "./suggest-piece.js";
import type { SuggestedRule } from "./suggest-report.js";

/** The tightest rule for a change. Bounds are exactly what was measured; `suggestPolicy` rounds them. */
export function classifyPiece(input: ClassifyInput): SuggestedRule {
  const { others, weights, baseSquares, range } = input.piece;
  const found = classify(input);
  const bindsNorm = found.rule.maxResidualSq > 0n;
  const rule = { ...found, size: bindsNorm ? baseSquares * 4 ** -range.fractionBits : weights };
  if (others === 0) return rule;
  const share =
    others === 1
      ? "1 other tensor that did not change shares tiles"
      : `${others} other tensors that did not change share tiles`;
  return { ...rule, reason: `${rule.reason}; ${share} with it, so the rule lets them change as well` };
}

type ClassifiedRule = Omit<SuggestedRule, "size">;

function classify(input: ClassifyInput): ClassifiedRule {
  const { piece, noise, isRounding } = input;
  const { counts, weights, tensors } = piece;
  const { fractionBits } = piece.range;
  const whole = counts.masked(0n).sumSquares;
  const norm = (sumSquares: bigint | number): string =>
    short(normOf(BigInt(Math.ceil(Number(sumSquares))), fractionBits));

  if (counts.nonzeros <= SPARSE_SHARE * weights) {
    return {
      kind: "sparse",
      rule: plainRule(piece, BigInt(counts.nonzeros), 0n),
      tensors,
      reason: `${count(counts.nonzeros)} of ${plural(BigInt(weights), "weight", "weights")} changed`,
    };
  }
  if (isRounding && counts.outside === 0) {
    return {
      kind: "rounding",
      rule: plainRule(piece, 0n, whole),
      tensors,
      reason: `the change has a norm of ${norm(whole)}, which rounding to the dtypes of the two files explains`,
    };
  }
  if (Number(whole) <= NOISE_FACTOR ** 2 * noise) {
    return boundNorm(
      input,
      `that is no more than rounding to the stored dtypes and to steps of 2^-${fractionBits} explains, so no rank ` +
        `is visible`,
    );
  }
  const ranked = findRank(input);
  if (ranked.found !== undefined) {
    const { rank, shift, nonzeros, sumSquares } = ranked.found;
    const left = short(normOf(sumSquares, fractionBits + shift));
    const besides = nonzeros === 0n ? "" : ` and ${plural(nonzeros, "single weight", "single weights")}`;
    return {
      kind: nonzeros === 0n ? "low-rank" : "low-rank-and-sparse",
      rule: {
        ranges: [{ firstTile: piece.range.firstTile, tileCount: piece.range.tileCount }],
        unit: fractionBits + shift,
        gridCols: piece.range.gridCols,
        maxRank: rank,
        shift,
        maxNonzeros: nonzeros,
        maxResidualSq: sumSquares,
      },
      tensors,
      reason:
        `rank ${rank}${besides} leave${nonzeros === 0n ? "s" : ""} ${left}, no more than rounding to the stored dtypes and to ` +
        `steps of 2^-${fractionBits} explains (${norm(noise)} ` +
        `expected)`,
    };
  }
  return boundNorm(input, ranked.why);
}

/** A norm, with single weights for the entries that no table of the tier holds. */
function boundNorm({ piece, tier }: ClassifyInput, why: string | undefined): ClassifiedRule {
  const { counts, tensors, weights, baseSquares } = piece;
  const { fractionBits } = piece.range;
  const { outside, nonzeros } = counts;
  const whole = counts.masked(0n).sumSquares;
  const relative = baseSquares === 0 ? undefined : Math.sqrt(Number(whole) / baseSquares);
  const drift =
    `the change has a norm of ${short(normOf(whole, fractionBits))}` +
    (relative === undefined ? "" : `, ${short(100 * relative)} % of the base's`) +
    (why === undefined ? "" : `, and ${why}`);
  const limit = short((tier.tileSize / 2) * 2 ** -fractionBits);
  const beyond = `${plural(BigInt(outside), "weight drifts", "weights drift")} by more than the ${limit} that an entry of tier ${tier.name} holds`;
  if (outside > FREE_SHARE * nonzeros) {
    return {
      kind: nonzeros > FREE_SHARE * weights ? "free" : "sparse",
      rule: plainRule(piece, BigInt(nonzeros), 0n),
      tensors,
      reason: `${drift}; ${beyond}: all ${count(nonzeros)} that changed of ${count(weights)} may change by any amount`,
    };
  }
  const left = counts.masked(BigInt(outside));
  return {
    kind: "norm",
    rule: plainRule(piece, BigInt(outside), left.sumSquares),
    tensors,
    reason: outside === 0 ? drift : `${drift}; ${beyond} and may change by any amount`,
  };
}

/** A rule without a rank over the tiles from the first to the last that changed. */
function plainRule(piece: MeasuredPiece, maxNonzeros: bigint, maxResidualSq: bigint): Rule {
  const { fractionBits, firstTile } = piece.range;
  const first = piece.changedTiles[0] ?? firstTile;
  const last = piece.changedTiles.at(-1) ?? first;
  const tiles = Array.from({ length: last - first + 1 }, (_, i) => ({ tile: first + i, fractionBits }));
  return spreadRule(tiles, { maxNonzeros, maxResidualSq });
}
