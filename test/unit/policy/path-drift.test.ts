import { expect } from "chai";
import type { Policy, Rule } from "../../../src/policy/rule.js";
import type { Hex } from "../../../src/algebra/hex.js";
import { InputError } from "../../../src/errors/errors.js";
import { measureNorms, type BaseNorms } from "../../../src/policy/base-norms.js";
import { driftObjections, type DriftLimits } from "../../../src/policy/drift-limits.js";
import { driftWords, percent } from "../../../src/policy/drift-words.js";
import { isWithin } from "../../../src/policy/is-within.js";
import { pathDrift, type PathDrift } from "../../../src/policy/path-drift.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import type { Manifest } from "../../../src/quantize/manifest.js";
import { flatRule } from "../../support/rules.js";
import { openFile, valuesOf } from "../../support/models.js";
import { tinyModel } from "../../support/tiny-models.js";

const BASE: Hex = `0x${"ba".repeat(32)}`;
/** Tiles 0 and 1: `dense.weight`; 2 and 3: `head.weight`; 4: both biases. */
const WEIGHTS = { dense: 512n, head: 320n, biases: 17n };
const BITS = 10;

/** A rule over tiles of that many fraction bits. */
const rule = (firstTile: number, tileCount: number, bounds: Partial<Rule>): Rule => ({
  ...flatRule(firstTile, tileCount, { unit: BITS + (bounds.shift ?? 0) }),
  ...bounds,
});

describe("how far a model may be from its base", () => {
  let manifest: Manifest;
  let norms: BaseNorms;

  before(async () => {
    const model = await openFile(tinyModel(1));
    ({ manifest } = await buildManifest(model, TIERS.nano, { fractionBits: BITS }));
    norms = await measureNorms(model, manifest);
  });

  const policy = (...rules: readonly Rule[]): Policy => ({ baseModelId: BASE, rules });
  const norm = (firstTile: number, tileCount: number, maxResidualSq: bigint): Rule =>
    rule(firstTile, tileCount, { maxResidualSq });
  const free = (firstTile: number, tileCount: number, weights: bigint): Rule =>
    rule(firstTile, tileCount, { maxResidualSq: 0n, maxNonzeros: weights });
  const sparse = (firstTile: number, tileCount: number, maxNonzeros: bigint): Rule =>
    rule(firstTile, tileCount, { maxResidualSq: 0n, maxNonzeros });
  const rank = (maxRank: number, maxResidualSq = 0n): Rule =>
    rule(0, 2, { maxRank, gridCols: 1, shift: 4, maxResidualSq });
  const drift = (...policies: readonly Policy[]): PathDrift => pathDrift(policies, manifest, norms);
  const of = (what: PathDrift, name: string): PathDrift["tensors"][number] =>
    what.tensors.find((each) => each.name === name) ?? expect.fail(name);

  it("measures the base's norms tensor by tensor, also where tensors share a tile", async () => {
    const model = await openFile(tinyModel(1));
    for (const [name, measured] of norms) {
      const real = Math.hypot(...(await valuesOf(model, name)));
      expect(measured, name).to.be.closeTo(real, Math.sqrt(512) * 2 ** -BITS);
    }
    expect([...norms.keys()].toSorted()).to.deep.equal(["dense.bias", "dense.weight", "head.bias", "head.weight"]);
  });

  it("is in per cent of the base's norm, part by part, and names what is unchanged", () => {
    const part = (norms.get("dense.weight") ?? 0) ** 2 * 4 ** BITS;
    const within = drift(policy(norm(0, 2, BigInt(Math.floor(part * 0.05 ** 2)))));
    expect(of(within, "dense.weight").relative).to.be.closeTo(0.05, 1e-4);
    expect(of(within, "head.weight")).to.include({ isFrozen: true, norm: 0, relative: 0 });
    const { headline } = driftWords(within);
    expect(headline).to.match(/^at most [\d.]+ % of the base's norm; unchanged: head/u);
    expect(percent(0.05)).to.equal("5 %");
    expect(percent(0.0501)).to.equal("5.1 %");
    expect(percent(2.5)).to.include("250 %").and.to.include("nothing of it need be left");
  });

  it("is per weight, and says so, where the base's norms are not known", () => {
    const without = pathDrift([policy(norm(0, 2, 512n * 4n))], manifest);
    expect(of(without, "dense.weight").relative).to.equal(undefined);
    // 2 steps of 2^-10 a weight.
    expect(driftWords(without).headline).to.match(/^at most 0\.00\d+ root mean square a weight/u);
    expect(of(without, "dense.weight").norm).to.be.closeTo(Math.sqrt(512) * 2 * 2 ** -BITS, 1e-9);
  });

  it("adds over certificates: norms, sparse entries and ranks", () => {
    const path = drift(policy(norm(0, 2, 9n), sparse(2, 2, 5n)), policy(norm(0, 2, 16n), sparse(2, 2, 6n)));
    expect(of(path, "dense.weight").norm).to.be.closeTo(7 * 2 ** -BITS, 1e-9);
    expect(path.whole.sparse).to.equal(11n);
    expect(driftWords(path).headline).to.include("and up to 11 single weights by any amount");
    const ranks = drift(policy(rank(1)), policy(rank(2)));
    expect(of(ranks, "dense.weight").rank).to.equal(3);
    expect(driftWords(ranks).headline).to.include("a change of rank up to 3 of any size");
    expect(of(drift(policy(rank(16))), "dense.weight").isFree).to.equal(true);
  });

  it("counts a budget whole in every tensor that it reaches, and in squares over rules of one policy", () => {
    const biases = drift(policy(norm(4, 1, 9n)));
    expect(of(biases, "dense.bias").norm).to.equal(of(biases, "head.bias").norm);
    const both = drift(policy(norm(0, 1, 9n), norm(1, 1, 16n)));
    expect(of(both, "dense.weight").norm).to.be.closeTo(5 * 2 ** -BITS, 1e-9);
  });

  it("spells out a policy that frees everything, by sparse entries or by an endless budget", () => {
    const all = "every part may change by any amount";
    const { dense, head, biases } = WEIGHTS;
    expect(driftWords(drift(policy(free(0, 2, dense), free(2, 2, head), free(4, 1, biases)))).headline).to.equal(all);
    expect(driftWords(drift(policy(rule(0, 5, { maxResidualSq: (1n << 100n) - 1n })))).headline).to.equal(all);
    const some = driftWords(drift(policy(norm(0, 2, 9n), free(2, 3, head + biases)))).headline;
    expect(some).to.include("free to change by any amount").and.not.equal(all);
    // One weight fewer is no freedom, and is told as what it is.
    expect(driftWords(drift(policy(free(2, 2, head - 1n)))).headline).to.include("319 single weights");
  });

  it("says where the steps hide more than they show", async () => {
    const model = await openFile(tinyModel(1));
    const coarse = (await buildManifest(model, TIERS.nano, { fractionBits: 0 })).manifest;
    const { headline } = driftWords(pathDrift([policy(norm(0, 2, 0n))], coarse, await measureNorms(model, coarse)));
    expect(headline).to.include("steps so coarse");
    expect(driftWords(drift(policy(norm(0, 2, 0n)))).headline).to.not.include("coarse");
  });

  describe("against what a consumer accepts", () => {
    const objections = (policies: readonly Policy[], limits: DriftLimits, known = true): string[] =>
      driftObjections(BASE, policies, pathDrift(policies, manifest, known ? norms : undefined), manifest, limits);
    const share = (ratio: number): bigint =>
      BigInt(Math.floor((norms.get("dense.weight") ?? 0) ** 2 * 4 ** BITS * ratio ** 2));
    const most = (ratio: number, of: "part" | "tensor" | "whole" = "part"): DriftLimits => ({
      maxDrift: [{ of, ratio }],
    });

    it("takes a bound of 5 % for 5 %, and not for less", () => {
      const five = [policy(norm(0, 2, share(0.05)))];
      expect(objections(five, most(0.06, "tensor"))).to.deep.equal([]);
      expect(objections(five, most(0.05, "tensor"))).to.deep.equal([]);
      expect(objections(five, most(0.0499, "tensor"))).to.have.length.greaterThan(0);
      expect(objections([...five, ...five], most(0.06, "tensor"))[0]).to.include("10 %");
    });

    it("judges every part by itself unless it is asked for the whole", () => {
      const inBiases = [policy(norm(4, 1, share(0.005)))];
      expect(objections(inBiases, most(0.05, "whole"))).to.deep.equal([]);
      expect(objections(inBiases, most(0.03, "tensor"))[0]).to.include("bias");
    });

    it("lets pass under a percentage nothing that has no size, unless it is allowed by number", () => {
      const few = [policy(norm(0, 2, 1n), sparse(2, 2, 3n))];
      expect(objections(few, most(0.5))[0]).to.include("3 single weights");
      expect(objections(few, { ...most(0.5), allowSparse: 3n })).to.deep.equal([]);
      expect(objections([policy(rank(1))], most(0.5))[0]).to.include("rank 1");
      expect(objections([policy(rank(1))], { ...most(0.5), allowRank: 1 })).to.deep.equal([]);
      const freed = [policy(norm(0, 2, 1n), free(2, 2, WEIGHTS.head))];
      expect(objections(freed, { ...most(0.5), allowSparse: 1n << 40n })[0]).to.include("head.weight");
    });

    it("refuses a percentage of a base whose norms are not known, or whose steps hide too much", async () => {
      expect(() => objections([policy(norm(0, 2, 1n))], most(0.5), false)).to.throw(InputError, "--base-weights");
      const model = await openFile(tinyModel(1));
      const coarse = (await buildManifest(model, TIERS.nano, { fractionBits: 0 })).manifest;
      const nothing = pathDrift([policy(norm(0, 2, 0n))], coarse, await measureNorms(model, coarse));
      expect(driftObjections(BASE, [], nothing, coarse, most(0.5))[0]).to.include("rounding hides");
    });

    it("wants tensors unchanged by their names", () => {
      expect(objections([policy(norm(0, 2, 1n))], { frozen: ["head.*"] })).to.deep.equal([]);
      expect(objections([policy(norm(0, 2, 1n))], { frozen: ["dense.*"] })[0]).to.include("dense.weight");
      expect(objections([policy(norm(0, 2, 1n)), policy(norm(2, 1, 1n))], { frozen: ["head.weight"] })).to.have.length(
        1,
      );
      expect(() => objections([], { frozen: ["nothing.*"] })).to.throw(InputError, "no tensor of weights matches");
    });

    it("is within a policy exactly if what was allowed together is allowed", () => {
      const within = (policies: readonly Policy[], target: Policy): boolean => isWithin(policies, target, manifest);
      const steps = [policy(norm(0, 2, 4n)), policy(norm(0, 2, 9n))];
      expect(within(steps, policy(norm(0, 2, 25n)))).to.equal(true);
      expect(within(steps, policy(norm(0, 2, 24n)))).to.equal(false);
      expect(within(steps, policy(norm(0, 1, 25n)))).to.equal(false);
      expect(within([policy(norm(0, 2, 3n))], policy(norm(0, 2, 3n)))).to.equal(true);
      expect(within([policy(norm(0, 1, 3n), norm(1, 1, 4n))], policy(norm(0, 2, 7n)))).to.equal(true);
      expect(within([policy(norm(0, 1, 3n), norm(1, 1, 4n))], policy(norm(0, 2, 6n)))).to.equal(false);
      // A budget of a rule with a shift counts in finer units: 4^4 of them are one.
      expect(within([policy(norm(0, 2, 1n))], policy(rank(1, 256n)))).to.equal(true);
      expect(within([policy(norm(0, 2, 1n))], policy(rank(1, 255n)))).to.equal(false);
      expect(within([policy(rank(1)), policy(rank(1))], policy(rank(2)))).to.equal(true);
      expect(within([policy(rank(1)), policy(rank(1))], policy(rank(1)))).to.equal(false);
      expect(within([policy(rank(1, 5n))], policy(free(0, 2, WEIGHTS.dense)))).to.equal(true);
      expect(within([policy(rank(1, 5n))], policy(free(0, 2, WEIGHTS.dense - 1n)))).to.equal(false);
      expect(within([], policy(norm(0, 1, 1n)))).to.equal(true);
      expect(objections(steps, { within: policy(norm(0, 2, 24n)) })).to.have.length(1);
      const other: Hex = `0x${"0c".repeat(32)}`;
      const ofOther = { ...policy(norm(0, 2, 25n)), baseModelId: other };
      expect(() => objections(steps, { within: ofOther })).to.throw(InputError, "is about model");
    });
  });
});
