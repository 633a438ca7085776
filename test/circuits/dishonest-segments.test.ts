import { expect } from "chai";
import { segmentLayout, type RulePlace, type SegmentStatement } from "../../src/segment/statement.js";
import { buildWitness, measureSums, type SegmentWitness, type TileWitness } from "../../src/segment/witness.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { proveSegment } from "../../src/segment/prove.js";
import { verifySegment } from "../../src/segment/verify.js";
import { poseidonEx } from "../../src/argument/transcript/poseidon.js";
import { circuitInput } from "../../src/segment/circuit-input.js";
import { publicSignals } from "../../src/segment/public-signals.js";
import { compileMain, type CompiledCircuit } from "../support/circuits.js";
import { seededFr } from "../support/random.js";
import { brokenConstraints } from "../support/r1cs.js";
import { heldBy, freshRandomness, segmentCase, type CaseClass } from "../support/segments.js";

const TIER = TIERS.nano;
const HALF_RANGE = TIER.tileSize / 2;

/** Provers that follow the protocol on a witness that breaks the statement: their proofs are consistent throughout. */
describe("segment verifier circuit against dishonest provers", () => {
  let circuit: CompiledCircuit;
  before(async () => {
    circuit = await compileMain("nano");
  });

  /** Proves, asks the TypeScript verifier and the constraints, and requires the same answer of both. */
  async function isAccepted(statement: SegmentStatement, witness: SegmentWitness): Promise<boolean> {
    const randomness = freshRandomness(TIER, seededFr(21));
    const { proof, claim, h } = await proveSegment(
      statement,
      witness,
      await heldBy(referenceBackend, randomness),
      referenceBackend,
      poseidonEx,
    );
    const wires = await circuit.witness(circuitInput(statement, proof, publicSignals(statement, claim, h)));
    const isSatisfied = brokenConstraints(circuit.r1cs, wires).next().done === true;
    expect(isSatisfied, "the circuit and verifySegment agree").to.equal(verifySegment(statement, proof).valid);
    return isSatisfied;
  }

  function withPlace(statement: SegmentStatement, g: number, change: Partial<RulePlace>): SegmentStatement {
    return { ...statement, places: statement.places.map((place, i) => (i === g ? { ...place, ...change } : place)) };
  }

  function withTile(witness: SegmentWitness, slot: number, change: Partial<TileWitness>): SegmentWitness {
    return { ...witness, tiles: witness.tiles.map((tile, i) => (i === slot ? { ...tile, ...change } : tile)) };
  }

  function sumsOf(kind: CaseClass, g = 0): { sumSquares: bigint; nonzeros: bigint } {
    const { statement, witness } = segmentCase(kind, TIER);
    const layout = segmentLayout(TIER, statement.places);
    return measureSums(statement.places, layout, witness)[g]!;
  }

  it("accepts a squared norm equal to its bound and refuses one more", async () => {
    const { statement, witness } = segmentCase("norm", TIER);
    const { sumSquares } = sumsOf("norm");
    expect(await isAccepted(withPlace(statement, 0, { maxResidualSq: sumSquares }), witness)).to.equal(true);
    expect(await isAccepted(withPlace(statement, 0, { maxResidualSq: sumSquares - 1n }), witness)).to.equal(false);
  });

  it("accepts a count of nonzeros equal to its bound and refuses one more", async () => {
    const { statement, witness } = segmentCase("sparse", TIER);
    const { nonzeros } = sumsOf("sparse");
    expect(await isAccepted(withPlace(statement, 0, { maxNonzeros: nonzeros }), witness)).to.equal(true);
    expect(await isAccepted(withPlace(statement, 0, { maxNonzeros: nonzeros - 1n }), witness)).to.equal(false);
  });

  it("refuses masks where the rule allows none", async () => {
    const { statement, witness } = segmentCase("sparse", TIER);
    expect(await isAccepted(withPlace(statement, 0, { maxNonzeros: 0n }), witness)).to.equal(false);
  });

  it("accepts the smallest entry of the range and refuses the one above the largest", async () => {
    const place: RulePlace = {
      tileCount: 1,
      rowPanels: 0,
      colPanels: 0,
      rank: 0,
      shift: 0,
      maxResidualSq: 1n << 40n,
      maxNonzeros: 0n,
      units: [0],
    };
    const statement: SegmentStatement = { tier: TIER, d1: seededFr(22)(), places: [place] };
    const layout = segmentLayout(TIER, statement.places);
    const delta = new Float64Array(TIER.tileSize);
    delta[7] = -HALF_RANGE;
    const witness = buildWitness(TIER, statement.places, layout, { deltas: [delta] });
    expect(await isAccepted(statement, witness)).to.equal(true);

    const outside = { delta: Float64Array.from(delta, Math.abs), residual: Int32Array.from(delta, Math.abs) };
    expect(await isAccepted(statement, withTile(witness, 0, outside))).to.equal(false);
  });

  it("refuses a factor entry outside the range", async () => {
    const { statement, witness } = segmentCase("low rank", TIER);
    // A factor row of no rule: it changes nothing but the range argument.
    const factorA = witness.factorA.with(TIER.tileSize - 1, HALF_RANGE);
    expect(await isAccepted(statement, { ...witness, factorA })).to.equal(false);
  });

  it("refuses a difference of higher rank than the rule's", async () => {
    const { statement, witness } = segmentCase("low rank", TIER);
    expect(statement.places[0]!.rank).to.equal(2);
    expect(await isAccepted(statement, witness)).to.equal(true);
    expect(await isAccepted(withPlace(statement, 0, { rank: 1 }), witness)).to.equal(false);
  });

  it("refuses a scale other than the rule's", async () => {
    const { statement, witness } = segmentCase("mixed", TIER);
    expect(await isAccepted(withPlace(statement, 0, { shift: statement.places[0]!.shift + 1 }), witness)).to.equal(
      false,
    );
  });

  it("refuses a grid of another shape", async () => {
    const { statement, witness } = segmentCase("mixed", TIER);
    expect(await isAccepted(withPlace(statement, 0, { rowPanels: 3, colPanels: 2 }), witness)).to.equal(false);
  });

  it("refuses a difference that is not the residual plus the low-rank part", async () => {
    const { statement, witness } = segmentCase("norm", TIER);
    const { delta } = witness.tiles[1]!;
    const forged = withTile(witness, 1, { delta: delta.with(3, (delta[3] ?? 0) + 1) });
    expect(await isAccepted(statement, forged)).to.equal(false);
  });

  it("refuses a change in a slot that the statement does not use", async () => {
    const { statement, witness } = segmentCase("norm", TIER);
    const { tileCount, units } = statement.places[0]!;
    const fewer = withPlace(statement, 0, { tileCount: tileCount - 1, units: units.slice(0, -1) });
    expect(await isAccepted(fewer, witness)).to.equal(false);
  });

  it("refuses to move a tile from a loose rule to a tight one", async () => {
    const { statement, witness } = segmentCase("several rules", TIER);
    const [loose, tight] = [statement.places[2]!, statement.places[3]!];
    const fewer = { tileCount: loose.tileCount - 1, units: loose.units.slice(0, -1) };
    const more = { tileCount: tight.tileCount + 1, units: [...loose.units.slice(-1), ...tight.units] };
    expect(await isAccepted(withPlace(withPlace(statement, 2, fewer), 3, more), witness)).to.equal(false);
  });

  it("accepts squares in their tiles' units within the bound, and refuses a unit above the statement's", async () => {
    const { statement, witness } = segmentCase("units", TIER);
    const exact = withPlace(statement, 1, { maxResidualSq: sumsOf("units", 1).sumSquares });
    expect(await isAccepted(exact, witness)).to.equal(true);
    const { units } = exact.places[1]!;
    expect(units[0]).to.equal(0);
    expect(await isAccepted(withPlace(exact, 1, { units: units.with(0, 1) }), witness)).to.equal(false);
  });
});
