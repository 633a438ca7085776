import { expect } from "chai";
import type { Fr } from "../../src/algebra/fr.js";
import type { MainInput, MainTile, SparseMask } from "../../src/kernels/backend.js";
import { ReferenceMainSumcheck } from "../../src/kernels/reference/main-sumcheck.js";
import { loadBuild } from "../../src/kernels/wasm/load.js";
import { createMainSumcheck } from "../../src/kernels/wasm/main-sumcheck.js";
import { createInlinePool, type Pool } from "../../src/kernels/wasm/pool.js";
import { createKernelThreads } from "../../src/node/kernel-threads.js";
import { TIERS, type Tier } from "../../src/protocol/tiers.js";
import { integerIn, seededFr, seededRandom } from "../support/random.js";
import { residuals, shapeOf } from "../support/sumcheck-shapes.js";

const SEED = 55_031;

/** All messages of both provers, compared one by one. */
async function expectEqualProofs(pool: Pool, input: MainInput, challenges: () => Fr): Promise<void> {
  const actual = await createMainSumcheck(pool, input);
  const expected = new ReferenceMainSumcheck(input);
  for (let round = 0; round < input.tier.ell; round++) {
    expect(await actual.round(), `round ${round}`).to.deep.equal(await expected.round());
    const challenge = challenges();
    await actual.bind(challenge);
    await expected.bind(challenge);
  }
  expect(await actual.finals()).to.deep.equal(await expected.finals());
}

/** A mask over some entries: residuals there as large as the widest shift makes them. */
function maskOf(tier: Tier, random: () => number, isMasked: (x: number) => boolean): SparseMask {
  const positions = Uint32Array.from(Array.from({ length: tier.tileSize }, (_, x) => x).filter(isMasked));
  const residuals = Array.from(positions, (x) => {
    const size = BigInt(integerIn(random, 0, 2 ** 53));
    return [size, -size, size << 19n, -(size << 19n), 0n][x % 5] as bigint;
  });
  return { positions, residuals };
}

function inputOf(tier: Tier, tiles: readonly Pick<MainTile, "residual" | "mask">[], seed: number): MainInput {
  const random = seededRandom(seed);
  const fr = seededFr(seed);
  return {
    tier,
    leafPoint: Array.from({ length: tier.ell }, fr),
    tiles: tiles.map((tile) => ({ ...tile, weight: fr(), sumWeight: fr(), countWeight: fr() })),
    factorA: residuals(tier, random),
    factorB: residuals(tier, random),
    multiplicities: Float64Array.from({ length: tier.tileSize }, () => integerIn(random, 0, 2 ** 53)),
    weightA: fr(),
    weightB: fr(),
    weightMultiplicity: fr(),
    lambda: fr(),
  };
}

for (const build of ["fused", "plain"] as const) {
  describe(`main sumcheck, ${build} build (seed ${SEED})`, function () {
    this.timeout(60_000);
    const plainTile = (tier: Tier, seed: number): Pick<MainTile, "residual" | "mask"> => ({
      residual: residuals(tier, seededRandom(seed)),
      mask: undefined,
    });
    const maskedTile = (
      tier: Tier,
      seed: number,
      isMasked: (x: number) => boolean,
    ): Pick<MainTile, "residual" | "mask"> => ({
      residual: residuals(tier, seededRandom(seed)),
      mask: maskOf(tier, seededRandom(seed + 1), isMasked),
    });
    let pool: Pool;
    before(async () => {
      const kernel = await loadBuild(build);
      if (kernel === undefined) throw new Error(`this host cannot run the ${build} build`);
      pool = createInlinePool(kernel);
    });

    it("agrees for random tiles and a zero tile", async () => {
      const tier = shapeOf(3, 4);
      const tiles = [
        plainTile(tier, SEED),
        { residual: new Int32Array(tier.tileSize), mask: undefined },
        plainTile(tier, SEED + 1),
      ];
      await expectEqualProofs(pool, inputOf(tier, tiles, SEED + 2), seededFr(SEED + 3));
    });

    it("agrees for a tile of more than one block of weights", async () => {
      const tier = shapeOf(6, 2);
      const tiles = [plainTile(tier, SEED + 4), maskedTile(tier, SEED + 5, (x) => x % 97 === 3)];
      await expectEqualProofs(pool, inputOf(tier, tiles, SEED + 6), seededFr(SEED + 7));
    });

    it("agrees for a tile whose blocks of weights fill a sum", async () => {
      const tier = shapeOf(8, 2);
      const tiles = [maskedTile(tier, SEED + 24, (x) => x % 5 === 3 && x < 30_000)];
      await expectEqualProofs(pool, inputOf(tier, tiles, SEED + 25), seededFr(SEED + 26));
    });

    it("agrees for masks with no, one, some and all entries", async () => {
      const tier = shapeOf(3, 4);
      const masks = [() => false, (x: number) => x === 7, (x: number) => x % 11 < 2, () => true];
      const tiles = masks.map((isMasked, i) => maskedTile(tier, SEED + 10 + i, isMasked));
      const zero = { residual: new Int32Array(tier.tileSize), mask: maskOf(tier, seededRandom(SEED), (x) => x > 60) };
      await expectEqualProofs(pool, inputOf(tier, [...tiles, zero], SEED + 14), seededFr(SEED + 15));
    });

    it("agrees for all entries at an end of the large tier's range", async () => {
      const tier = shapeOf(2, 4);
      const half = TIERS.large.tileSize / 2;
      const tiles = [-half, half - 1].map((value) => ({
        residual: new Int32Array(tier.tileSize).fill(value),
        mask: undefined,
      }));
      await expectEqualProofs(pool, inputOf(tier, tiles, SEED + 16), seededFr(SEED + 17));
    });

    it("agrees without tiles, factors and multiplicities", async () => {
      const tier = shapeOf(2, 4);
      const zero = new Int32Array(tier.tileSize);
      const input = { ...inputOf(tier, [], SEED + 18), factorA: zero, factorB: zero, multiplicities: zero };
      await expectEqualProofs(pool, input, seededFr(SEED + 19));
    });

    it("agrees on two threads", async () => {
      const tier = shapeOf(4, 4);
      const tiles = [plainTile(tier, SEED + 27), maskedTile(tier, SEED + 28, (x) => x % 17 === 3)];
      const threads = await createKernelThreads({ jobs: 2, build });
      try {
        await expectEqualProofs(threads, inputOf(tier, tiles, SEED + 29), seededFr(SEED + 30));
      } finally {
        await threads.close();
      }
    });

    it("agrees where challenges are zero and one", async () => {
      const tier = shapeOf(3, 4);
      const random = seededRandom(SEED + 20);
      const tiles = [plainTile(tier, SEED + 21), maskedTile(tier, SEED + 22, (x) => x % 3 === 0)];
      const bits = (): Fr => BigInt(integerIn(random, 0, 1)) as Fr;
      const input = { ...inputOf(tier, tiles, SEED + 23), leafPoint: Array.from({ length: tier.ell }, bits) };
      await expectEqualProofs(pool, input, bits);
    });
  });
}
