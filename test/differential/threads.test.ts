import { expect } from "chai";
import type { Fr } from "../../src/algebra/fr.js";
import type { RangeInput, RangeTree } from "../../src/kernels/backend.js";
import { ReferenceRangeTree } from "../../src/kernels/reference/range-tree.js";
import { compileBuild } from "../../src/kernels/wasm/load.js";
import { createRangeTree } from "../../src/kernels/wasm/range-tree.js";
import { createKernelThreads } from "../../src/node/kernel-threads.js";
import { seededFr, seededRandom } from "../support/random.js";
import { residuals, shapeOf } from "../support/sumcheck-shapes.js";

const SEED = 30_221;

/** Every message of a tree, under challenges that depend on the seed alone. */
async function messagesOf(tree: RangeTree, { tier }: RangeInput): Promise<Fr[][]> {
  const challenge = seededFr(SEED + 1);
  const messages = [await tree.root()];
  let inner: Fr[] = [];
  for (let depth = 1; depth < tier.leafVars / 2; depth++) {
    const prover = await tree.layer(depth, [challenge(), challenge(), ...inner], challenge());
    inner = [];
    for (let round = 0; round < 2 * depth; round++) {
      messages.push(await prover.round());
      const bound = challenge();
      inner.push(bound);
      await prover.bind(bound);
    }
    messages.push(await prover.finals());
  }
  return messages;
}

for (const build of ["fused", "plain"] as const) {
  describe(`kernel threads, ${build} build (seed ${SEED})`, function () {
    this.timeout(60_000);

    before(async () => {
      if ((await compileBuild(build)) === undefined) throw new Error(`this host cannot run the ${build} build`);
    });

    it("agree with the reference on a range tree, with 1, 2 and 3 threads", async () => {
      const tier = shapeOf(3, 4);
      const random = seededRandom(SEED);
      const input: RangeInput = {
        tier,
        alpha: seededFr(SEED)(),
        tiles: Array.from({ length: 5 }, () => residuals(tier, random)),
        factorA: residuals(tier, random),
        factorB: residuals(tier, random),
        multiplicities: Float64Array.from({ length: tier.tileSize }, () => Math.floor(random() * 2 ** 53)),
      };
      const expected = await messagesOf(new ReferenceRangeTree(input), input);
      for (const jobs of [1, 2, 3]) {
        const pool = await createKernelThreads({ jobs, build });
        try {
          const messages = await messagesOf(await createRangeTree(pool, input), input);
          expect(messages, `${jobs} threads`).to.deep.equal(expected);
        } finally {
          await pool.close();
        }
      }
    });
  });
}
