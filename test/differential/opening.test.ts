import { expect } from "chai";
import { FR_ONE, FR_ZERO, frNeg, type Fr } from "../../src/algebra/fr.js";
import type { Backend, OpeningInput } from "../../src/kernels/backend.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { KERNEL_BUILDS, kernelBackend } from "../support/kernel-backends.js";
import { seededFr, seededRandom } from "../support/random.js";
import { residuals, shapeOf } from "../support/sumcheck-shapes.js";

const SEED = 50_233;

for (const build of KERNEL_BUILDS) {
  describe(`opening reduction, ${build} build (seed ${SEED})`, () => {
    const fr = seededFr(SEED);
    const draw = (length: number): Fr[] => Array.from({ length }, fr);
    let backends: Backend[];
    before(async () => {
      backends = [await kernelBackend(build), await kernelBackend(build, 3)];
    });

    /** All messages of both provers, compared one by one. */
    async function expectEqual(
      input: Omit<OpeningInput, "combined">,
      combined: readonly Fr[],
      challenges: readonly Fr[],
    ): Promise<void> {
      for (const backend of backends) {
        const actual = await backend.openingSumcheck({ ...input, combined: await backend.fromFr(combined) });
        const held = await referenceBackend.fromFr(combined);
        const expected = await referenceBackend.openingSumcheck({ ...input, combined: held });
        for (const [round, challenge] of challenges.entries()) {
          expect(await actual.round(), `round ${round}`).to.deep.equal(await expected.round());
          await actual.bind(challenge);
          await expected.bind(challenge);
        }
        expect(await actual.finals()).to.deep.equal(await expected.finals());
      }
    }

    function inputOf(t: number, which: { readonly a: boolean; readonly b: boolean }): Omit<OpeningInput, "combined"> {
      const tier = shapeOf(t, 2);
      const random = seededRandom(SEED + t);
      const factor = (present: boolean): Int32Array =>
        present ? residuals(tier, random) : new Int32Array(tier.tileSize);
      return {
        tier,
        point: draw(tier.ell),
        factorA: factor(which.a),
        factorB: factor(which.b),
        chi: fr(),
        omegaA: draw(tier.n).fill(FR_ZERO, tier.n / 2),
        omegaB: draw(tier.n),
      };
    }

    for (const [name, which] of [
      ["both factors", { a: true, b: true }],
      ["the first factor alone", { a: true, b: false }],
      ["the second factor alone", { a: false, b: true }],
      ["no factors", { a: false, b: false }],
    ] as const) {
      it(`agrees with ${name}`, async () => {
        for (const t of [1, 2, 5]) await expectEqual(inputOf(t, which), draw(4 ** t), draw(2 * t));
      });
    }

    it("agrees where everything is zero, one or minus one", async () => {
      const edges = [FR_ZERO, FR_ONE, frNeg(FR_ONE)];
      const edge = (length: number): Fr[] => Array.from({ length }, (_, i) => edges[i % 3] ?? FR_ZERO);
      const input = inputOf(2, { a: true, b: true });
      const atEdges = { ...input, point: edge(4), chi: FR_ONE, omegaA: edge(4), omegaB: edge(4) };
      await expectEqual(atEdges, edge(16), edge(4));
      await expectEqual({ ...atEdges, chi: FR_ZERO }, new Array<Fr>(16).fill(FR_ZERO), edge(4).reverse());
    });

    it("refuses to end early", async () => {
      const input = inputOf(1, { a: true, b: true });
      for (const backend of backends) {
        const prover = await backend.openingSumcheck({ ...input, combined: await backend.fromFr(draw(4)) });
        await prover.bind(FR_ONE);
        const error = await Promise.resolve()
          .then(() => prover.finals())
          .catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(RangeError);
      }
    });
  });
}
