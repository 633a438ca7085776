import type { OpenedModel } from "../commitment/commit-tiles.js";
import { measureNeeds } from "../segment/measure-needs.js";
import { dividedRules, sharesOf, type ShareNeed } from "../segment/shares.js";
import { tileDifference } from "../difference/tile-difference.js";
import { unitExponent, type Rule } from "../policy/rule.js";
import type { CertificatePlan } from "../segment/planned-segment.js";
import type { ProgressListener } from "../protocol/progress.js";

/**
 * Gives every segment of a plan a share of its rules' budgets that serves it (`sharesOf`). Reads the tiles of those rules that
 * several segments use, once; a plan without such rules stays as it is. The same models give the same shares. Throws
 * `PolicyViolation` if the change exceeds a budget, or no division serves all segments.
 */
export async function divideByNeed(
  plan: CertificatePlan,
  base: OpenedModel,
  tuned: OpenedModel,
  onProgress: ProgressListener = () => undefined,
): Promise<CertificatePlan> {
  const { tier, segments, head } = plan;
  const { rules } = head.policy;
  const divided = dividedRules(segments);
  if (divided.size === 0) return plan;
  const total = segments.reduce(
    (sum, { uses }) =>
      sum + uses.reduce((tiles, use) => tiles + (divided.has(use.ruleIndex) ? use.tiles.length : 0), 0),
    0,
  );
  let done = 0;
  const from = new Int32Array(tier.tileSize);
  const to = new Int32Array(tier.tileSize);
  const needs = new Map<number, Map<number, ShareNeed>>();
  for (const ruleIndex of divided) {
    const rule = rules[ruleIndex] as Rule;
    const measured = await measureNeeds(
      tier,
      rule.maxNonzeros,
      segments.flatMap(({ index, uses }) =>
        uses.flatMap((use) => (use.ruleIndex === ruleIndex ? [{ part: index, tiles: use.tiles }] : [])),
      ),
      async (tile) => {
        await base.tiles.readTile(tile, from);
        await tuned.tiles.readTile(tile, to);
        onProgress("dividing budgets over segments", ++done, total);
        return { values: tileDifference(from, to, to), exponent: unitExponent(rule, head.classes, tile) };
      },
    );
    needs.set(ruleIndex, measured);
  }
  const shares = sharesOf(rules, segments, needs);
  return {
    ...plan,
    segments: segments.map((segment, index) => ({ ...segment, shares: shares[index] ?? segment.shares })),
  };
}
