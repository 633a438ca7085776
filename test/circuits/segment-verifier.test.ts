import { expect } from "chai";
import type { CircuitInput } from "../../src/segment/circuit-input.js";
import { honestInput, signalNames, withChangedSignal } from "../support/circuit-inputs.js";
import { compileMain, type CompiledCircuit } from "../support/circuits.js";
import { brokenConstraints, involves, isSatisfied, unnoticedWires } from "../support/r1cs.js";
import { seededFr } from "../support/random.js";
import { CASE_CLASSES } from "../support/segments.js";

/** Wires of the public signals: circom numbers them first, in the order of declaration. */
const PUBLIC_WIRES = { h: 1, eta: 2, v: 3 };

/**
 * The only private signal that the constraints themselves leave free: `M~(z)` moves `ψ` and `y`, hence `h`
 * and `v`, and is refused by the opening, which is the registry's part.
 */
const FREE_UP_TO_THE_OPENING = "openingEvaluations[3]";

describe("segment verifier circuit at nano", () => {
  let circuit: CompiledCircuit;
  /** Two rank rules, one of them with masks, a norm rule and a sparse rule with noise. */
  let honest: CircuitInput;
  before(async () => {
    circuit = await compileMain("nano");
    honest = await honestInput("several rules");
  });

  for (const kind of CASE_CLASSES) {
    it(`accepts an honest proof of class ${kind}`, async () => {
      const witness = await circuit.witness(await honestInput(kind));
      expect([...brokenConstraints(circuit.r1cs, witness)]).to.deep.equal([]);
    });
  }

  it("has the three public signals h, eta and v first", () => {
    expect(circuit.r1cs.publicCount).to.equal(3);
    for (const [name, wire] of Object.entries(PUBLIC_WIRES)) expect(circuit.inputWires.get(name), name).to.equal(wire);
  });

  it("takes exactly the inputs that circuitInput gives", () => {
    const declared = [...circuit.inputWires.keys()].filter((name) => Object.hasOwn(honest, topLevel(name)));
    expect(signalNames(honest).sort()).to.deep.equal(declared.sort());
  });

  it("refuses by its constraints every change of one private signal, whatever the public signals", async () => {
    const { constraints } = circuit.r1cs;
    const delta = seededFr(11);
    const bindsPublic = constraints.map((c) => involves(c, PUBLIC_WIRES.h) || involves(c, PUBLIC_WIRES.v));
    // Constraints that have refused something before are asked first: almost every change breaks one of them.
    const strict: number[] = [];
    for (const name of signalNames(honest).filter((signal) => !(signal in PUBLIC_WIRES))) {
      const witness = await circuit.witness(withChangedSignal(honest, name, delta()));
      if (strict.some((index) => !isSatisfied(constraints[index]!, witness))) continue;
      const broken = [...brokenConstraints(circuit.r1cs, witness)];
      const inner = broken.find((index) => bindsPublic[index] !== true);
      if (name === FREE_UP_TO_THE_OPENING) {
        expect(broken, name).to.have.length(2);
        expect(inner, name).to.equal(undefined);
      } else {
        expect(inner, `${name} can be changed when h and v follow`).to.not.equal(undefined);
        strict.push(inner!);
      }
    }
  });

  it("refuses every change of a public signal", async () => {
    for (const name of Object.keys(PUBLIC_WIRES)) {
      const witness = await circuit.witness(withChangedSignal(honest, name, 1n));
      expect([...brokenConstraints(circuit.r1cs, witness)], name).to.not.deep.equal([]);
    }
  });

  it("refuses every change of one wire, inputs and intermediate signals alike", async () => {
    const witness = await circuit.witness(honest);
    const random = seededFr(12);
    for (const delta of [1n, random(), random()]) {
      expect(unnoticedWires(circuit.r1cs, witness, delta), `delta ${delta}`).to.deep.equal([]);
    }
  });
});

function topLevel(name: string): string {
  return name.replace(/\[.*$/, "");
}
