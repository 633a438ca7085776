import { expect } from "chai";
import { factorClaimExponents, factorWeights } from "../../../src/segment/factor-weights.js";
import { segmentLayout, type RulePlace } from "../../../src/segment/statement.js";
import { packFactors } from "../../../src/segment/packed-factors.js";
import { buildWitness, measureSums, type WitnessInput } from "../../../src/segment/witness.js";
import { PolicyViolation } from "../../../src/errors/errors.js";
import { FR_ZERO, frMul, frOf, frPow } from "../../../src/algebra/fr.js";
import { TIERS, type Tier } from "../../../src/protocol/tiers.js";
import { brokenRelations, fieldSums, fieldWitness } from "../../support/dishonest-witness.js";
import { CASE_CLASSES, segmentCase } from "../../support/segments.js";

const { nano } = TIERS;

const place = (bounds: Partial<RulePlace> = {}): RulePlace => ({
  tileCount: 1,
  rowPanels: 0,
  colPanels: 0,
  rank: 0,
  shift: 0,
  maxResidualSq: 0n,
  maxNonzeros: 0n,
  units: new Array<number>(bounds.tileCount ?? 1).fill(0),
  ...bounds,
});

const tile = (entries: Readonly<Record<number, number>>): Float64Array => {
  const values = new Float64Array(nano.tileSize);
  for (const [x, value] of Object.entries(entries)) values[Number(x)] = value;
  return values;
};

function build(places: readonly RulePlace[], input: WitnessInput, tier: Tier = nano): ReturnType<typeof buildWitness> {
  return buildWitness(tier, places, segmentLayout(tier, places), input);
}

function violation(run: () => unknown): PolicyViolation {
  try {
    run();
  } catch (error) {
    if (error instanceof PolicyViolation) return error;
    throw error;
  }
  throw new Error("expected a PolicyViolation");
}

describe("the witness of a segment", () => {
  for (const kind of CASE_CLASSES) {
    it(`satisfies every relation for class ${kind}, and measures the sums of their definition`, () => {
      const { statement, witness } = segmentCase(kind, nano, 12);
      const inField = fieldWitness(statement, witness);
      expect(brokenRelations(statement, inField)).to.deep.equal([]);
      const layout = segmentLayout(nano, statement.places);
      expect(measureSums(statement.places, layout, witness)).to.deep.equal(fieldSums(statement, inField));
    });
  }

  it("holds the ends of the entry range", () => {
    const places = [place({ maxResidualSq: 2n ** 20n })];
    const { tiles, multiplicities } = build(places, { deltas: [tile({ 0: -128, 5: 127 })] });
    expect(tiles[0]!.residual[0]).to.equal(-128);
    expect(tiles[0]!.residual[5]).to.equal(127);
    expect([multiplicities[0], multiplicities[255], multiplicities[128]]).to.deep.equal([
      1,
      1,
      254 + 2 * nano.tileSize,
    ]);
  });

  for (const [value, fittingBits] of [
    [128, 19],
    [-129, 19],
    [2 ** 20, 6],
  ] as const) {
    it(`refuses an entry of ${value} and names the weight, the number and the fraction bits that fit`, () => {
      const places = [place({ maxResidualSq: 2n ** 99n, tileCount: 2 })];
      const deltas = [tile({}), tile({ 77: value })];
      const describeEntry = (slot: number, x: number): { name: string; fractionBits: number } => ({
        name: `tensor "dense/kernel", tile ${slot + 40}, weight ${x}`,
        fractionBits: 20,
      });
      const error = violation(() => build(places, { deltas, describeEntry }));
      expect(error.message).to.match(/^tensor "dense\/kernel", tile 41, weight 77: drifts by/);
      expect(error.message).to.include(`${value} units, outside [-128, 128) of tier nano`);
      expect(error.remedy).to.include(`at most ${fittingBits} (now 20) fraction bits`);
      expect(error).to.include({ measured: BigInt(value), allowed: 127n, exitCode: 1 });
    });

    it(`knows no fraction bits that would fit ${value} whole units of a tensor of integers`, () => {
      const describeEntry = (): { name: string; fractionBits: number } => ({ name: "weight 3", fractionBits: 0 });
      const input = { deltas: [tile({ 3: value })], describeEntry };
      const error = violation(() => build([place({ maxResidualSq: 2n ** 99n })], input));
      expect(error.remedy).to.match(/^No number of fraction bits fits: use a larger tier/);
    });

    it(`names the slot and the entry of ${value} when nobody names the weight`, () => {
      const error = violation(() => build([place({ maxResidualSq: 2n ** 99n })], { deltas: [tile({ 77: value })] }));
      expect(error.message).to.match(/^slot 0, entry 77: drifts by/);
    });
  }

  it("refuses a norm above its bound with what was measured and what is allowed", () => {
    const deltas = [tile({ 1: 3, 2: -4 })];
    expect(() => build([place({ maxResidualSq: 25n })], { deltas })).to.not.throw();
    const error = violation(() => build([place({ maxResidualSq: 24n })], { deltas }));
    expect(error).to.include({ rule: 0, measured: 25n, allowed: 24n });
    expect(error.message).to.match(/^rule place 0: the squared norm of the drift is 25\n.*at most 24/);
    const places = [place({ maxResidualSq: 24n })];
    const named = violation(() => build(places, { deltas, describeRule: (g) => `policy rule ${g + 7}` }));
    expect(named.message).to.match(/^policy rule 7: the squared norm/);
  });

  it("masks the largest entries of a rule, over all of its tiles, and no zero", () => {
    const places = [place({ tileCount: 2, maxNonzeros: 3n, maxResidualSq: 5n })];
    const { tiles } = build(places, { deltas: [tile({ 9: -(2 ** 30), 3: 1 }), tile({ 200: 50, 7: 2, 8: 60 })] });
    expect(tiles.map(({ mask }) => [...mask!.positions])).to.deep.equal([[9], [8, 200]]);
    expect(tiles.map(({ mask }) => mask!.residuals)).to.deep.equal([[-(2n ** 30n)], [60n, 50n]]);
    expect([tiles[0]!.residual[9], tiles[0]!.residual[3], tiles[1]!.residual[200]]).to.deep.equal([0, 1, 0]);
    const generous = build([place({ maxNonzeros: 2n ** 39n })], { deltas: [tile({ 4: 9 })] });
    expect([...generous.tiles[0]!.mask!.positions]).to.deep.equal([4]);
  });

  it("breaks ties between equal entries by position, so that proofs can be repeated", () => {
    const places = [place({ maxNonzeros: 2n, maxResidualSq: 100n })];
    const { tiles } = build(places, { deltas: [tile({ 30: 7, 10: -7, 20: 7 })] });
    expect([...tiles[0]!.mask!.positions]).to.deep.equal([10, 20]);
  });

  it("reports nonzeros beyond the budget as drift that is left", () => {
    const error = violation(() => build([place({ maxNonzeros: 1n })], { deltas: [tile({ 1: 5, 2: 6 })] }));
    expect(error).to.include({ measured: 25n, allowed: 0n });
  });

  describe("with factors", () => {
    const lowRank = (bounds: Partial<RulePlace> = {}): RulePlace =>
      place({ rowPanels: 1, colPanels: 1, rank: 1, ...bounds });
    const a = new Int32Array(nano.n);
    const b = new Int32Array(nano.n);
    a[2] = 6;
    b[5] = 7;

    it("subtracts the product at row u and column v, index v + n·u", () => {
      const exact = { deltas: [tile({ [2 * nano.n + 5]: 42 })], factors: [{ a: [a], b: [b] }] };
      expect(build([lowRank()], exact).tiles[0]!.residual.every((value) => value === 0)).to.equal(true);
      const transposed = { ...exact, deltas: [tile({ [5 * nano.n + 2]: 42 })] };
      expect(violation(() => build([lowRank()], transposed))).to.include({ measured: 2n * 42n * 42n });
    });

    it("scales the difference, not the product, by the shift", () => {
      const input = { deltas: [tile({ [2 * nano.n + 5]: 21, 0: 3 })], factors: [{ a: [a], b: [b] }] };
      const { tiles } = build([lowRank({ shift: 1, maxResidualSq: 36n })], input);
      expect(tiles[0]!.residual[0]).to.equal(6);
      expect(tiles[0]!.residual[2 * nano.n + 5]).to.equal(0);
    });

    it("keeps residuals beyond 2^53 exact where a mask carries them", () => {
      const input = { deltas: [tile({ [2 * nano.n + 5]: 2 ** 31 - 1 })], factors: [{ a: [a], b: [b] }] };
      const { tiles } = build([lowRank({ shift: 40, maxNonzeros: 1n })], input);
      expect(tiles[0]!.mask!.residuals).to.deep.equal([(2n ** 31n - 1n) * 2n ** 40n - 42n]);
    });

    it("refuses factors outside the entry range", () => {
      const large = a.with(2, 128);
      const input = { deltas: [tile({ [2 * nano.n + 5]: 896 })], factors: [{ a: [large], b: [b] }] };
      const error = violation(() => build([lowRank()], input));
      expect(error.message).to.match(/factor A: entry 2 is 128, outside \[-128, 128\)/);
    });

    it("asks for factors of every panel", () => {
      expect(() => build([lowRank()], { deltas: [tile({})] })).to.throw(
        RangeError,
        "needs 1 and 1 panels, got 0 and 0",
      );
    });

    it("packs factor k of panel i of rule g into row (origin + i)·R + k", () => {
      const places = [lowRank({ rowPanels: 2, tileCount: 2 }), lowRank({ colPanels: 3, tileCount: 3, rank: 2 })];
      const panel = (fill: number, rank: number): Int32Array => new Int32Array(nano.n * rank).fill(fill);
      const packed = packFactors(nano, places, segmentLayout(nano, places), [
        { a: [panel(1, 1), panel(2, 1)], b: [panel(3, 1)] },
        { a: [panel(4, 2)], b: [panel(5, 2), panel(6, 2), panel(7, 2)] },
      ]);
      const rows = (factor: Int32Array): number[] =>
        Array.from({ length: nano.n }, (_, slot) => factor[slot * nano.n]!);
      expect(rows(packed.factorA).slice(0, 7)).to.deep.equal([1, 0, 2, 0, 4, 4, 0]);
      expect(rows(packed.factorB).slice(0, 9)).to.deep.equal([3, 0, 5, 5, 6, 6, 7, 7, 0]);
    });
  });
});

describe("weights of the factor slots", () => {
  it("lie on the rows of every used factor and nowhere else", () => {
    const places = [
      place({ rowPanels: 2, colPanels: 1, tileCount: 2, rank: 1 }),
      place({ rowPanels: 1, colPanels: 3, tileCount: 3, rank: 2 }),
      place(),
    ];
    const [theta, chi] = [frOf(3), frOf(5)];
    const statement = { tier: nano, d1: FR_ZERO, places };
    const { omegaA, omegaB } = factorWeights(statement, segmentLayout(nano, places), theta, chi);
    const chiTo = (exponent: number, thetaPower: number): bigint =>
      frMul(frPow(chi, exponent), frPow(theta, thetaPower));
    const expectedA = new Array<bigint>(nano.n).fill(0n);
    const expectedB = new Array<bigint>(nano.n).fill(0n);
    // Rule 0: k = 0, J = 1. Rule 1: k = 0 and 1, J = 3; 2·(g·R + k) = 4 and 6.
    Object.assign(expectedA, { 0: chiTo(3, 0), 2: chiTo(3, 1), 4: chiTo(7, 0), 5: chiTo(9, 0) });
    Object.assign(expectedB, { 0: chiTo(4, 0), 2: chiTo(8, 0), 3: chiTo(10, 0), 4: chiTo(8, 1), 5: chiTo(10, 1) });
    Object.assign(expectedB, { 6: chiTo(8, 2), 7: chiTo(10, 2) });
    expect(omegaA).to.deep.equal(expectedA);
    expect(omegaB).to.deep.equal(expectedB);
  });

  it("use a power of χ of its own for every claim", () => {
    const exponents = [0, 1].flatMap((g) => [0, 1].flatMap((k) => Object.values(factorClaimExponents(2, g, k))));
    expect(exponents).to.deep.equal([3, 4, 5, 6, 7, 8, 9, 10]);
  });
});
