import { grainGenConstants, poseidon } from "@noble/curves/abstract/poseidon.js";
import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import { FR_ORDER } from "../../../../src/protocol/constants.js";
import { poseidonEx } from "../../../../src/argument/transcript/poseidon.js";
import type { Fr } from "../../../../src/algebra/fr.js";
import { seededFr } from "../../../support/random.js";

/** circomlib's numbers of partial rounds for 1 to 16 inputs (circuits/poseidon.circom). */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

describe("Poseidon against the dense permutation", () => {
  for (const [i, roundsPartial] of PARTIAL_ROUNDS.entries()) {
    const width = i + 2;
    it(`gives all ${width} lanes of width ${width}`, () => {
      const shape = { Fp: bn254.fields.Fr, t: width, roundsFull: 8, roundsPartial };
      const dense = poseidon({ ...shape, ...grainGenConstants(shape), sboxPower: 5 });
      const top = (FR_ORDER - 1n) as Fr;
      const cases = [Array.from({ length: width }, seededFr(width)), new Array<Fr>(width).fill(top)];
      for (const [state, ...inputs] of cases)
        expect(poseidonEx(inputs, state!, width)).to.deep.equal(dense([state!, ...inputs]));
    });
  }
});
