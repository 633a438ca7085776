import { expect } from "chai";
import { G1_GENERATOR, type G1 } from "../../../../src/algebra/g1.js";
import { FR_ONE, FR_ZERO, frOf, type Fr } from "../../../../src/algebra/fr.js";
import { MERCURY_POINTS, MERCURY_SCALARS, type MercuryProof } from "../../../../src/argument/mercury/proof.js";
import { MercuryChallenges } from "../../../../src/argument/mercury/transcript.js";

const POINT: G1 = { x: 0n, y: 0n };
const PROOF = Object.fromEntries([
  ...MERCURY_POINTS.map((name) => [name, POINT]),
  ...MERCURY_SCALARS.map((name) => [name, FR_ZERO]),
]) as unknown as MercuryProof;

function challenges(proof: MercuryProof, seedWords: readonly bigint[] = [1n, 2n, 3n]): Fr[] {
  const transcript = new MercuryChallenges(seedWords, proof.blinding);
  return [
    transcript.alpha(proof),
    transcript.gamma(proof),
    transcript.zeta(proof),
    transcript.beta(proof),
    transcript.xi(proof),
    transcript.delta(proof),
  ];
}

describe("Mercury transcript", () => {
  /** Every message of the prover, and how many challenges come before it. */
  const inventory: Record<(typeof MERCURY_POINTS)[number] | (typeof MERCURY_SCALARS)[number], number> = {
    blinding: 0,
    h: 0,
    q: 1,
    g: 1,
    s: 2,
    d: 2,
    gZeta: 3,
    gZetaInv: 3,
    hZeta: 3,
    hZetaInv: 3,
    hAlpha: 3,
    sZeta: 3,
    quotient: 3,
    w: 4,
    wPrime: 5,
  };

  for (const name of [...MERCURY_POINTS, ...MERCURY_SCALARS]) {
    it(`absorbs ${name} before challenge ${inventory[name]}`, () => {
      const before = challenges(PROOF);
      const changed = typeof PROOF[name] === "object" ? G1_GENERATOR : FR_ONE;
      const after = challenges({ ...PROOF, [name]: changed });
      after.forEach((challenge, i) => {
        expect(challenge === before[i], `challenge ${i} unchanged`).to.equal(i < inventory[name]);
      });
    });
  }

  it("absorbs y as well as x of a point", () => {
    const points = [
      { x: 1n, y: 2n },
      { x: 2n, y: 1n },
    ].map((h) => challenges({ ...PROOF, h })[0]);
    expect(points[0]).not.to.equal(points[1]);
  });

  it("starts from every seed word", () => {
    const before = challenges(PROOF)[0];
    for (const seed of [
      [0n, 2n, 3n],
      [1n, 0n, 3n],
      [1n, 2n, 0n],
      [1n, 2n],
    ]) {
      expect(challenges(PROOF, seed)[0]).not.to.equal(before);
    }
    expect(challenges({ ...PROOF, blinding: frOf(7) })[0]).not.to.equal(before);
  });
});
