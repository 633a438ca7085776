import { expect } from "chai";
import { compileMain, type CompiledCircuit } from "../support/circuits.js";
import { undeterminedWires } from "../support/determinism.js";
import type { CircuitInput } from "../../src/segment/circuit-input.js";
import { honestInput, signalNames } from "../support/circuit-inputs.js";

describe("determinism of the segment verifier circuit", () => {
  let circuit: CompiledCircuit;
  let input: CircuitInput;
  before(async () => {
    // O2 solves the linear constraints and hides which signal each of them defined.
    circuit = await compileMain("nano", "O1");
    input = await honestInput("norm");
  });

  const wiresOf = (names: readonly string[]): number[] =>
    names.map((name) => circuit.inputWires.get(name) ?? -1).filter((wire) => wire >= 0);

  it("leaves no wire free once the inputs are fixed", () => {
    expect(undeterminedWires(circuit.r1cs, wiresOf(signalNames(input)))).to.deep.equal([]);
  });

  it("notices a free wire: without its salt nothing after the statement follows", () => {
    const names = signalNames(input).filter((name) => name !== "salt");
    expect(undeterminedWires(circuit.r1cs, wiresOf(names)).length).to.be.above(10_000);
  });
});
