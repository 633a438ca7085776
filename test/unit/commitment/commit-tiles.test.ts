import { expect } from "chai";
import { commitModel } from "../../../src/commitment/commit-model.js";
import { assertAllCommitted, assertCommitted, openCommitted } from "../../../src/commitment/open-committed.js";
import { recomputeModelId } from "../../../src/commitment/recompute-model-id.js";
import type { OpenedModel } from "../../../src/commitment/commit-tiles.js";
import { commitVector } from "../../../src/commitment/commit-vector.js";
import { OpeningCheck } from "../../../src/commitment/opening-check.js";
import { forEachUnderWay } from "../../../src/commitment/under-way.js";
import { InputError, UnavailableError } from "../../../src/errors/errors.js";
import { FR_ONE, FR_ZERO } from "../../../src/algebra/fr.js";
import type { Model } from "../../../src/model/open-model.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { knownTauBackend } from "../../support/known-tau-backend.js";
import { openTensors } from "../../support/models.js";
import { integerIn, seededFr, seededRandom } from "../../support/random.js";
import { expectError } from "../../support/rejects.js";

const SEED = 77;
const { nano } = TIERS;
const FEW = 5;
const MANY = 34;
const nameOf = (tile: number): string => `layer.${String(tile).padStart(2, "0")}`;

/** A model of one tensor a tile, of 24-bit integers; `change` adds to a weight. */
function makeModel(tiles: number, change: (tile: number, x: number) => number = () => 0): Promise<Model> {
  const random = seededRandom(SEED);
  return openTensors(
    Array.from({ length: tiles }, (_, tile) => ({
      name: nameOf(tile),
      shape: [nano.n, nano.n],
      dtype: "I32",
      values: Array.from(
        { length: nano.tileSize },
        (_unused, x) => integerIn(random, -(2 ** 23), 2 ** 23) + change(tile, x),
      ),
    })),
  );
}

/** Every third tile stays, the others move by a little, tile 4 by much. */
const drift = (tile: number, x: number): number => (tile % 3 === 0 ? 0 : tile === 4 ? 2 ** 24 + x : (x % 5) - 2);

describe(`commitments of models (seed ${SEED})`, () => {
  const known = knownTauBackend("commit-tiles", nano.tileSize, 3);
  const { srs, backend } = known;
  const common = { tier: nano, srs, insecure: true, backend };
  const randomFr = seededFr(SEED);

  async function commitBase(tiles: number, isPrivate = false): Promise<OpenedModel> {
    const model = await makeModel(tiles);
    const { committed, secrets } = await commitModel({ ...common, model, ...(isPrivate ? { randomFr } : {}) });
    return openCommitted(committed, model, secrets);
  }

  it("are those of the tiles, in order, as many at once as the backend has jobs", async () => {
    const steps: string[] = [];
    const model = await makeModel(FEW);
    const onProgress = (phase: string, done: number, total: number): void => {
      if (phase === "committing tiles") steps.push(`${done}/${total}`);
    };
    const { committed } = await commitModel({ ...common, model, onProgress });
    const { tiles } = openCommitted(committed, model);
    for (let tile = 0; tile < FEW; tile++) {
      const expected = await commitVector(srs, backend, await tiles.readTile(tile), FR_ZERO);
      expect(committed.commitments[tile]).to.deep.equal(expected);
    }
    expect(steps).to.deep.equal(["1/5", "2/5", "3/5", "4/5", "5/5"]);
    expect(known.mostAtOnce()).to.equal(3);
  });

  for (const tiles of [FEW, MANY]) {
    it(`give a fine-tune of ${tiles} tiles the id that it has afresh`, async () => {
      const base = await commitBase(tiles);
      const model = await makeModel(tiles, drift);
      const { committed } = await commitModel({ ...common, model, base });
      const { modelId } = await recomputeModelId({ model, manifest: committed.manifest, srs, backend });
      expect(committed.modelId).to.equal(modelId);
      expect(committed.commitments[0]).to.equal(base.committed.commitments[0]);
    });

    it(`of a private fine-tune of ${tiles} tiles open with its blindings, fresh where tiles changed`, async () => {
      const base = await commitBase(tiles, true);
      const model = await makeModel(tiles, drift);
      const { committed, secrets } = await commitModel({ ...common, model, base, randomFr });
      const opened = openCommitted(committed, model, secrets);
      for (let tile = 0; tile < tiles; tile++) {
        const blinding = secrets!.blindings[tile]!;
        const expected = await commitVector(srs, backend, await opened.tiles.readTile(tile), blinding);
        expect(committed.commitments[tile]).to.deep.equal(expected);
        expect(blinding === base.secrets!.blindings[tile]).to.equal(tile % 3 === 0);
      }
      await assertCommitted({ opened, label: "tune", srs, backend });
    });

    it(`refuse other weights than the base's for a tile of ${tiles} that stays, naming tile and tensor`, async () => {
      const { committed } = await commitBase(tiles);
      const other = (tile: number, x: number): number => (tile === 3 && x === 9 ? 1 : 0);
      const base = openCommitted(committed, await makeModel(tiles, other));
      const model = await makeModel(tiles, (tile, x) => drift(tile, x) + other(tile, x));
      const run = (): Promise<unknown> => commitModel({ ...common, model, base });
      await expectError(run, InputError, `not those of model ${committed.modelId}`, 'tile 3 ("layer.03") differs');
    });

    it(`tell other weights than the ${tiles} tiles' committed ones, naming the first tile and tensor`, async () => {
      const opened = await commitBase(tiles);
      await assertCommitted({ opened, label: "base", srs, backend });
      const other = openCommitted(
        opened.committed,
        await makeModel(tiles, (tile, x) => (tile > 1 && x === 0 ? -1 : 0)),
      );
      const input = { label: "m.safetensors", srs, backend };
      const run = (): Promise<void> => assertCommitted({ ...input, opened: other });
      await expectError(run, InputError, 'm.safetensors: the weights of tile 2 ("layer.02")', opened.committed.modelId);
      await assertCommitted({ ...input, opened: other, tiles: [0, 1] });
    });

    it(`of ${tiles} tiles do not open with another blinding`, async () => {
      const opened = await commitBase(tiles, true);
      const { secrets } = opened;
      const blindings = secrets!.blindings.with(1, FR_ONE);
      const run = (): Promise<void> =>
        assertCommitted({ opened: { ...opened, secrets: { ...secrets!, blindings } }, label: "base", srs, backend });
      await expectError(run, InputError, "tile 1");
    });
  }

  it("take differences for tiles that changed little, and for these alone", async () => {
    const base = await commitBase(MANY);
    const model = await makeModel(MANY, drift);
    known.asked.length = 0;
    await commitModel({ ...common, model, base });
    expect(known.asked.filter((largest) => largest !== undefined && largest <= 2)).to.have.length(21);
    expect(known.asked.filter((largest) => largest !== undefined && largest > 2)).to.have.length(1);
    expect(known.asked.filter((largest) => largest === undefined)).to.have.length(1);
  });

  it("refuse other weights than the base's for a tile that changed little", async () => {
    const { committed } = await commitBase(MANY);
    const base = openCommitted(committed, await makeModel(MANY, (tile, x) => (tile === 7 && x === 200 ? 5 : 0)));
    const model = await makeModel(MANY, drift);
    await expectError(() => commitModel({ ...common, model, base }), InputError, 'tile 7 ("layer.07") differs');
  });

  it("of two models are checked together", async () => {
    const base = await commitBase(FEW + 3, true);
    const model = await makeModel(FEW + 3, drift);
    const { committed, secrets } = await commitModel({ ...common, model, base, randomFr });
    const tuned = openCommitted(committed, model, secrets);
    const steps: string[] = [];
    const both = { srs, backend, onProgress: (...step: unknown[]) => void steps.push(step.join()) };
    const models = [
      { opened: base, label: "base" },
      { opened: tuned, label: "tune" },
    ];
    known.asked.length = 0;
    await assertAllCommitted({ ...both, models });
    expect(known.asked).to.deep.equal([undefined]);
    expect(steps[0]).to.equal("checking base and tune,0,17");
    expect(steps.at(-1)).to.equal("checking base and tune,17,17");
    const swapped = [models[0]!, { opened: { ...tuned, tiles: base.tiles }, label: "tune" }];
    await expectError(
      () => assertAllCommitted({ ...both, models: swapped }),
      InputError,
      "tune: the weights of tile 1 ",
    );
    await assertAllCommitted({ ...both, models: swapped, tiles: [0, 3, 6] });
  });

  it("refuse errors that cancel each other in a sum without weights", async () => {
    const opened = await commitBase(MANY);
    const cancelling = (tile: number, x: number): number => (x === 5 && tile < 2 ? 1 - 2 * tile : 0);
    const other = openCommitted(opened.committed, await makeModel(MANY, cancelling));
    await expectError(() => assertCommitted({ opened: other, label: "m", srs, backend }), InputError, "tile 0");
  });

  it("tell files that change while they are read", async () => {
    const check = new OpeningCheck(srs, backend);
    const right = new Int32Array(nano.tileSize).fill(3);
    const commitment = await commitVector(srs, backend, right, FR_ZERO);
    const claim = {
      read: () => Promise.resolve(right),
      commitment,
      blinding: FR_ZERO,
      error: () => new Error("wrong"),
    };
    for (let i = 0; i < 12; i++) await check.add(claim, i === 8 ? right.with(0, 4) : right.slice());
    await expectError(() => check.finish(), UnavailableError, "Do not change");
  });
});

describe("work under way", () => {
  async function* count(to: number, taken: number[] = []): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) {
      taken.push(i);
      yield await Promise.resolve(i);
    }
  }
  const later = (ms = 1): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  it("is started in order, at most so much at once, and awaited", async () => {
    for (const limit of [0, 1, 2, 9]) {
      const started: number[] = [];
      let [running, most, ended] = [0, 0, 0];
      await forEachUnderWay(count(7), limit, async (i) => {
        started.push(i);
        most = Math.max(most, ++running);
        await later(i % 3);
        running--;
        ended++;
      });
      expect(started).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
      expect([most, ended]).to.deep.equal([Math.min(Math.max(1, limit), 7), 7]);
    }
  });

  it("ends with the first error, after what is under way", async () => {
    const taken: number[] = [];
    let ended = 0;
    let error: unknown;
    await forEachUnderWay(count(50, taken), 2, async (i) => {
      await later();
      if (i === 3) throw new RangeError("third");
      ended++;
    }).catch((caught: unknown) => {
      error = caught;
    });
    expect(error).to.be.instanceOf(RangeError);
    expect(taken.length).to.be.lessThan(9);
    const now = ended;
    await later(5);
    expect(ended).to.equal(now);
  });
});
