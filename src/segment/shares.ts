import { PolicyViolation } from "../errors/errors.js";
import type { SegmentPlan } from "./plan.js";
import type { Rule } from "../policy/rule.js";
import type { RuleShare } from "./statement.js";

/** What a rule's tiles in one segment need at least: entries to be masked, and the squares of the others. */
export type ShareNeed = RuleShare;

/** Needs by rule and segment, of rules that several segments use. */
export type ShareNeeds = ReadonlyMap<number, ReadonlyMap<number, ShareNeed>>;

/** Rules without a rank bound that several segments use: only of these are there shares to choose. */
export function dividedRules(segments: readonly SegmentPlan[]): Set<number> {
  const seen = new Set<number>();
  const divided = new Set<number>();
  for (const { uses } of segments) {
    for (const { ruleIndex } of uses) (seen.has(ruleIndex) ? divided : seen).add(ruleIndex);
  }
  return divided;
}

/** What a budget must be at least, so that it can be divided over so many segments whatever each of them needs of `needed`. */
export function divisibleBudget(needed: bigint, segments: number): bigint {
  if (needed === 0n || segments < 2) return needed;
  const fine = 1n << BigInt(MAX_BITS - 1);
  return (needed * (fine + 1n)) / fine + 1n + LEAST_STEP * BigInt(segments);
}

/**
 * Every use's share of its rule's budgets, by segment and place: all of them for a rule of one segment, else by numbers of
 * tiles. Shares are public, so they do not follow the weights: only where a segment `needs` more than that, its need counts,
 * rounded up (`divide`). Throws `PolicyViolation` if no division serves all segments, saying what would.
 */
export function sharesOf(
  rules: readonly Rule[],
  segments: readonly SegmentPlan[],
  needs: ShareNeeds = new Map(),
): RuleShare[][] {
  const shares = segments.map(({ uses }) => uses.map((): RuleShare => ({ maxNonzeros: 0n, maxResidualSq: 0n })));
  rules.forEach((rule, ruleIndex) => {
    const places = segments.flatMap(({ uses }, segment) =>
      uses.flatMap((use, place) =>
        use.ruleIndex === ruleIndex ? [{ segment, place, weight: BigInt(use.tiles.length) }] : [],
      ),
    );
    if (places.length === 0) return;
    const weights = places.map(({ weight }) => weight);
    const divided = BOUNDS.map((bound) => {
      const needed = places.map(({ segment }) => needs.get(ruleIndex)?.get(segment)?.[bound] ?? 0n);
      return divide(rule[bound], weights, needed, (least) => {
        throw new PolicyViolation(
          `policy rule ${ruleIndex}: ${NAMES[bound]} of ${rule[bound]} cannot be divided over ${places.length} segments, which need ${least}`,
          {
            rule: ruleIndex,
            measured: least,
            allowed: rule[bound],
            remedy: "Allow that much in the policy, or use a larger tier: its segments hold more tiles.",
          },
        );
      });
    });
    places.forEach(({ segment, place }, i) => {
      const [maxNonzeros = 0n, maxResidualSq = 0n] = divided.map((each) => each[i] ?? 0n);
      const ofSegment = shares[segment];
      if (ofSegment !== undefined) ofSegment[place] = { maxNonzeros, maxResidualSq };
    });
  });
  return shares;
}

const BOUNDS = ["maxNonzeros", "maxResidualSq"] as const;
const NAMES = { maxNonzeros: "the number of sparse entries", maxResidualSq: "the squared norm" } as const;

/** Significant bits that needs are rounded up to, the fewest that serve. */
const MAX_BITS = 8;
/** No need is told more exactly than to multiples of this. */
const LEAST_STEP = 8n;

/**
 * Divides a budget by weights; where some part needs more than that gives it, every part gets its need, rounded up to as few
 * significant bits as fit, and by weights a part of what is left. So a public share tells at most a rounded need.
 */
function divide(
  budget: bigint,
  weights: readonly bigint[],
  needs: readonly bigint[],
  refuse: (least: bigint) => never,
): bigint[] {
  const byWeight = divideByWeight(budget, weights);
  if (needs.every((need, i) => need <= (byWeight[i] ?? 0n))) return byWeight;
  let total = 0n;
  for (let bits = 1; bits <= MAX_BITS; bits++) {
    const rounded = needs.map((need) => roundUp(need, bits));
    total = rounded.reduce((sum, each) => sum + each, 0n);
    if (total > budget) continue;
    const rest = divideByWeight(budget - total, weights);
    return rounded.map((each, i) => each + (rest[i] ?? 0n));
  }
  return refuse(total);
}

/** Sums to the budget exactly. */
function divideByWeight(budget: bigint, weights: readonly bigint[]): bigint[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0n);
  const parts: bigint[] = [];
  let [taken, passed] = [0n, 0n];
  for (const weight of weights) {
    passed += weight;
    const upTo = (budget * passed) / all;
    parts.push(upTo - taken);
    taken = upTo;
  }
  return parts;
}

/** The next number of at most that many significant bits, and a multiple of 8. */
function roundUp(need: bigint, bits: number): bigint {
  if (need === 0n) return 0n;
  const length = need.toString(2).length;
  const bySize = 1n << BigInt(Math.max(0, length - bits));
  const step = bySize > LEAST_STEP ? bySize : LEAST_STEP;
  return ((need + step - 1n) / step) * step;
}
