import { expect } from "chai";
import { G1_GENERATOR, g1Add, g1Mul, type G1 } from "../../../../src/algebra/g1.js";
import { FR_ONE, FR_ZERO, frAdd, frInv, frNeg, frOf, type Fr } from "../../../../src/algebra/fr.js";
import { FR_ORDER } from "../../../../src/protocol/constants.js";
import { MERCURY_POINTS, MERCURY_SCALARS, type MercuryProof } from "../../../../src/argument/mercury/proof.js";
import { areOpeningPointsDegenerate } from "../../../../src/argument/mercury/transcript.js";
import { verifyMercury, type MercuryClaim, type MercuryPhase } from "../../../../src/argument/mercury/verify.js";
import { eqTable } from "../../../../src/algebra/eq.js";
import { innerProduct } from "../../../../src/algebra/univariate.js";
import { knownTauSrs, seededFr } from "./known-tau.js";
import { commitHiding, openCoefficients, type CommitCoefficients } from "../../../support/mercury.js";

const SEED = "mercury";
const { srs, commit } = knownTauSrs(SEED);

interface Case {
  readonly coefficients: Fr[];
  readonly claim: MercuryClaim;
  readonly proof: MercuryProof;
}

async function makeCase(ell: number, commitWith: CommitCoefficients = commit, tail: Fr[] = []): Promise<Case> {
  const next = seededFr(`${SEED}/${ell}`);
  const coefficients = Array.from({ length: 2 ** ell }, next);
  const point = Array.from({ length: ell }, next);
  const value = innerProduct(coefficients, eqTable(point));
  const blinding = next();
  const seedWords = [next(), next(), next()];
  const commitment = await commitHiding(commit, [...coefficients, ...tail], blinding, srs.blindingBase);
  const proof = await openCoefficients({ coefficients, point, value, blinding, seedWords }, commitWith);
  return { coefficients, claim: { commitment, point, value, seedWords }, proof };
}

/** Runs the prover with the `n`-th committed polynomial changed, as a cheating prover would send it. */
function tamperingCommit(n: number, change: (coefficients: Fr[]) => Fr[]): CommitCoefficients {
  let calls = 0;
  return (coefficients) => commit(calls++ === n ? change(coefficients.slice()) : coefficients);
}

function expectRejected(claim: MercuryClaim, proof: MercuryProof, phase: MercuryPhase): void {
  expect(verifyMercury(srs, claim, proof)).to.deep.equal({ ok: false, phase });
}

describe(`Mercury opening (seed "${SEED}")`, () => {
  let eight: Case;

  before(async () => {
    eight = await makeCase(8);
  });

  for (const ell of [2, 4, 8]) {
    it(`accepts an honest opening of 2^${ell} coefficients`, async () => {
      const { claim, proof } = await makeCase(ell);
      expect(verifyMercury(srs, claim, proof)).to.deep.equal({ ok: true });
    });
  }

  it("accepts the zero polynomial without blinding", async () => {
    const zeros = new Array<Fr>(16).fill(FR_ZERO);
    const point = Array.from({ length: 4 }, seededFr("zero"));
    const seedWords = [1n];
    const proof = await openCoefficients(
      { coefficients: zeros, point, value: FR_ZERO, blinding: FR_ZERO, seedWords },
      commit,
    );
    const claim = { commitment: { x: 0n, y: 0n }, point, value: FR_ZERO, seedWords };
    expect(verifyMercury(srs, claim, proof)).to.deep.equal({ ok: true });
  });

  it("accepts a point on the cube's corner", async () => {
    const next = seededFr("corner");
    const coefficients = Array.from({ length: 16 }, next);
    const point = [FR_ONE, FR_ZERO, FR_ONE, FR_ONE];
    const value = coefficients[0b1101] as Fr;
    const blinding = next();
    const commitment = await commitHiding(commit, coefficients, blinding, srs.blindingBase);
    const proof = await openCoefficients({ coefficients, point, value, blinding, seedWords: [7n] }, commit);
    expect(verifyMercury(srs, { commitment, point, value, seedWords: [7n] }, proof)).to.deep.equal({ ok: true });
  });

  const phaseOfPoint: Record<(typeof MERCURY_POINTS)[number], MercuryPhase> = {
    // A changed early message changes all later challenges, and the division equation is looked at first.
    h: "mercury/division",
    q: "mercury/division",
    g: "mercury/division",
    s: "mercury/division",
    d: "mercury/division",
    quotient: "mercury/division",
    w: "mercury/batched-opening",
    wPrime: "mercury/batched-opening",
  };
  for (const name of MERCURY_POINTS) {
    it(`rejects a changed ${name}`, () => {
      const changed: G1 = g1Add(eight.proof[name], G1_GENERATOR);
      expectRejected(eight.claim, { ...eight.proof, [name]: changed }, phaseOfPoint[name]);
    });

    it(`rejects ${name} off the curve and with a coordinate above the field`, () => {
      const { x, y } = eight.proof[name];
      expectRejected(eight.claim, { ...eight.proof, [name]: { x, y: y + 1n } }, "mercury/encoding");
      const wrapped = { x: x + 21888242871839275222246405745257275088696311157297823662689037894645226208583n, y };
      expectRejected(eight.claim, { ...eight.proof, [name]: wrapped }, "mercury/encoding");
    });
  }

  const phaseOfScalar: Record<(typeof MERCURY_SCALARS)[number], MercuryPhase> = {
    gZeta: "mercury/division",
    gZetaInv: "mercury/batched-opening",
    hZeta: "mercury/batched-opening",
    hZetaInv: "mercury/batched-opening",
    hAlpha: "mercury/batched-opening",
    sZeta: "mercury/batched-opening",
    blinding: "mercury/division",
  };
  for (const name of MERCURY_SCALARS) {
    it(`rejects a changed ${name} and a non-canonical one`, () => {
      const value = eight.proof[name];
      expectRejected(eight.claim, { ...eight.proof, [name]: frAdd(value, FR_ONE) }, phaseOfScalar[name]);
      expectRejected(eight.claim, { ...eight.proof, [name]: value + FR_ORDER }, "mercury/encoding");
    });
  }

  it("rejects another value", () => {
    const claim = { ...eight.claim, value: frAdd(eight.claim.value, FR_ONE) };
    expectRejected(claim, eight.proof, "mercury/batched-opening");
  });

  it("rejects another coordinate, low or high", () => {
    for (const changed of [0, 3, 4, 7]) {
      const point = eight.claim.point.map((z, j) => (j === changed ? frAdd(z, FR_ONE) : z));
      expectRejected({ ...eight.claim, point }, eight.proof, "mercury/batched-opening");
    }
  });

  it("rejects swapped halves of the point", () => {
    const point = [...eight.claim.point.slice(4), ...eight.claim.point.slice(0, 4)];
    expectRejected({ ...eight.claim, point }, eight.proof, "mercury/batched-opening");
  });

  it("rejects another commitment", () => {
    const commitment = g1Add(eight.claim.commitment, G1_GENERATOR);
    expectRejected({ ...eight.claim, commitment }, eight.proof, "mercury/division");
  });

  it("rejects another seed word", () => {
    const [first, ...rest] = eight.claim.seedWords as [bigint, ...bigint[]];
    expectRejected({ ...eight.claim, seedWords: [first + 1n, ...rest] }, eight.proof, "mercury/division");
  });

  it("rejects an odd number of coordinates and none at all", () => {
    expectRejected({ ...eight.claim, point: eight.claim.point.slice(1) }, eight.proof, "mercury/encoding");
    expectRejected({ ...eight.claim, point: [] }, eight.proof, "mercury/encoding");
  });

  it("rejects an opening to a wrong value by a prover that follows the protocol", async () => {
    const { coefficients, claim } = eight;
    const value = frAdd(claim.value, FR_ONE);
    const { point, seedWords } = claim;
    const { blinding } = eight.proof;
    const proof = await openCoefficients({ coefficients, point, value, blinding, seedWords }, commit);
    expectRejected({ ...claim, value }, proof, "mercury/batched-opening");
  });

  // Order of the prover's commitments: h, q, g, s, d, quotient, w, wPrime.
  it("rejects an h of too high degree", async () => {
    const { claim, proof } = await makeCase(
      4,
      tamperingCommit(0, (c) => [...c, frOf(5)]),
    );
    expectRejected(claim, proof, "mercury/batched-opening");
  });

  it("rejects a g of too high degree", async () => {
    const { claim, proof } = await makeCase(
      4,
      tamperingCommit(2, (c) => [...c, frOf(5)]),
    );
    expectRejected(claim, proof, "mercury/batched-opening");
  });

  it("rejects an s of too high degree and a d that is not g reversed", async () => {
    const high = await makeCase(
      4,
      tamperingCommit(3, (c) => [...c, FR_ZERO, frOf(2)]),
    );
    expectRejected(high.claim, high.proof, "mercury/batched-opening");
    const unreversed = await makeCase(
      4,
      tamperingCommit(4, (c) => c.toReversed()),
    );
    expectRejected(unreversed.claim, unreversed.proof, "mercury/batched-opening");
  });

  it("rejects coefficients beyond 2^ell that the quotient does not account for", async () => {
    const { claim, proof } = await makeCase(4, commit, [frOf(3)]);
    expectRejected(claim, proof, "mercury/division");
  });

  it("refuses challenges at which the opening points coincide", () => {
    const zeta = frOf(3);
    expect(areOpeningPointsDegenerate(frOf(5), FR_ZERO)).to.equal(true);
    expect(areOpeningPointsDegenerate(frOf(5), FR_ONE)).to.equal(true);
    expect(areOpeningPointsDegenerate(frOf(5), frNeg(FR_ONE))).to.equal(true);
    expect(areOpeningPointsDegenerate(zeta, zeta)).to.equal(true);
    expect(areOpeningPointsDegenerate(frInv(zeta), zeta)).to.equal(true);
    expect(areOpeningPointsDegenerate(frOf(5), zeta)).to.equal(false);
  });

  it("refuses to open when the sizes do not fit", async () => {
    const opening = { coefficients: [FR_ONE], point: [FR_ONE], value: FR_ONE, blinding: FR_ZERO, seedWords: [] };
    let message = "";
    await openCoefficients(opening, commit).catch((error: unknown) => (message = String(error)));
    expect(message).to.match(/1 coefficients and 1 coordinates/);
  });

  it("binds the blinding: a shift of commitment and blinding together needs a new proof", () => {
    const commitment = g1Add(eight.claim.commitment, g1Mul(srs.blindingBase, FR_ONE));
    const blinding = frAdd(eight.proof.blinding, FR_ONE);
    expectRejected({ ...eight.claim, commitment }, { ...eight.proof, blinding }, "mercury/division");
  });
});
