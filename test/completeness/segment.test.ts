import { expect } from "chai";
import { TIERS } from "../../src/protocol/tiers.js";
import { proveSegment } from "../../src/segment/prove.js";
import { assertSegment } from "../../src/segment/verify.js";
import { proveNaively } from "../support/dishonest-prover.js";
import { brokenRelations, fieldWitness } from "../support/dishonest-witness.js";
import { KERNEL_BUILDS, kernelBackend } from "../support/kernel-backends.js";
import { opens, proveCase } from "../support/proofs.js";
import { heldBy, CASE_CLASSES, freshRandomness, segmentCase } from "../support/segments.js";
import { seededFr } from "../support/random.js";

const SEEDS = [1, 2, 3];

describe("completeness of the segment proof", () => {
  for (const kind of CASE_CLASSES) {
    for (const seed of SEEDS) {
      it(`accepts class ${kind} at nano, seed ${seed}, and the combined polynomial opens`, async () => {
        const { statement, proven } = await proveCase(segmentCase(kind, TIERS.nano, seed));
        const verified = assertSegment(statement, proven.proof);
        expect(verified).to.deep.equal({ claim: proven.claim, h: proven.h });
        expect(opens(proven.combined, verified)).to.equal(true);
      });
    }

    it(`gives the proof of the naive prover, element by element, for class ${kind}`, async () => {
      const { statement, witness, randomness, proven } = await proveCase(segmentCase(kind, TIERS.nano, 4));
      const inField = fieldWitness(statement, witness);
      expect(brokenRelations(statement, inField)).to.deep.equal([]);
      const naive = proveNaively(statement, inField, randomness);
      expect(naive.proof).to.deep.equal(proven.proof);
      expect(naive.combined).to.deep.equal(proven.combined);
    });
  }

  for (const kind of ["mixed", "full"] as const) {
    it(`accepts class ${kind} at small`, async () => {
      const { statement, proven } = await proveCase(segmentCase(kind, TIERS.small, 5));
      const verified = assertSegment(statement, proven.proof);
      expect(verified).to.deep.equal({ claim: proven.claim, h: proven.h });
      expect(opens(proven.combined, verified)).to.equal(true);
    });
  }

  it("accepts a segment in which nothing changed", async () => {
    const { statement, witness, randomness } = segmentCase("norm");
    const size = statement.tier.tileSize;
    const multiplicities = new Float64Array(size);
    // Every entry of three tiles and of both factor polynomials is zero.
    multiplicities[size / 2] = 5 * size;
    const tiles = witness.tiles.map(() => ({
      delta: new Float64Array(size),
      residual: new Int32Array(size),
      mask: undefined,
    }));
    const still = { ...witness, tiles, multiplicities };
    const frozen = { ...statement, places: statement.places.map((place) => ({ ...place, maxResidualSq: 0n })) };
    const proven = await proveCase({ name: "still", statement: frozen, witness: still, randomness });
    expect(assertSegment(frozen, proven.proven.proof).h).to.equal(proven.proven.h);
  });

  it("hides the same witness behind different public values with every salt", async () => {
    const first = segmentCase("mixed");
    const second = { ...first, randomness: freshRandomness(first.statement.tier, seededFr(99)) };
    const [a, b] = [await proveCase(first), await proveCase(second)];
    for (const key of ["theta", "psi", "y"] as const)
      expect(a.proven.claim[key], key).to.not.equal(b.proven.claim[key]);
    expect(a.proven.h).to.not.equal(b.proven.h);
    expect(a.proven.claim.z.some((value) => b.proven.claim.z.includes(value))).to.equal(false);
  });

  for (const build of KERNEL_BUILDS) {
    for (const kind of CASE_CLASSES) {
      it(`gives the reference's proof with the ${build} kernels, for class ${kind}`, async () => {
        const backend = await kernelBackend(build, 2);
        const { statement, witness, randomness, proven } = await proveCase(segmentCase(kind, TIERS.nano, 6));
        const held = await heldBy(backend, randomness);
        const other = await proveSegment(statement, witness, held, backend);
        expect(other.proof).to.deep.equal(proven.proof);
        expect(await backend.toFr(other.combined)).to.deep.equal(proven.combined);
      });
    }
  }
});
