import { expect } from "chai";
import type { Factors } from "../../../src/factors/factors.js";
import { planSegments } from "../../../src/segment/plan.js";
import { measureNeeds } from "../../../src/segment/measure-needs.js";
import { unitExponent, type Policy } from "../../../src/policy/rule.js";
import { dividedRules, sharesOf, type ShareNeed } from "../../../src/segment/shares.js";
import { searchFactors } from "../../../src/factors/search-factors.js";
import { placeOf, segmentLayout } from "../../../src/segment/statement.js";
import { tileDifference } from "../../../src/difference/tile-difference.js";
import { buildWitness, measureSums } from "../../../src/segment/witness.js";
import { PolicyViolation } from "../../../src/errors/errors.js";
import type { IntVector } from "../../../src/kernels/backend.js";
import { checkPolicy } from "../../../src/authoring/check-policy.js";
import { classTable } from "../../../src/quantize/class-table.js";
import { suggestPolicy } from "../../../src/authoring/suggest-policy.js";
import { openPair, type FixturePair } from "../../support/fixture-pairs.js";
import { expectError } from "../../support/rejects.js";

/** Tiles that changed, ascending. */
async function changedTilesOf({ base, tuned }: FixturePair): Promise<number[]> {
  const changed: number[] = [];
  for (let tile = 0; tile < base.tileCount; tile++) {
    const to = await tuned.readTile(tile);
    if ((await base.readTile(tile)).some((entry, x) => entry !== to[x])) changed.push(tile);
  }
  return changed;
}

/** The sums of every rule's witness, made as the prover makes it. Throws what the prover throws. */
async function proveWitness(pair: FixturePair, policy: Policy): Promise<Map<number, { sumSquares: bigint }>> {
  const { tier, base, tuned } = pair;
  const deltas: IntVector[] = [];
  for (let tile = 0; tile < base.tileCount; tile++) {
    deltas.push(tileDifference(await base.readTile(tile), await tuned.readTile(tile)));
  }
  const changed = deltas.flatMap((delta, tile) => (delta.some((value) => value !== 0) ? [tile] : []));
  const sums = new Map<number, { sumSquares: bigint }>();
  for (const { uses } of planSegments(tier, policy.rules, changed)) {
    const places = uses.map(({ ruleIndex, tiles }) => {
      const rule = policy.rules[ruleIndex]!;
      return placeOf(rule, tiles, rule, classTable(pair.manifest));
    });
    const layout = segmentLayout(tier, places);
    const ofUse = uses.map(({ tiles }) => tiles.map((tile) => deltas[tile]!));
    const factors = places.map((place, g): Factors | undefined =>
      place.rank === 0 ? undefined : searchFactors({ ...place, tier, deltas: ofUse[g]! }),
    );
    const witness = buildWitness(tier, places, layout, { deltas: ofUse.flat(), factors });
    measureSums(places, layout, witness).forEach(({ sumSquares }, g) => {
      const { ruleIndex } = uses[g]!;
      sums.set(ruleIndex, { sumSquares: sumSquares + (sums.get(ruleIndex)?.sumSquares ?? 0n) });
    });
  }
  return sums;
}

describe("a suggested policy is one that the prover can prove", () => {
  it("over many segments: the rounding of their shares has room", async () => {
    // The change is below the steps but for single units, so that a share's rounding is large beside its need.
    const pair = await openPair("transformer/base", "transformer/base-bf16", "nano");
    try {
      const { policy } = await suggestPolicy({
        ...{ ...pair, roundingBoundOf: undefined },
        baseModelId: `0x${"11".repeat(32)}`,
      });
      const segments = planSegments(pair.tier, policy.rules, await changedTilesOf(pair));
      const needs = new Map<number, ReadonlyMap<number, ShareNeed>>();
      for (const ruleIndex of dividedRules(segments)) {
        const rule = policy.rules[ruleIndex]!;
        const parts = segments.flatMap(({ uses }, part) =>
          uses.flatMap((use) => (use.ruleIndex === ruleIndex ? [{ part, tiles: use.tiles }] : [])),
        );
        const deltaOf = async (tile: number): Promise<{ values: IntVector; exponent: number }> => ({
          values: tileDifference(await pair.base.readTile(tile), await pair.tuned.readTile(tile)),
          exponent: unitExponent(rule, classTable(pair.manifest), tile),
        });
        needs.set(ruleIndex, await measureNeeds(pair.tier, rule.maxNonzeros, parts, deltaOf));
      }
      expect(needs.size).to.be.greaterThan(0);
      expect(sharesOf(policy.rules, segments, needs)).to.have.length(segments.length);
    } finally {
      await pair.close();
    }
  });

  for (const tuned of ["lora-merged-f32", "lora-plus-sparse", "lora-plus-sparse-same", "sparse", "full", "head"]) {
    it(`transformer/${tuned}: the witness has exactly the sums that were measured`, async () => {
      const pair = await openPair("transformer/base", `transformer/${tuned}`, "small");
      try {
        const { policy } = await suggestPolicy({
          ...pair,
          baseModelId: `0x${"11".repeat(32)}`,
          options: { isExact: true },
        });
        const sums = await proveWitness(pair, policy);
        expect([...sums.keys()].sort((a, b) => a - b)).to.deep.equal([...policy.rules.keys()]);
        for (const [index, { sumSquares }] of sums) {
          expect(sumSquares).to.equal(policy.rules[index]?.maxResidualSq);
        }
        // What the check refuses, the prover refuses.
        const bounded = policy.rules.findIndex(({ maxResidualSq }) => maxResidualSq > 0n);
        const rules = policy.rules.map((rule, i) =>
          i === bounded ? { ...rule, maxResidualSq: rule.maxResidualSq - 1n } : rule,
        );
        if (bounded < 0) return;
        expect(await checkPolicy({ ...pair, policy: { ...policy, rules } })).to.include({ holds: false });
        // Of a rule that several segments use, each has only a share.
        const used = planSegments(pair.tier, rules, await changedTilesOf(pair)).flatMap(({ uses }) => uses);
        if (used.filter(({ ruleIndex }) => ruleIndex === bounded).length > 1) return;
        await expectError(
          () => proveWitness(pair, { ...policy, rules }),
          PolicyViolation,
          "the squared norm of the drift is",
        );
      } finally {
        await pair.close();
      }
    });
  }
});
