import { expect } from "chai";
import type { OpeningClaim } from "../../src/segment/statement.js";
import type { SegmentWitness } from "../../src/segment/witness.js";
import { FR_ZERO, type Fr } from "../../src/algebra/fr.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { proveSegment } from "../../src/segment/prove.js";
import { poseidonEx, type PoseidonEx } from "../../src/argument/transcript/poseidon.js";
import { proveCase, type ProvenCase } from "../support/proofs.js";
import { seededFr } from "../support/random.js";
import { heldBy, freshRandomness, segmentCase } from "../support/segments.js";

/**
 * Somebody guesses the private weights and recomputes what the proof has published (PROTOCOL 6). Without the salt
 * every public challenge would be a hash of private messages, and the right guess could be told from a wrong one.
 */
describe("guessing the witness behind a published claim", () => {
  let published: ProvenCase;
  before(async () => {
    published = await proveCase(segmentCase("mixed"));
  });

  const publicValues = ({ claim, h }: { claim: OpeningClaim; h: Fr }): Fr[] => [
    claim.theta,
    claim.psi,
    ...claim.z,
    claim.y,
    h,
  ];

  async function recompute(witness: SegmentWitness, salt: Fr, permute: PoseidonEx = poseidonEx): Promise<Fr[]> {
    const { statement } = published;
    const blindingPolynomial = new Array<Fr>(statement.tier.tileSize).fill(FR_ZERO);
    return publicValues(
      await proveSegment(
        statement,
        witness,
        await heldBy(referenceBackend, { salt, blindingPolynomial }),
        referenceBackend,
        permute,
      ),
    );
  }

  /** A wrong guess: another seed's weights for the same statement. */
  const wrongGuess = (): SegmentWitness => segmentCase("mixed", undefined, 2).witness;

  const shared = (a: readonly Fr[], b: readonly Fr[]): Fr[] => a.filter((value) => b.includes(value));

  it("confirms a right guess once the salt is known: the challenges are hashes of the messages", async () => {
    const salt = published.randomness.salt;
    const theta = published.proven.claim.theta;
    expect(await recompute(published.witness, salt)).to.include(theta);
    expect(await recompute(wrongGuess(), salt)).to.not.include(theta);
  });

  it("confirms nothing with a salt of zero", async () => {
    const recomputed = await recompute(published.witness, FR_ZERO);
    expect(shared(recomputed, publicValues(published.proven))).to.deep.equal([]);
  });

  it("confirms nothing when the salt's block is left out", async () => {
    let last: Parameters<PoseidonEx> | undefined;
    // The salt is the only vector of one element: its challenge is taken from the statement's last block instead.
    const unsalted: PoseidonEx = (inputs, state, outputs) => {
      const isSalt = inputs.length === 1;
      const call: Parameters<PoseidonEx> =
        isSalt && last !== undefined ? [last[0], last[1], outputs] : [inputs, state, outputs];
      last = [call[0], call[1], outputs];
      return poseidonEx(...call);
    };
    const recomputed = await recompute(published.witness, FR_ZERO, unsalted);
    const wrong = await recompute(wrongGuess(), FR_ZERO, unsalted);
    expect(shared(recomputed, publicValues(published.proven))).to.deep.equal([]);
    expect(shared(recomputed, wrong)).to.deep.equal([]);
  });

  it("cannot even tell that two proofs have the same witness", async () => {
    const { statement, witness } = published;
    const randomness = freshRandomness(statement.tier, seededFr(77));
    const again = await proveSegment(statement, witness, await heldBy(referenceBackend, randomness), referenceBackend);
    expect(shared(publicValues(again), publicValues(published.proven))).to.deep.equal([]);
  });

  it("finds no private message that M does not mask: y is that of another polynomial for every M", async () => {
    const { statement, witness, randomness, proven } = published;
    const other = {
      salt: randomness.salt,
      blindingPolynomial: freshRandomness(statement.tier, seededFr(78)).blindingPolynomial,
    };
    const again = await proveSegment(statement, witness, await heldBy(referenceBackend, other), referenceBackend);
    // θ and z come before M; ψ, y and h follow it.
    expect(again.claim.theta).to.equal(proven.claim.theta);
    expect(again.claim.z).to.deep.equal(proven.claim.z);
    for (const key of ["psi", "y"] as const) expect(again.claim[key], key).to.not.equal(proven.claim[key]);
    expect(again.h).to.not.equal(proven.h);
  });
});
