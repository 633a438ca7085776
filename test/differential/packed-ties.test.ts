import { expect } from "chai";
import { toFr, frInv, frMul, type Fr } from "../../src/algebra/fr.js";
import { canonicalBytes, elementsOf, readCanonical, writePacked } from "../../src/kernels/wasm/canonical.js";
import type { Kernel } from "../../src/kernels/wasm/kernel.js";
import { loadBuild } from "../../src/kernels/wasm/load.js";

/** Elements whose Montgomery form is a power of two: sums and products then have digits halfway between two roundings. */
function powersOfTwo(): Fr[] {
  const radices = [255n, 264n].map((bits) => frInv(toFr(1n << bits)));
  return radices.flatMap((inverse) => Array.from({ length: 254 }, (_, k) => frMul(toFr(1n << BigInt(k)), inverse)));
}

for (const build of ["fused", "plain"] as const) {
  describe(`packing, ${build} build`, () => {
    let kernel: Kernel;
    before(async () => {
      const loaded = await loadBuild(build);
      if (loaded === undefined) throw new Error(`this host cannot run the ${build} build`);
      kernel = loaded;
    });

    it("keeps digits that lie halfway between two roundings", () => {
      const values = powersOfTwo();
      const count = values.length;
      const [sums, products] = kernel.scope(() => {
        const x = writePacked(kernel, canonicalBytes(values));
        const two = writePacked(kernel, canonicalBytes(values.map(() => 2n as Fr)));
        const out = kernel.alloc(32 * count);
        kernel.exports.frAddVectors(out, x, x, count);
        const doubled = elementsOf(readCanonical(kernel, out, count));
        kernel.exports.frMulVectors(out, x, two, count);
        return [doubled, elementsOf(readCanonical(kernel, out, count))];
      });
      const expected = values.map((value) => toFr(2n * value));
      expect(sums).to.deep.equal(expected);
      expect(products).to.deep.equal(expected);
    });
  });
}
