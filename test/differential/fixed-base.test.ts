import { expect } from "chai";
import { bytesToHex } from "@noble/hashes/utils.js";
import { FR_ORDER } from "../../src/protocol/constants.js";
import { frMul, frOf, toFr, type Fr } from "../../src/algebra/fr.js";
import { referenceG1Multiple, referenceG2Multiple } from "../../src/kernels/reference/fixed-base.js";
import { loadBuild } from "../../src/kernels/wasm/load.js";
import { createInlinePool, type Pool } from "../../src/kernels/wasm/pool.js";
import { createFixedBase, type FixedBase } from "../../src/groth16/setup/fixed-base.js";
import { KERNEL_BUILDS } from "../support/kernel-backends.js";
import { seededFr } from "../support/random.js";

const SEED = 20_260_101;

function edgeAndRandomScalars(): Fr[] {
  const edges = [0n, 1n, 2n, 3n, FR_ORDER - 1n, FR_ORDER - 2n, (1n << 253n) - 1n, 1n << 253n, 1n << 64n, 1n << 15n, 0n];
  return [...edges.map(toFr), ...Array.from({ length: 8 }, seededFr(SEED))];
}

const hexOf = (points: readonly Uint8Array[]): string => points.map((point) => bytesToHex(point)).join("");

for (const build of KERNEL_BUILDS) {
  describe(`fixed-base multiplication, ${build} build (seed ${SEED})`, () => {
    let pool: Pool;
    before(async () => {
      const kernel = await loadBuild(build);
      if (kernel === undefined) throw new Error(`this host cannot run the ${build} build`);
      pool = createInlinePool(kernel);
    });

    // Tables of few and of many bits: the last row is cut differently.
    for (const expectedPoints of [1, 400, 50_000]) {
      it(`agrees with the reference in both groups, tables for ${expectedPoints} points`, async () => {
        const scalars = edgeAndRandomScalars();
        const fixedBase = createFixedBase(pool, expectedPoints);
        expect(bytesToHex(await fixedBase.g1(scalars))).to.equal(hexOf(scalars.map(referenceG1Multiple)));
        expect(bytesToHex(await fixedBase.g2(scalars))).to.equal(hexOf(scalars.map(referenceG2Multiple)));
      });
    }

    it("agrees for equal scalars", async () => {
      const scalars = Array.from({ length: 9 }, () => toFr(FR_ORDER - 12_345n));
      const fixedBase = createFixedBase(pool, 100);
      expect(bytesToHex(await fixedBase.g1(scalars))).to.equal(hexOf(scalars.map(referenceG1Multiple)));
      expect(bytesToHex(await fixedBase.g2(scalars))).to.equal(hexOf(scalars.map(referenceG2Multiple)));
    });

    it("makes powers itself, over several tasks", async () => {
      const fixedBase = createFixedBase(pool, 8000);
      const [first, ratio] = [frOf(7), seededFr(SEED)()];
      const count = 8197;
      const g1 = await fixedBase.g1({ first, ratio, count });
      expect(g1.length).to.equal(64 * count);
      let scalar: Fr = first;
      for (let i = 0; i < count; i++, scalar = frMul(scalar, ratio)) {
        if (i > 2 && i < 8190 && i !== 4096) continue;
        const point = g1.subarray(64 * i, 64 * i + 64);
        expect(bytesToHex(point), `power ${i}`).to.equal(bytesToHex(referenceG1Multiple(scalar)));
      }
      for (const few of [0, 1, 2, 3]) {
        const expected = await createFixedBase(undefined, few).g2({ first, ratio, count: few });
        expect(await fixedBase.g2({ first, ratio, count: few })).to.deep.equal(expected);
      }
    });

    it("returns nothing for no scalars", async () => {
      const fixedBase: FixedBase = createFixedBase(pool, 1);
      expect(await fixedBase.g1([])).to.deep.equal(new Uint8Array(0));
      expect(await fixedBase.g2([])).to.deep.equal(new Uint8Array(0));
    });
  });
}
