import { expect } from "chai";
import { segmentLayout } from "../../../src/segment/statement.js";
import { FR_ONE, FR_ZERO, frAdd, frInv, frMul, frOf, frSub, toFr, type Fr } from "../../../src/algebra/fr.js";
import type { MainInput, OpeningInput, RoundProver } from "../../../src/kernels/backend.js";
import { referenceBackend } from "../../../src/kernels/reference/backend.js";
import { interpolateQuartic } from "../../../src/kernels/reference/fraction-layer.js";
import { bindLowest, onlyElement } from "../../../src/kernels/reference/vector.js";
import { eqTable } from "../../../src/algebra/eq.js";
import { evaluate, innerProduct, sum } from "../../../src/algebra/univariate.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { sumFractions } from "../../../src/argument/range/verify.js";
import { addFourFractions, naiveLeaves, sumByFours } from "../../support/dishonest-range.js";
import { interpolate } from "../../support/dishonest-sumcheck.js";
import { fieldWitness, residualsOf, toVector } from "../../support/dishonest-witness.js";
import { seededFr } from "../../support/random.js";
import { segmentCase } from "../../support/segments.js";

const SEED = 8;
const { nano } = TIERS;
const HALF = frInv(frOf(2));

/** Every round polynomial sums to the claim at 0 and 1; the last one leads to `summandAtPoint(finals)`. */
async function expectSumcheck<Finals>(
  prover: RoundProver<Finals>,
  claim: Fr,
  rounds: number,
  summandAtPoint: (finals: Finals, point: Fr[]) => Fr,
): Promise<void> {
  const random = seededFr(SEED + 1);
  const point: Fr[] = [];
  let value = claim;
  for (let k = 0; k < rounds; k++) {
    const message = await prover.round();
    const c0 = frMul(frSub(value, sum(message)), HALF);
    const challenge = random();
    value = evaluate([c0, ...message], challenge);
    await prover.bind(challenge);
    point.push(challenge);
  }
  // c_0 makes h(0) + h(1) the claim, so a single wrong round polynomial or claim shows here.
  expect(summandAtPoint(await prover.finals(), point)).to.equal(value);
}

describe(`reference kernels against their definitions (seed ${SEED})`, () => {
  const { statement, witness } = segmentCase("several rules", nano, SEED);
  const layout = segmentLayout(nano, statement.places);
  const inField = fieldWitness(statement, witness);
  const residuals = residualsOf(statement, inField);
  const random = seededFr(SEED);
  const draw = (length: number): Fr[] => Array.from({ length }, random);

  it("sum the same fraction tree as a naive one, down to the root", async () => {
    const alpha = random();
    const { factorA, factorB, multiplicities } = witness;
    const tiles = witness.tiles.map((tile) => tile.residual);
    const tree = await referenceBackend.rangeTree({ tier: nano, alpha, tiles, factorA, factorB, multiplicities });
    let level = naiveLeaves(nano, alpha, {
      entries: tiles.map(toVector),
      factorA: inField.factorA,
      factorB: inField.factorB,
      multiplicities: inField.multiplicities,
    });
    expect(level.p).to.have.length(2 ** nano.leafVars);
    while (level.p.length > 4) level = sumByFours(level);
    const root = await tree.root();
    expect(root).to.deep.equal([...level.p, ...level.q]);
    expect(sumFractions(root)).to.deep.equal(addFourFractions(level.p, level.q));
    expect(sumFractions(root).p).to.equal(FR_ZERO);
  });

  it("refuse a layer of the fraction tree that was asked for before", async () => {
    const { factorA, factorB, multiplicities } = witness;
    const tiles = witness.tiles.map((tile) => tile.residual);
    const input = { tier: nano, alpha: random(), tiles, factorA, factorB, multiplicities };
    const tree = await referenceBackend.rangeTree(input);
    await tree.layer(1, draw(2), random());
    await tree.layer(2, draw(4), random());
    const again = await Promise.resolve()
      .then(() => tree.layer(1, draw(2), random()))
      .catch((reason: unknown) => reason);
    expect(again).to.be.instanceOf(RangeError);
  });

  it("prove the main sum, term by term as the protocol writes it", async () => {
    const [lambda, weightA, weightB, weightMultiplicity] = draw(4) as [Fr, Fr, Fr, Fr];
    const leafPoint = draw(nano.ell);
    const input: MainInput = {
      tier: nano,
      leafPoint,
      tiles: witness.tiles.map((tile) => ({ ...tile, weight: random(), sumWeight: random(), countWeight: random() })),
      factorA: witness.factorA,
      factorB: witness.factorB,
      multiplicities: witness.multiplicities,
      weightA,
      weightB,
      weightMultiplicity,
      lambda,
    };
    const summand = (r: readonly Fr[], b: readonly Fr[], pA: Fr, pB: Fr, m: Fr, eq: Fr): Fr => {
      let inner = frAdd(frMul(weightA, pA), frAdd(frMul(weightB, pB), frMul(weightMultiplicity, m)));
      let sums = FR_ZERO;
      input.tiles.forEach(({ weight, sumWeight, countWeight }, slot) => {
        const free = frSub(FR_ONE, b[slot]!);
        inner = frAdd(inner, frMul(weight, frAdd(frMul(r[slot]!, free), frMul(lambda, frMul(b[slot]!, free)))));
        const squares = frMul(frMul(r[slot]!, r[slot]!), free);
        sums = frAdd(sums, frAdd(frMul(sumWeight, squares), frMul(countWeight, b[slot]!)));
      });
      return frAdd(frMul(eq, inner), sums);
    };
    const eq = eqTable(leafPoint);
    const claim = sum(
      eq.map((weight, x) =>
        summand(
          residuals.map((vector) => vector[x]!),
          inField.masks.map((vector) => vector[x]!),
          inField.factorA[x]!,
          inField.factorB[x]!,
          inField.multiplicities[x]!,
          weight,
        ),
      ),
    );
    const prover = await referenceBackend.mainSumcheck(input);
    await expectSumcheck(prover, claim, nano.ell, (finals, point) => {
      const at = eqTable(point);
      expect(finals.residuals).to.deep.equal(residuals.map((vector) => innerProduct(at, vector)));
      expect(finals.masks).to.deep.equal(inField.masks.map((vector) => innerProduct(at, vector)));
      expect(finals.factorA).to.equal(innerProduct(at, inField.factorA));
      expect(finals.factorB).to.equal(innerProduct(at, inField.factorB));
      expect(finals.multiplicity).to.equal(innerProduct(at, inField.multiplicities));
      const { factorA, factorB, multiplicity } = finals;
      return summand(finals.residuals, finals.masks, factorA, factorB, multiplicity, innerProduct(at, eq));
    });
    expect(layout.usedSlots).to.equal(input.tiles.length);
  });

  it("prove the opening reduction's sum", async () => {
    const chi = random();
    const point = draw(nano.ell);
    const combined = draw(nano.tileSize);
    const [omegaA, omegaB] = [draw(nano.n), draw(nano.n)];
    const { factorA, factorB } = witness;
    const input: OpeningInput = {
      tier: nano,
      point,
      combined: await referenceBackend.fromFr(combined),
      factorA,
      factorB,
      chi,
      omegaA,
      omegaB,
    };
    const eq = eqTable(point);
    const [low, high] = [eqTable(point.slice(0, nano.t)), eqTable(point.slice(nano.t))];
    const weightsA = eq.map((_, x) => frMul(high[x % nano.n]!, omegaA[Math.floor(x / nano.n)]!));
    const weightsB = eq.map((_, x) => frMul(low[x % nano.n]!, omegaB[Math.floor(x / nano.n)]!));
    const summand = (e: Fr, g: Fr, a: Fr, b: Fr, wA: Fr, wB: Fr): Fr => {
      const mixed = frAdd(g, frAdd(frMul(chi, a), frMul(frMul(chi, chi), b)));
      return frAdd(frMul(e, mixed), frAdd(frMul(wA, a), frMul(wB, b)));
    };
    const claim = sum(
      eq.map((e, x) => summand(e, combined[x]!, inField.factorA[x]!, inField.factorB[x]!, weightsA[x]!, weightsB[x]!)),
    );
    await expectSumcheck(await referenceBackend.openingSumcheck(input), claim, nano.ell, (finals, z) => {
      const at = eqTable(z);
      const values = [eq, combined, inField.factorA, inField.factorB, weightsA, weightsB].map((v) =>
        innerProduct(at, v),
      );
      expect([finals.combined, finals.factorA, finals.factorB]).to.deep.equal(values.slice(1, 4));
      return summand(...(values as [Fr, Fr, Fr, Fr, Fr, Fr]));
    });
  });

  it("combine vectors of integers and of field elements", async () => {
    const [a, b] = [random(), random()];
    const terms = [
      { weight: a, vector: Int32Array.of(1, -2, 0) },
      { weight: b, vector: await referenceBackend.fromFr([frOf(5), FR_ZERO, frOf(-1)]) },
      { weight: FR_ONE, vector: Float64Array.of(2 ** 52, 0, -(2 ** 52)) },
    ];
    const expected = [toFr(a + 5n * b + 2n ** 52n), toFr(0n - 2n * a), toFr(0n - b - 2n ** 52n)];
    for (const length of [3, 4]) {
      const combined = await referenceBackend.linearCombination(length, terms);
      expect(await referenceBackend.toFr(combined)).to.deep.equal([...expected, FR_ZERO].slice(0, length));
    }
    expect(() => referenceBackend.linearCombination(2, terms)).to.throw(RangeError, "3 elements, expected at most 2");
  });

  it("evaluate multilinear extensions", async () => {
    const [vector, point] = [draw(16), draw(4)];
    let folded = vector as bigint[];
    for (const challenge of point) folded = bindLowest(folded, challenge);
    expect(await referenceBackend.evaluateMultilinear(await referenceBackend.fromFr(vector), point)).to.equal(
      onlyElement(folded),
    );
  });

  it("interpolate quartics", () => {
    const coefficients = draw(5);
    const at = (x: number): Fr => evaluate(coefficients, frOf(x));
    expect(interpolateQuartic(at(0), at(1), at(-1), at(2), coefficients[4]!)).to.deep.equal(coefficients.slice(1));
    expect(interpolate([0, 1, 2, 3, 4].map(at))).to.deep.equal(coefficients);
  });
});
