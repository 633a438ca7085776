import { expect } from "chai";
import { G1_GENERATOR, G1_INFINITY, g1Add, g1Equals, type G1 } from "../../src/algebra/g1.js";
import { segmentLayout, type SegmentCommitments } from "../../src/segment/statement.js";
import { FR_ONE, frAdd, frMul, frPow, frSub, type Fr } from "../../src/algebra/fr.js";
import type { MercuryProof } from "../../src/argument/mercury/proof.js";
import { verifyMercury } from "../../src/argument/mercury/verify.js";
import { combineBlindings, combineCommitments, type SegmentBlindings } from "../../src/segment/combine.js";
import { publicSignals } from "../../src/segment/public-signals.js";
import { fieldWitness, toVector } from "../support/dishonest-witness.js";
import { opens, proveCase, type ProvenCase } from "../support/proofs.js";
import { integerIn, seededFr, seededRandom } from "../support/random.js";
import { segmentCase } from "../support/segments.js";
import { knownTauSrs } from "../unit/argument/mercury/known-tau.js";
import { commitHiding, openCoefficients } from "../support/mercury.js";

/** A polynomial of the combination with its weight. */
interface Term {
  readonly name: string;
  readonly weight: Fr;
  readonly vector: readonly Fr[];
}

/** The terms of `G` written out from PROTOCOL 7.8. */
function termsOf({ statement, witness, randomness, proven }: ProvenCase): Term[] {
  const { slots } = statement.tier;
  const { theta, psi } = proven.claim;
  const layout = segmentLayout(statement.tier, statement.places);
  const { deltas, masks, factorA, factorB, multiplicities } = fieldWitness(statement, witness);
  return [
    ...deltas.map((vector, slot) => ({ name: `difference of slot ${slot}`, weight: frPow(theta, slot), vector })),
    ...masks.flatMap((vector, slot) =>
      layout.masked[slot] === true
        ? [{ name: `mask of slot ${slot}`, weight: frPow(theta, slots + slot), vector }]
        : [],
    ),
    { name: "multiplicities", weight: frPow(theta, 2 * slots), vector: multiplicities },
    { name: "factor A", weight: psi, vector: factorA },
    { name: "factor B", weight: frPow(psi, 2), vector: factorB },
    { name: "M", weight: frPow(psi, 3), vector: randomness.blindingPolynomial },
  ];
}

function combineTerms(terms: readonly Term[], length: number): Fr[] {
  return Array.from({ length }, (_, x) =>
    terms.reduce<Fr>((sum, { weight, vector }) => frAdd(sum, frMul(weight, vector[x]!)), 0n as Fr),
  );
}

describe("the combined polynomial", () => {
  let honest: ProvenCase;
  let terms: Term[];
  before(async () => {
    honest = await proveCase(segmentCase("several rules"));
    terms = termsOf(honest);
  });

  it("is the sum that the protocol writes out", () => {
    expect(combineTerms(terms, honest.statement.tier.tileSize)).to.deep.equal(honest.proven.combined);
  });

  it("opens to the claim only with every one of its terms", () => {
    let dropped = 0;
    for (const left of terms) {
      // Dropping a polynomial that is zero changes nothing.
      if (left.vector.every((value) => value === 0n)) continue;
      const rest = terms.filter((term) => term !== left);
      expect(opens(combineTerms(rest, left.vector.length), honest.proven), `without ${left.name}`).to.equal(false);
      dropped++;
    }
    expect(dropped).to.be.at.least(terms.length - 1);
  });

  it("opens to the claim only if every coefficient is the committed one", () => {
    const random = seededRandom(5);
    for (const bent of terms) {
      const at = integerIn(random, 0, bent.vector.length - 1);
      const changed = honest.proven.combined.with(at, frAdd(honest.proven.combined[at]!, bent.weight));
      expect(opens(changed, honest.proven), `${bent.name}, coefficient ${at}`).to.equal(false);
    }
  });

  it("does not open if two differences trade places", () => {
    const [first, second] = [terms[5]!, terms[6]!];
    const traded = [
      ...terms.filter((term) => term !== first && term !== second),
      { ...first, vector: second.vector },
      { ...second, vector: first.vector },
    ];
    expect(opens(combineTerms(traded, first.vector.length), honest.proven)).to.equal(false);
  });
});

describe("the combined commitment", () => {
  const { srs, commit } = knownTauSrs("combination");
  let honest: ProvenCase;
  let commitments: SegmentCommitments;
  let blindings: SegmentBlindings;
  let opening: MercuryProof;

  /** Commits to every polynomial of the segment, all of them blinded. */
  before(async () => {
    honest = await proveCase(segmentCase("several rules"));
    const { statement, witness, randomness, proven } = honest;
    const random = seededFr(6);
    const weights = seededRandom(6);
    const layout = segmentLayout(statement.tier, statement.places);
    const inField = fieldWitness(statement, witness);
    const blind = (count: number): Fr[] => Array.from({ length: count }, random);
    const masked = inField.masks.filter((_, slot) => layout.masked[slot] === true);
    blindings = {
      base: blind(layout.usedSlots),
      tuned: blind(layout.usedSlots),
      masks: blind(masked.length),
      factorA: random(),
      factorB: random(),
      multiplicity: random(),
      blinding: random(),
    };
    const commitTo = (vector: readonly Fr[], blinding: Fr): Promise<G1> =>
      commitHiding(commit, vector, blinding, srs.blindingBase);
    const bases = witness.tiles.map((tile) => toVector(tile.delta.map(() => integerIn(weights, -(2 ** 20), 2 ** 20))));
    const tuned = bases.map((base, slot) => base.map((value, x) => frAdd(value, inField.deltas[slot]![x]!)));
    commitments = {
      base: await Promise.all(bases.map((vector, slot) => commitTo(vector, blindings.base[slot]!))),
      tuned: await Promise.all(tuned.map((vector, slot) => commitTo(vector, blindings.tuned[slot]!))),
      masks: await Promise.all(masked.map((vector, i) => commitTo(vector, blindings.masks[i]!))),
      factorA: await commitTo(inField.factorA, blindings.factorA),
      factorB: await commitTo(inField.factorB, blindings.factorB),
      multiplicity: await commitTo(inField.multiplicities, blindings.multiplicity),
      blinding: await commitTo(randomness.blindingPolynomial, blindings.blinding),
    };
    opening = await openCoefficients(
      {
        coefficients: proven.combined,
        point: proven.claim.z,
        value: proven.claim.y,
        blinding: combineBlindings(statement, proven.claim, blindings),
        seedWords: seedWords(),
      },
      commit,
    );
  });

  function seedWords(): bigint[] {
    const { h, eta, v } = publicSignals(honest.statement, honest.proven.claim, honest.proven.h);
    return [h, eta, v];
  }

  function verdict(changed: SegmentCommitments, claim = honest.proven.claim, proof = opening): string {
    const commitment = combineCommitments(honest.statement, claim, changed);
    const result = verifyMercury(srs, { commitment, point: claim.z, value: claim.y, seedWords: seedWords() }, proof);
    return result.ok ? "accepted" : result.phase;
  }

  it("opens to the claim of the segment proof", () => {
    expect(verdict(commitments)).to.equal("accepted");
  });

  it("commits to the combined polynomial with the combined blinding", async () => {
    const { statement, proven } = honest;
    const blinding = combineBlindings(statement, proven.claim, blindings);
    const direct = await commitHiding(commit, proven.combined, blinding, srs.blindingBase);
    expect(g1Equals(direct, combineCommitments(statement, proven.claim, commitments))).to.equal(true);
  });

  /** Every commitment with a function that replaces it alone. */
  function replaceEach(change: (point: G1) => G1): [string, SegmentCommitments][] {
    const changes: [string, SegmentCommitments][] = [];
    for (const list of ["base", "tuned", "masks"] as const) {
      commitments[list].forEach((point, i) => {
        changes.push([`${list}[${i}]`, { ...commitments, [list]: commitments[list].with(i, change(point)) }]);
      });
    }
    for (const name of ["factorA", "factorB", "multiplicity", "blinding"] as const) {
      changes.push([name, { ...commitments, [name]: change(commitments[name]) }]);
    }
    return changes;
  }

  it("does not open once any commitment is replaced", () => {
    for (const [name, changed] of replaceEach((point) => g1Add(point, G1_GENERATOR))) {
      expect(verdict(changed), name).to.equal("mercury/division");
    }
  });

  it("does not open once any commitment is dropped", () => {
    for (const [name, changed] of replaceEach(() => G1_INFINITY))
      expect(verdict(changed), name).to.equal("mercury/division");
  });

  it("does not open to another value, at another point or with another blinding", () => {
    const { claim } = honest.proven;
    expect(verdict(commitments, { ...claim, y: frAdd(claim.y, FR_ONE) })).to.equal("mercury/batched-opening");
    expect(verdict(commitments, { ...claim, z: claim.z.toReversed() })).to.equal("mercury/batched-opening");
    const blinding = frSub(opening.blinding, FR_ONE);
    expect(verdict(commitments, claim, { ...opening, blinding })).to.not.equal("accepted");
    for (const key of ["theta", "psi"] as const) {
      expect(verdict(commitments, { ...claim, [key]: frAdd(claim[key], FR_ONE) }), key).to.not.equal("accepted");
    }
  });
});
