import { expect } from "chai";
import { FR_ONE, FR_ZERO, frOf, type Fr } from "../../../../src/algebra/fr.js";
import { eqTable } from "../../../../src/algebra/eq.js";
import { innerProduct } from "../../../../src/algebra/univariate.js";
import { TIERS } from "../../../../src/protocol/tiers.js";
import { identityAt, sumFractions, verifyRange } from "../../../../src/argument/range/verify.js";
import { poseidonEx } from "../../../../src/argument/transcript/poseidon.js";
import { Transcript } from "../../../../src/argument/transcript/transcript.js";
import { addFourFractions, naiveLeaves, proveRangeNaively } from "../../../support/dishonest-range.js";
import { seededFr } from "../../../support/random.js";

const SEED = 10;
const { nano } = TIERS;

describe(`range argument (seed ${SEED})`, () => {
  const random = seededFr(SEED);
  const draw = (length: number): Fr[] => Array.from({ length }, random);

  it("sums fractions like four additions one after the other", () => {
    const [p, q] = [draw(4), draw(4)];
    expect(sumFractions([...p, ...q])).to.deep.equal(addFourFractions(p, q));
    expect(sumFractions([1, -1, 2, -2, 3, 3, 5, 5].map(frOf)).p).to.equal(FR_ZERO);
  });

  it("has the table's multilinear extension", () => {
    const table = Array.from({ length: nano.tileSize }, (_, x) => frOf(x - nano.tileSize / 2));
    const point = draw(nano.ell);
    expect(identityAt(nano, point)).to.equal(innerProduct(eqTable(point), table));
    const corner = (x: number): Fr[] => Array.from({ length: nano.leafVars }, (_, j) => frOf((x >> j) & 1));
    expect(identityAt(nano, corner(0))).to.equal(frOf(-nano.tileSize / 2));
    expect(identityAt(nano, corner(nano.tileSize - 1))).to.equal(frOf(nano.tileSize / 2 - 1));
  });

  it("leaves the leaves' extensions at a point: entry bits first, slot bits last", () => {
    const alpha = random();
    const zeros = new Array<Fr>(nano.tileSize).fill(FR_ZERO);
    const entries = [zeros.with(7, frOf(-3)).with(8, FR_ONE)];
    const half = nano.tileSize / 2;
    const multiplicities = zeros
      .with(half, frOf(3 * nano.tileSize - 2))
      .with(half - 3, FR_ONE)
      .with(half + 1, FR_ONE);
    const lookups = { entries, factorA: zeros, factorB: zeros, multiplicities };
    const { proof } = proveRangeNaively(nano, alpha, lookups, new Transcript(poseidonEx));
    const claim = verifyRange(nano, proof, new Transcript(poseidonEx));
    const leaves = naiveLeaves(nano, alpha, lookups);
    const eq = eqTable(claim.point);
    expect(claim.point).to.have.length(nano.leafVars);
    expect(claim.numerator).to.equal(innerProduct(eq, leaves.p));
    expect(claim.denominator).to.equal(innerProduct(eq, leaves.q));
  });
});
