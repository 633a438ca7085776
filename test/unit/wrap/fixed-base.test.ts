import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import { G1_GENERATOR, G1_INFINITY, g1Mul } from "../../../src/curve/g1.js";
import { g1FromMontgomeryLE, g2FromMontgomeryLE } from "../../../src/encoding/montgomery.js";
import { FR_ORDER } from "../../../src/protocol/constants.js";
import { frOf, toFr, type Fr } from "../../../src/field/fr.js";
import { createFixedBase } from "../../../src/wrap/setup/fixed-base.js";
import { seededFr } from "../../support/random.js";

const SEED = 20260101;

function edgeAndRandomScalars(): Fr[] {
  const random = seededFr(SEED);
  const edges = [
    frOf(0),
    frOf(1),
    frOf(2),
    toFr(FR_ORDER - 1n),
    toFr((1n << 253n) - 1n),
    toFr(1n << 253n),
    toFr(1n << 64n),
  ];
  return [...edges, ...Array.from({ length: 12 }, random)];
}

describe("fixed-base multiplication", () => {
  // Tables of few and of many bits: the last window is cut differently.
  for (const expectedPoints of [1, 4_000]) {
    it(`agrees with the reference in both groups, tables for ${expectedPoints} points (seed ${SEED})`, async () => {
      const scalars = edgeAndRandomScalars();
      const fixedBase = await createFixedBase(expectedPoints);
      try {
        const g1 = await fixedBase.g1(scalars);
        const g2 = await fixedBase.g2(scalars);
        expect(g1.length).to.equal(64 * scalars.length);
        expect(g2.length).to.equal(128 * scalars.length);
        scalars.forEach((scalar, i) => {
          expect(g1FromMontgomeryLE(g1, 64 * i), `G1 times ${scalar}`).to.deep.equal(g1Mul(G1_GENERATOR, scalar));
          if (scalar === 0n) return;
          const { x, y } = bn254.G2.Point.BASE.multiply(scalar).toAffine();
          expect(g2FromMontgomeryLE(g2, 128 * i), `G2 times ${scalar}`).to.deep.equal({
            x: { c0: x.c0, c1: x.c1 },
            y: { c0: y.c0, c1: y.c1 },
          });
        });
        expect(g1FromMontgomeryLE(g1, 0)).to.deep.equal(G1_INFINITY);
        expect(g2.subarray(0, 128).every((byte) => byte === 0)).to.equal(true);
      } finally {
        await fixedBase.close();
      }
    });
  }

  it("returns nothing for no scalars", async () => {
    const fixedBase = await createFixedBase(1);
    try {
      expect(await fixedBase.g1([])).to.deep.equal(new Uint8Array(0));
    } finally {
      await fixedBase.close();
    }
  });

  it("leaves the curve that the process shares alone", async () => {
    const shared: unknown = Reflect.get(globalThis, "curve_bn128");
    const fixedBase = await createFixedBase(1);
    expect(Reflect.get(globalThis, "curve_bn128")).to.equal(shared);
    await fixedBase.close();
    expect(Reflect.get(globalThis, "curve_bn128")).to.equal(shared);
  });
});
