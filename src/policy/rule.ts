import { InputError } from "../errors/errors.js";
import { keccakWords, type Word } from "../algebra/keccak.js";
import type { Hex } from "../algebra/hex.js";
import { MAX_SHIFT, NONZEROS_BITS, PROTOCOL_VERSION, RESIDUAL_SQ_BITS, UNIT_BITS } from "../protocol/constants.js";
import { fractionBitsOfTile, type TileClass } from "../quantize/class-table.js";
import { MAX_FRACTION_BITS, MIN_FRACTION_BITS } from "../quantize/round.js";

/** Tiles `firstTile … firstTile + tileCount - 1`. */
export interface TileRange {
  readonly firstTile: number;
  readonly tileCount: number;
}

/**
 * One rule of a policy (PROTOCOL 3): what may change in the tiles of its ranges, all together. The difference of a tile
 * with `f` fraction bits is `2^-shift·A·B + S + E/2^shift` in integer units of `2^-f`.
 */
export interface Rule {
  /** Ascending and disjoint; each within one class of `f`. A rank rule has one. */
  readonly ranges: readonly TileRange[];
  /**
   * `u`: the budget of the residual is in squared units of `2^-u`. `E` of a tile counts `4^c` with `c = u - f - shift`, which
   * must be 0 to 31 for every tile, and 0 under a rank bound.
   */
  readonly unit: number;
  /** Column panels `J` of the tensor that a rank rule covers; 0 without a rank bound. */
  readonly gridCols: number;
  /** Largest rank of the low-rank part; 0 for none. */
  readonly maxRank: number;
  /** Extra fraction bits of the factors' product, at most 40; 0 without a rank bound. */
  readonly shift: number;
  /** How many entries the sparse part may have over all tiles of the rule; below 2^40. */
  readonly maxNonzeros: bigint;
  /** Largest squared norm of the residual over all tiles of the rule, in squared units of `2^-unit`; below 2^100. */
  readonly maxResidualSq: bigint;
}

/** Rules that share no tile, by their first tiles. Tiles in no rule are frozen. */
export interface Policy {
  readonly baseModelId: Hex;
  readonly rules: readonly Rule[];
}

/** A registry keeps a rule's first range with its bounds and five more in each of at most 255 words. */
export const MAX_RANGES = 1 + 5 * 255;
/** Ranges name their rule with 16 bits, a registry its words with 12. */
export const MAX_RULES = 2 ** 12;
const MAX_EXPONENT = 2 ** UNIT_BITS - 1;
export const MIN_UNIT = MIN_FRACTION_BITS;
export const MAX_UNIT = MAX_FRACTION_BITS + MAX_SHIFT + MAX_EXPONENT;

/** How many tiles a rule covers. */
export function tileCountOf({ ranges }: Pick<Rule, "ranges">): number {
  return ranges.reduce((sum, { tileCount }) => sum + tileCount, 0);
}

/** The tiles of a rule, ascending. */
export function tilesOf({ ranges }: Pick<Rule, "ranges">): number[] {
  return ranges.flatMap(({ firstTile, tileCount }) => Array.from({ length: tileCount }, (_, i) => firstTile + i));
}

/** Whether a rule covers a tile. */
export function coversTile({ ranges }: Pick<Rule, "ranges">, tile: number): boolean {
  return ranges.some(({ firstTile, tileCount }) => tile >= firstTile && tile < firstTile + tileCount);
}

/** The first tile of a rule, by which rules are numbered. */
export function firstTileOf({ ranges }: Pick<Rule, "ranges">): number {
  return ranges[0]?.firstTile ?? Infinity;
}

/** Row panels `I` of the tensor that a rank rule covers; 0 without a rank bound. */
export function gridRows(rule: Rule): number {
  return rule.maxRank === 0 ? 0 : tileCountOf(rule) / rule.gridCols;
}

/** A range of a rule by the rule's number. */
export interface RangeOfRule extends TileRange {
  readonly rule: number;
}

/** All ranges of a policy, ascending by tile: the order in which its id hashes them. */
export function rangesOf(rules: readonly Rule[]): RangeOfRule[] {
  return rules
    .flatMap(({ ranges }, rule) => ranges.map(({ firstTile, tileCount }) => ({ firstTile, tileCount, rule })))
    .sort((a, b) => a.firstTile - b.firstTile);
}

/** Throws `InputError` naming the rule and the number unless the policy is well-formed for a model of that many tiles. */
export function assertPolicy(policy: Policy, modelTileCount: number): void {
  const { rules } = policy;
  if (rules.length === 0) {
    throw new InputError("the policy has no rule, so nothing may change", { remedy: "Add at least one rule." });
  }
  if (rules.length > MAX_RULES) throw new InputError(`the policy has ${rules.length} rules, at most ${MAX_RULES}`);
  rules.forEach(assertRule);
  rules.forEach((rule, index) => {
    const previous = rules[index - 1];
    if (previous !== undefined && firstTileOf(rule) < firstTileOf(previous)) {
      throw new InputError(
        `policy rule ${index}: starts at tile ${firstTileOf(rule)}, but rules are sorted by their first tiles`,
      );
    }
  });
  let nextFree = 0;
  for (const { firstTile, tileCount, rule } of rangesOf(rules)) {
    if (firstTile < nextFree) {
      throw new InputError(
        `policy rule ${rule}: a range starts at tile ${firstTile}, but ranges are disjoint: expected at least ${nextFree}`,
      );
    }
    nextFree = firstTile + tileCount;
    if (nextFree > modelTileCount) {
      throw new InputError(
        `policy rule ${rule}: ends at tile ${nextFree - 1}, but the model has ${modelTileCount} tiles`,
      );
    }
  }
}

function assertRule(rule: Rule, index: number): void {
  const reject = (detail: string): never => {
    throw new InputError(`policy rule ${index}: ${detail}`);
  };
  const { ranges, unit, gridCols, maxRank, shift, maxNonzeros, maxResidualSq } = rule;
  const counts = [gridCols, maxRank, shift, ...ranges.flatMap(({ firstTile, tileCount }) => [firstTile, tileCount])];
  if (counts.some((value) => !Number.isSafeInteger(value) || value < 0)) reject("a count is not a whole number");
  if (ranges.length === 0 || ranges.some(({ tileCount }) => tileCount === 0)) reject("covers no tile");
  if (ranges.length > MAX_RANGES) reject(`has ${ranges.length} ranges of tiles, at most ${MAX_RANGES}`);
  if (ranges.some(({ firstTile }, i) => i > 0 && firstTile < (ranges[i - 1]?.firstTile ?? 0))) {
    reject("its ranges do not ascend");
  }
  if (!Number.isInteger(unit) || unit < MIN_UNIT || unit > MAX_UNIT) {
    reject(`unit is ${unit}, expected a whole number from ${MIN_UNIT} to ${MAX_UNIT}`);
  }
  if (maxRank === 0) {
    if (shift !== 0 || gridCols !== 0) reject("has a shift or gridCols without a rank bound");
  } else {
    if (maxRank > 255) reject(`maxRank is ${maxRank}, at most 255`);
    if (ranges.length > 1) reject(`bounds a rank over ${ranges.length} ranges: it must cover one tensor`);
    if (gridCols === 0 || tileCountOf(rule) % gridCols !== 0) {
      reject(`${tileCountOf(rule)} tiles do not form rows of ${gridCols}`);
    }
  }
  if (shift > MAX_SHIFT) reject(`shift is ${shift}, at most ${MAX_SHIFT}`);
  if (maxNonzeros < 0n || maxNonzeros >> BigInt(NONZEROS_BITS) !== 0n) {
    reject(`maxNonzeros is ${maxNonzeros}, expected at least 0 and below 2^${NONZEROS_BITS}`);
  }
  if (maxResidualSq < 0n || maxResidualSq >> BigInt(RESIDUAL_SQ_BITS) !== 0n) {
    reject(`maxResidualSq is ${maxResidualSq}, expected at least 0 and below 2^${RESIDUAL_SQ_BITS}`);
  }
}

/**
 * What a policy must be for a model's class table: every range lies within one class, and every exponent is 0 to 31, under a
 * rank bound 0. Throws `InputError` naming the rule. The policy and the table must each be well-formed.
 */
export function assertPolicyFitsClasses(policy: Policy, classes: readonly TileClass[]): void {
  policy.rules.forEach((rule, index) => {
    for (const { firstTile, tileCount } of rule.ranges) {
      const f = fractionBitsOfTile(classes, firstTile);
      const boundary = classes.find((each) => each.firstTile > firstTile && each.firstTile < firstTile + tileCount);
      if (boundary !== undefined) {
        throw new InputError(
          `policy rule ${index}: tiles ${firstTile} to ${firstTile + tileCount - 1} have different fraction bits (${f} and, from tile ${boundary.firstTile}, ${boundary.fractionBits})`,
          { remedy: "Give the rule a range for each." },
        );
      }
      const exponent = rule.unit - f - rule.shift;
      const most = rule.maxRank > 0 ? 0 : MAX_EXPONENT;
      if (exponent < 0 || exponent > most) {
        const apart = `${Math.abs(exponent)} bit${Math.abs(exponent) === 1 ? "" : "s"} ${exponent < 0 ? "coarser" : "finer"}`;
        throw new InputError(
          `policy rule ${index}: its unit 2^${-rule.unit} is ${apart} than that of tile ${firstTile}, expected ${most === 0 ? "the same" : `0 to ${most} bits finer`}`,
          {
            remedy:
              most === 0
                ? `A rank rule counts in its tensor's own unit, here ${f + rule.shift}.`
                : exponent < 0
                  ? "Count the rule in the unit of its finest tensor."
                  : "Split the rule: its tensors' fraction bits are too far apart.",
          },
        );
      }
    }
  });
}

/** `c_T` of a tile of a rule: its squares count `4^c` (PROTOCOL 3). The policy must fit the classes. */
export function unitExponent(rule: Pick<Rule, "unit" | "shift">, classes: readonly TileClass[], tile: number): number {
  return rule.unit - rule.shift - fractionBitsOfTile(classes, tile);
}

/** `keccak256(abi.encode(version, baseModelId, RuleBounds[], TileRange[]))`, as the registry computes it. */
export function policyId(policy: Policy): Hex {
  const { baseModelId, rules } = policy;
  const ranges = rangesOf(rules);
  const headWords = 4;
  const bounds = rules.flatMap((rule): Word[] => [
    BigInt.asUintN(256, BigInt(rule.unit)),
    BigInt(rule.gridCols),
    BigInt(rule.maxRank),
    BigInt(rule.shift),
    rule.maxNonzeros,
    rule.maxResidualSq,
  ]);
  return keccakWords([
    BigInt(PROTOCOL_VERSION),
    baseModelId,
    BigInt(32 * headWords),
    BigInt(32 * (headWords + 1 + bounds.length)),
    BigInt(rules.length),
    ...bounds,
    BigInt(ranges.length),
    ...ranges.flatMap(({ firstTile, tileCount, rule }) => [BigInt(firstTile), BigInt(tileCount), BigInt(rule)]),
  ]);
}
