import { expect } from "chai";
import { statementVector } from "../../src/segment/statement.js";
import { wordToHexBE } from "../../src/algebra/hex.js";
import { PROTOCOL_VERSION, FR_ORDER } from "../../src/protocol/constants.js";
import { assertSegment } from "../../src/segment/verify.js";
import { poseidonEx } from "../../src/argument/transcript/poseidon.js";
import { circuitInput } from "../../src/segment/circuit-input.js";
import { publicSignals } from "../../src/segment/public-signals.js";
import { compileMain } from "../support/circuits.js";
import { brokenConstraints } from "../support/r1cs.js";
import {
  decodeVector,
  makeSegmentVectors,
  readSegmentVectors,
  type SegmentVectorFile,
} from "../support/segment-vectors.js";
import { CASE_CLASSES } from "../support/segments.js";

describe("shared vectors of segment proofs", () => {
  let file: SegmentVectorFile;
  before(async () => {
    file = await readSegmentVectors();
  });

  it("are those that scripts/generate-vectors.ts writes", async () => {
    expect(file).to.deep.equal(await makeSegmentVectors());
  });

  it("hold one proof of every class, for this version", () => {
    expect(file.protocolVersion).to.equal(PROTOCOL_VERSION);
    expect(file.segments.map((vector) => vector.class)).to.deep.equal(CASE_CLASSES);
  });

  it("are accepted by the TypeScript verifier with their public values", () => {
    for (const vector of file.segments) {
      const { statement, proof } = decodeVector(vector);
      expect(statementVector(statement).map(wordToHexBE), vector.class).to.deep.equal(vector.statement);
      const { claim, h } = assertSegment(statement, proof, poseidonEx);
      const { eta, v } = publicSignals(statement, claim, h);
      expect({ theta: claim.theta, psi: claim.psi, y: claim.y, z: claim.z, h, eta, v }, vector.class).to.deep.equal(
        Object.fromEntries(
          Object.entries({ ...vector.claim, h: vector.h, eta: vector.eta, v: vector.v }).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.map(BigInt) : BigInt(value),
          ]),
        ),
      );
    }
  });

  it("are accepted by the circuit with their public signals, and with no others", async () => {
    const circuit = await compileMain("nano");
    for (const vector of file.segments) {
      const { statement, proof } = decodeVector(vector);
      const [h, eta, v] = [BigInt(vector.h), BigInt(vector.eta), BigInt(vector.v)];
      const input = circuitInput(statement, proof, { h, eta, v } as Parameters<typeof circuitInput>[2]);
      const accepts = async (signals: { h?: string; eta?: string; v?: string }): Promise<boolean> => {
        const witness = await circuit.witness({ ...input, ...signals });
        return brokenConstraints(circuit.r1cs, witness)[Symbol.iterator]().next().done === true;
      };
      expect(await accepts({}), vector.class).to.equal(true);
      expect(await accepts({ h: ((h + 1n) % FR_ORDER).toString() }), vector.class).to.equal(false);
      expect(await accepts({ eta: ((eta + 1n) % FR_ORDER).toString() }), vector.class).to.equal(false);
      expect(await accepts({ v: ((v + 1n) % FR_ORDER).toString() }), vector.class).to.equal(false);
    }
  });
});
