import { expect } from "chai";
import { segmentLayout } from "../../../src/segment/statement.js";
import { InputError, VerificationError } from "../../../src/errors/errors.js";
import { FR_ONE, FR_ZERO, frAdd } from "../../../src/algebra/fr.js";
import { referenceBackend } from "../../../src/kernels/reference/backend.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { assertProofShape, proofElements } from "../../../src/segment/proof.js";
import { proveSegment } from "../../../src/segment/prove.js";
import { poseidonEx } from "../../../src/argument/transcript/poseidon.js";
import { assertSegment, verifySegment } from "../../../src/segment/verify.js";
import { proveCase, type ProvenCase } from "../../support/proofs.js";
import { heldBy, segmentCase } from "../../support/segments.js";
import { listPaths, patternOf, tamper } from "../../support/tamper.js";

describe("a segment proof", () => {
  let honest: ProvenCase;
  before(async () => {
    honest = await proveCase(segmentCase("norm"));
  });

  it("has the same number of elements for every statement of a tier", async () => {
    const other = await proveCase(segmentCase("full"));
    const paths = (proof: ProvenCase): string[] => proofElements(proof.proven.proof).map(({ path }) => path);
    expect(paths(other)).to.deep.equal(paths(honest));
    expect(new Set(paths(honest)).size).to.equal(258);
  });

  it("is named list by list when its shape is wrong", () => {
    const { tier } = honest.statement;
    const { proof } = honest.proven;
    expect(() => {
      assertProofShape(tier, proof);
    }).to.not.throw();
    for (const path of listPaths(proof)) {
      const cut = tamper(proof, path, (items: unknown[]) => items.slice(1));
      expect(() => {
        assertProofShape(tier, cut);
      }, path).to.throw(VerificationError, /^shape: .* has \d+ elements/);
    }
    expect(() => {
      assertProofShape(TIERS.small, proof);
    }).to.throw(VerificationError, "range.layers has 5 elements");
  });

  it("is a result for verifySegment and an exception for assertSegment when it is invalid", () => {
    const { statement, proven } = honest;
    const wrong = { ...proven.proof, salt: frAdd(proven.proof.salt, FR_ONE) };
    const result = verifySegment(statement, wrong);
    expect(result.valid).to.equal(false);
    expect(() => assertSegment(statement, wrong)).to.throw(VerificationError, "range/layer 1");
  });

  it("cannot even be asked about when the statement fits no tier", () => {
    const { statement, proven } = honest;
    expect(() => verifySegment({ ...statement, places: [] }, proven.proof)).to.throw(InputError);
  });

  it("reports every finished step of the prover", async () => {
    const { statement, witness, randomness } = honest;
    const steps: string[] = [];
    await proveSegment(
      statement,
      witness,
      await heldBy(referenceBackend, randomness),
      referenceBackend,
      poseidonEx,
      (step, done, total) => {
        steps.push(`${step} ${done}/${total}`);
      },
    );
    expect(steps.at(0)).to.equal("range layer 1 1/8");
    expect(steps.at(-2)).to.match(/^main sumcheck/);
    expect(steps.at(-1)).to.match(/^opening reduction/);
  });

  it("shows nothing of unused slots and places", () => {
    const { statement, proven } = honest;
    const { usedSlots } = segmentLayout(statement.tier, statement.places);
    const { evaluations, factorClaims, sums } = proven.proof;
    expect(evaluations.residuals.slice(usedSlots).every((value) => value === FR_ZERO)).to.equal(true);
    expect(evaluations.masks.every((value) => value === FR_ZERO)).to.equal(true);
    expect([...factorClaims.sa, ...factorClaims.sc].flat().every((value) => value === FR_ZERO)).to.equal(true);
    expect(sums.slice(1)).to.deep.equal(new Array(3).fill({ sumSquares: 0n, nonzeros: 0n }));
    expect(patternOf("range.layers[2].rounds[0][3]")).to.equal("range.layers[].rounds[][]");
  });
});
