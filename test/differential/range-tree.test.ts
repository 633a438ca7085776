import { expect } from "chai";
import type { Fr } from "../../src/algebra/fr.js";
import type { RangeInput, RangeTree } from "../../src/kernels/backend.js";
import { ReferenceRangeTree } from "../../src/kernels/reference/range-tree.js";
import { loadBuild } from "../../src/kernels/wasm/load.js";
import { createInlinePool, type Pool } from "../../src/kernels/wasm/pool.js";
import { createRangeTree } from "../../src/kernels/wasm/range-tree.js";
import { TIERS, type Tier } from "../../src/protocol/tiers.js";
import { seededFr, seededRandom } from "../support/random.js";
import { residuals, shapeOf } from "../support/sumcheck-shapes.js";

const SEED = 71_104;

/** All messages of both trees, compared one by one. */
async function expectEqualTrees(pool: Pool, input: RangeInput, challenges: () => Fr): Promise<void> {
  const { tier } = input;
  const tree: RangeTree = await createRangeTree(pool, input);
  const reference = new ReferenceRangeTree(input);
  expect(await tree.root()).to.deep.equal(await reference.root());
  let inner: Fr[] = [];
  for (let depth = 1; depth < tier.leafVars / 2; depth++) {
    const point = [challenges(), challenges(), ...inner];
    const lambda = challenges();
    const [actual, expected] = await Promise.all([
      tree.layer(depth, point, lambda),
      reference.layer(depth, point, lambda),
    ]);
    inner = [];
    for (let round = 0; round < 2 * depth; round++) {
      expect(await actual.round(), `layer ${depth}, round ${round}`).to.deep.equal(await expected.round());
      const challenge = challenges();
      inner.push(challenge);
      await actual.bind(challenge);
      await expected.bind(challenge);
    }
    expect(await actual.finals(), `layer ${depth}, children`).to.deep.equal(await expected.finals());
  }
}

function inputOf(tier: Tier, tiles: readonly Int32Array[], seed: number, factors = false): RangeInput {
  const random = seededRandom(seed);
  return {
    tier,
    alpha: seededFr(seed)(),
    tiles,
    factorA: factors ? residuals(tier, random) : new Int32Array(tier.tileSize),
    factorB: factors ? residuals(tier, random) : new Int32Array(tier.tileSize),
    multiplicities: Float64Array.from({ length: tier.tileSize }, () => Math.floor(random() * 2 ** 53)),
  };
}

for (const build of ["fused", "plain"] as const) {
  describe(`range tree, ${build} build (seed ${SEED})`, function () {
    this.timeout(60_000);
    let pool: Pool;
    before(async () => {
      const kernel = await loadBuild(build);
      if (kernel === undefined) throw new Error(`this host cannot run the ${build} build`);
      pool = createInlinePool(kernel);
    });

    it("agrees for random tiles, a zero tile and unused slots", async () => {
      const tier = shapeOf(3, 4);
      const random = seededRandom(SEED);
      const tiles = [residuals(tier, random), new Int32Array(tier.tileSize), residuals(tier, random)];
      await expectEqualTrees(pool, inputOf(tier, tiles, SEED), seededFr(SEED + 1));
    });

    it("agrees for full slots and both factors", async () => {
      const tier = shapeOf(2, 2);
      const random = seededRandom(SEED + 2);
      await expectEqualTrees(pool, inputOf(tier, [residuals(tier, random)], SEED + 3, true), seededFr(SEED + 4));
    });

    it("agrees for a tile of more than one block of weights", async () => {
      const tier = shapeOf(5, 2);
      const tiles = [residuals(tier, seededRandom(SEED + 5))];
      await expectEqualTrees(pool, inputOf(tier, tiles, SEED + 6), seededFr(SEED + 7));
    });

    it("agrees for a tile whose blocks of weights fill a sum", async () => {
      const tier = shapeOf(8, 2);
      const tiles = [residuals(tier, seededRandom(SEED + 17))];
      await expectEqualTrees(pool, inputOf(tier, tiles, SEED + 18), seededFr(SEED + 19));
    });

    it("agrees for all entries at an end of the large tier's range", async () => {
      const tier = shapeOf(3, 4);
      const half = TIERS.large.tileSize / 2;
      const tiles = [new Int32Array(tier.tileSize).fill(-half), new Int32Array(tier.tileSize).fill(half - 1)];
      await expectEqualTrees(pool, inputOf(tier, tiles, SEED + 8), seededFr(SEED + 9));
    });

    it("agrees without tiles", async () => {
      await expectEqualTrees(pool, inputOf(shapeOf(2, 4), [], SEED + 10), seededFr(SEED + 11));
    });

    it("agrees where challenges are zero and one", async () => {
      const tier = shapeOf(3, 2);
      const random = seededRandom(SEED + 12);
      const tiles = [residuals(tier, random)];
      await expectEqualTrees(pool, inputOf(tier, tiles, SEED + 13, true), () => BigInt(Math.floor(random() * 3)) as Fr);
    });

    it("agrees at points that do not follow the layer before", async () => {
      const tier = shapeOf(2, 2);
      const fr = seededFr(SEED + 14);
      const input = inputOf(tier, [residuals(tier, seededRandom(SEED + 15))], SEED + 16, true);
      const tree = await createRangeTree(pool, input);
      const reference = new ReferenceRangeTree(input);
      for (const depth of [1, 2]) {
        const point = Array.from({ length: 2 * depth }, fr);
        const lambda = fr();
        const [actual, expected] = [
          await tree.layer(depth, point, lambda),
          await reference.layer(depth, point, lambda),
        ];
        for (let round = 0; round < 2 * depth; round++) {
          expect(await actual.round()).to.deep.equal(await expected.round());
          const challenge = fr();
          await actual.bind(challenge);
          await expected.bind(challenge);
        }
      }
    });
  });
}
