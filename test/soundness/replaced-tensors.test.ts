import { expect } from "chai";
import type { Model } from "../../src/model/open-model.js";
import type { TensorReader } from "../../src/model/tensor.js";
import { checkPolicy } from "../../src/authoring/check-policy.js";
import { suggestPolicy } from "../../src/authoring/suggest-policy.js";
import type { TierName } from "../../src/protocol/tiers.js";
import { openTiles, type TileReader } from "../../src/quantize/tile-reader.js";
import { openPair } from "../support/fixture-pairs.js";
import { seededNormal } from "../support/random.js";

const SEED = 80;
const BASE_ID = `0x${"11".repeat(32)}` as const;
/** This part of a tensor's weights is replaced. */
const REPLACED = 0.8;

/** The model with most of a tensor's weights replaced by noise of their own r.m.s. */
async function withNoise(model: Model, name: string): Promise<Model> {
  const tensors = await Promise.all(
    model.tensors.map(async (tensor) => (tensor.name === name && tensor.kind === "float" ? noisy(tensor) : tensor)),
  );
  return { ...model, tensors };
}

async function noisy(tensor: TensorReader): Promise<TensorReader> {
  const weights = Float64Array.from(await tensor.readValues(0, tensor.elementCount));
  const rms = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0) / weights.length);
  const normal = seededNormal(SEED);
  for (let i = 0; i < Math.ceil(REPLACED * weights.length); i++) weights[i] = rms * normal();
  return { ...tensor, readValues: (start, count) => Promise.resolve(weights.slice(start, start + count)) };
}

/** Whether two models of one manifest have the same integers, and so one id. */
async function isSame(a: TileReader, b: TileReader): Promise<boolean> {
  for (let tile = 0; tile < a.tileCount; tile++) {
    const [before, after] = [await a.readTile(tile), await b.readTile(tile)];
    if (before.some((q, x) => q !== after[x])) return false;
  }
  return true;
}

const PAIRS = [
  ["transformer/base", "transformer/full"],
  ["cnn/base", "cnn/finetuned"],
  ["mlp/base", "mlp/finetuned"],
] as const;

describe(`tensors of which ${100 * REPLACED} % was replaced by noise (seed ${SEED})`, () => {
  for (const tier of ["small", "medium"] as const satisfies readonly TierName[]) {
    for (const [baseName, tunedName] of PAIRS) {
      it(`${tunedName} at ${tier}: every one has other integers, and breaks the policy of the honest fine-tune`, async () => {
        const pair = await openPair(baseName, tunedName, tier, "auto", true);
        try {
          const { policy } = await suggestPolicy({ ...pair, baseModelId: BASE_ID });
          expect((await checkPolicy({ ...pair, policy })).holds).to.equal(true);
          const names = pair.models.base.tensors.filter(({ kind }) => kind === "float").map(({ name }) => name);
          expect(names.length).to.be.greaterThan(0);
          for (const name of names) {
            const noisyBase = openTiles(await withNoise(pair.models.base, name), pair.manifest);
            expect(await isSame(pair.base, noisyBase), `${name} seems to be the base's`).to.equal(false);
            const noisyTune = openTiles(await withNoise(pair.models.tuned, name), pair.manifest);
            const kept = await checkPolicy({ ...pair, tuned: noisyTune, policy });
            expect(kept.holds, `${name} seems to follow the policy`).to.equal(false);
          }
        } finally {
          await pair.close();
        }
      });
    }
  }
});
