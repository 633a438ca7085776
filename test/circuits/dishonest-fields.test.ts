import { expect } from "chai";
import type { RulePlace, SegmentStatement } from "../../src/segment/statement.js";
import { FR_ZERO, frAdd, frInv, frMul, frNeg, frOf, frPow, toFr, type Fr } from "../../src/algebra/fr.js";
import { FR_ORDER } from "../../src/protocol/constants.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { verifySegment } from "../../src/segment/verify.js";
import { circuitInput } from "../../src/segment/circuit-input.js";
import { compileMain, type CompiledCircuit } from "../support/circuits.js";
import { proveNaively, type Lies } from "../support/dishonest-prover.js";
import { countInRange, fieldWitness, zeroVector, type FieldWitness } from "../support/dishonest-witness.js";
import { brokenConstraints, involves } from "../support/r1cs.js";
import { seededFr } from "../support/random.js";
import { freshRandomness, segmentCase } from "../support/segments.js";

const TIER = TIERS.nano;
const PUBLIC_H = 1;
const PUBLIC_V = 3;

/** Provers that commit to field elements no honest prover would have, or lie in one message and adapt the rest. */
describe("segment verifier circuit against values outside the integers", () => {
  let circuit: CompiledCircuit;
  before(async () => {
    circuit = await compileMain("nano");
  });

  /**
   * The answer of the constraints that do not mention `h` and `v`: a proof that nobody accepts has no public
   * signals to compare with. Requires the TypeScript verifier's to be the same.
   */
  async function isAccepted(statement: SegmentStatement, witness: FieldWitness, lies?: Lies): Promise<boolean> {
    const randomness = freshRandomness(TIER, seededFr(51));
    const { proof } = proveNaively(statement, witness, randomness, lies);
    const signals = { h: FR_ZERO, eta: FR_ZERO, v: FR_ZERO };
    const wires = await circuit.witness(circuitInput(statement, proof, signals));
    const { constraints } = circuit.r1cs;
    let isSatisfied = true;
    for (const index of brokenConstraints(circuit.r1cs, wires)) {
      const constraint = constraints[index]!;
      if (!involves(constraint, PUBLIC_H) && !involves(constraint, PUBLIC_V)) isSatisfied = false;
    }
    expect(isSatisfied, "the circuit and verifySegment agree").to.equal(verifySegment(statement, proof).valid);
    return isSatisfied;
  }

  function statementOf(bounds: Pick<RulePlace, "maxResidualSq" | "maxNonzeros">): SegmentStatement {
    const place: RulePlace = { tileCount: 1, rowPanels: 0, colPanels: 0, rank: 0, shift: 0, units: [0], ...bounds };
    return { tier: TIER, d1: seededFr(52)(), places: [place] };
  }

  function witnessOf(statement: SegmentStatement, delta: readonly Fr[], mask: readonly Fr[] = []): FieldWitness {
    const zeros = zeroVector(statement);
    const masks = [zeros.map((zero, x) => mask[x] ?? zero)];
    const deltas = [zeros.map((zero, x) => delta[x] ?? zero)];
    return countInRange(statement, { deltas, masks, factorA: zeros, factorB: zeros });
  }

  for (const [name, mask, entry] of [
    ["1/2", frInv(frOf(2)), 50n],
    ["-1", toFr(-1n), 50n],
    ["2", frOf(2), 50n],
  ] as const) {
    it(`refuses a mask of ${name}`, async () => {
      const statement = statementOf({ maxResidualSq: 1n << 40n, maxNonzeros: 9n });
      // A second mask makes the count a small integer.
      const balance = frAdd(frOf(3), frNeg(mask));
      const witness = witnessOf(statement, [toFr(entry), FR_ZERO], [mask, balance]);
      expect(await isAccepted(statement, witness)).to.equal(false);
    });
  }

  it("accepts the same witness with honest bits", async () => {
    const statement = statementOf({ maxResidualSq: 1n << 40n, maxNonzeros: 9n });
    const witness = witnessOf(statement, [toFr(50n), toFr(1n << 31n)], [FR_ZERO, frOf(1)]);
    expect(await isAccepted(statement, witness)).to.equal(true);
  });

  it("refuses two large entries whose squares cancel", async () => {
    const statement = statementOf({ maxResidualSq: 10n, maxNonzeros: 0n });
    // 5 generates the multiplicative group, so this is a square root of -1.
    const root = frPow(toFr(5n), (FR_ORDER - 1n) / 4n);
    expect(frMul(root, root)).to.equal(toFr(-1n));
    expect(await isAccepted(statement, witnessOf(statement, [toFr(100n), frMul(root, toFr(100n))]))).to.equal(false);
  });

  it("refuses a root that is bent until its fractions sum to zero", async () => {
    const statement = statementOf({ maxResidualSq: 1n << 60n, maxNonzeros: 0n });
    const witness = witnessOf(statement, [toFr(1000n)]);
    const root = (honest: Fr[]): Fr[] => {
      const [, p1, p2, p3, q0, q1, q2, q3] = honest as [Fr, Fr, Fr, Fr, Fr, Fr, Fr, Fr];
      const others = [frMul(p1, frInv(q1)), frMul(p2, frInv(q2)), frMul(p3, frInv(q3))].reduce(frAdd, FR_ZERO);
      return honest.with(0, frNeg(frMul(q0, others)));
    };
    expect(await isAccepted(statement, witness, { root })).to.equal(false);
  });

  it("refuses sums that are said to be smaller", async () => {
    const statement = statementOf({ maxResidualSq: 10n, maxNonzeros: 0n });
    const witness = witnessOf(statement, [toFr(5n)]);
    const sums: Lies["sums"] = (honest) => honest.map((sum, g) => (g === 0 ? { ...sum, sumSquares: 10n } : sum));
    expect(await isAccepted(statement, witness, { sums })).to.equal(false);
  });

  it("refuses factors beyond the rank, also when all that follows is adapted", async () => {
    const { statement, witness } = segmentCase("low rank", TIER);
    const lowered = { ...statement, places: statement.places.map((place) => ({ ...place, rank: 1 })) };
    const honest = fieldWitness(statement, witness);
    expect(await isAccepted(statement, honest)).to.equal(true);
    expect(await isAccepted(lowered, honest, { ranks: [2] })).to.equal(false);
    expect(await isAccepted(lowered, honest, { ranks: [2], fitOpening: true })).to.equal(false);
  });

  it("refuses claims about factors that the opening evaluations do not bear out", async () => {
    const { statement, witness } = segmentCase("low rank", TIER);
    const factorClaims: Lies["factorClaims"] = ({ sa, sc }) => ({
      sa: sa.map((row, g) => (g === 0 ? row.map((value) => frAdd(value, frOf(1))) : row)),
      sc,
    });
    expect(await isAccepted(statement, fieldWitness(statement, witness), { factorClaims })).to.equal(false);
  });
});
