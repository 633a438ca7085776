import { expect } from "chai";
import { InputError } from "../../../src/errors/errors.js";
import type { Model } from "../../../src/model/open-model.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import { encodeManifest } from "../../../src/quantize/manifest.js";
import { openTiles } from "../../../src/quantize/tile-reader.js";
import { roundScaled } from "../../../src/quantize/round.js";
import { weightAt } from "../../../src/quantize/tile-map.js";
import { encodeSafetensors, encodeSharded, type TensorToWrite } from "../../support/encode-safetensors.js";
import { encodeTfjs } from "../../support/encode-tfjs.js";
import { openFile, openFiles, openTensors, tensorOf, valuesOf } from "../../support/models.js";
import { seededRandom } from "../../support/random.js";
import { expectError } from "../../support/rejects.js";

const SEED = 20240607;
const random = seededRandom(SEED);
/** Weights that bfloat16 holds, so that every dtype holds them. */
const weights = (count: number): number[] =>
  Array.from({ length: count }, () => Math.round(random() * 255 - 127) / 128);
const shapes: Readonly<Record<string, readonly number[]>> = {
  grid: [20, 37],
  conv: [16, 3, 2, 2],
  "tall.grid": [50, 8],
  bias: [300],
  scalar: [],
  none: [0, 20],
  tail: [3, 5],
};
const floats = Object.entries(shapes).map(([name, shape]): TensorToWrite => ({
  name,
  shape,
  dtype: "F32",
  values: weights(shape.reduce((a, b) => a * b, 1)),
}));
const integers: TensorToWrite = { name: "ids", shape: [4], dtype: "I32", values: [5, -6, 7, 2 ** 31 - 1] };
const tensors = [...floats, integers];
const as = (dtype: string): TensorToWrite[] => [...floats.map((tensor) => ({ ...tensor, dtype })), integers];
const asTfjs = tensors.map((tensor) => ({ ...tensor, dtype: tensor.dtype === "I32" ? "int32" : "float32" }));

async function commitInput(model: Model): Promise<{ readonly manifest: string; readonly tiles: readonly number[][] }> {
  const { manifest } = await buildManifest(model, TIERS.nano);
  const reader = openTiles(model, manifest);
  const tiles: number[][] = [];
  for (let i = 0; i < reader.tileCount; i++) tiles.push(Array.from(await reader.readTile(i)));
  return { manifest: encodeManifest(manifest), tiles };
}

describe(`tiles (seed ${SEED})`, () => {
  it("are the same, under the same manifest, for every format, sharding and dtype of the same weights", async () => {
    const expected = await commitInput(await openTensors(tensors));
    const models: Record<string, Promise<Model>> = {
      "another order": openTensors([...tensors].reverse()),
      metadata: openFile(encodeSafetensors(tensors, { format: "pt" })),
      F64: openTensors(as("F64")),
      F16: openTensors(as("F16")),
      BF16: openTensors(as("BF16")),
      sharded: openFiles(encodeSharded(tensors)),
      "TensorFlow.js": openFiles(encodeTfjs(asTfjs)),
      "TensorFlow.js in shards": openFiles(encodeTfjs(asTfjs, 1001)),
      "TensorFlow.js as float16": openFiles(
        encodeTfjs(
          asTfjs.map((tensor) =>
            tensor.dtype === "int32" ? tensor : { ...tensor, quantization: { dtype: "float16" } },
          ),
        ),
      ),
    };
    for (const [what, model] of Object.entries(models))
      expect(await commitInput(await model), what).to.deep.equal(expected);
  });

  it("hold every weight exactly once, at its place, and zeros elsewhere", async () => {
    const model = await openTensors(tensors);
    const { manifest } = await buildManifest(model, TIERS.nano);
    const reader = openTiles(model, manifest);
    const values = new Map<string, number[]>();
    for (const { name } of tensors) values.set(name, await valuesOf(model, name));
    const seen = new Set<string>();
    for (let tile = 0; tile < reader.tileCount; tile++) {
      const entries = await reader.readTile(tile);
      expect(entries.length).to.equal(256);
      entries.forEach((q, x) => {
        const place = weightAt(manifest, tile, x);
        if (place === undefined) expect(q).to.equal(0);
        else {
          seen.add(`${place.tensor}/${place.index}`);
          expect(q).to.equal(roundScaled(values.get(place.tensor)![place.index]!, place.fractionBits) + 0);
        }
      });
    }
    expect(seen.size).to.equal(tensors.reduce((sum, tensor) => sum + tensor.values.length, 0));
  });

  it("number a grid's row panels first, entry (u, v) at v + n·u", async () => {
    const values = Array.from({ length: 20 * 37 }, (_, i) => i + 1);
    const model = await openTensors([{ name: "w", shape: [20, 37], dtype: "F64", values }]);
    const { manifest } = await buildManifest(model, TIERS.nano, { fractionBits: 0 });
    expect(manifest.tileCount).to.equal(6);
    const tile = await openTiles(model, manifest).readTile(4);
    expect(tile[0]).to.equal(values[16 * 37 + 16]);
    expect(tile[2 + 16 * 3]).to.equal(values[19 * 37 + 18]);
    expect(tile[16 * 4]).to.equal(0);
  });

  it("can be read in any order and at once", async () => {
    const model = await openTensors(tensors);
    const { manifest } = await buildManifest(model, TIERS.nano);
    const { tiles } = await commitInput(model);
    const reader = openTiles(model, manifest);
    const order = tiles.map((_, i) => tiles.length - 1 - i);
    const read = await Promise.all(order.map((tile) => reader.readTile(tile)));
    order.forEach((tile, i) => {
      expect(Array.from(read[i]!)).to.deep.equal(tiles[tile]);
    });
  });

  it("are written over an array that is given", async () => {
    const model = await openTensors(tensors);
    const { manifest } = await buildManifest(model, TIERS.nano);
    const { tiles } = await commitInput(model);
    const reader = openTiles(model, manifest);
    const into = new Int32Array(reader.tileSize).fill(-1);
    for (const [tile, expected] of tiles.entries()) {
      expect(await reader.readTile(tile, into)).to.equal(into);
      expect(Array.from(into)).to.deep.equal(expected);
    }
    const error = await reader.readTile(0, new Int32Array(3)).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(RangeError);
  });

  it("are read with every byte fetched once", async () => {
    const model = await openTensors([{ name: "w", shape: [33, 90], dtype: "F32", values: weights(33 * 90) }]);
    const { manifest } = await buildManifest(model, TIERS.nano);
    let fetched = 0;
    const counted = model.tensors.map((tensor) =>
      tensor.kind === "string"
        ? tensor
        : {
            ...tensor,
            readValues: (start: number, count: number): Promise<Float64Array> => {
              fetched += count;
              return tensor.readValues(start, count);
            },
          },
    );
    const reader = openTiles({ path: model.path, tensors: counted }, manifest);
    for (let tile = 0; tile < reader.tileCount; tile++) await reader.readTile(tile);
    expect(fetched).to.equal(33 * 90);
  });

  it("of panels too large to keep are read some columns at a time, with every byte fetched once", async () => {
    const columns = 2_200_000;
    const { tensors: small } = await openTensors([{ name: "w", shape: [8], dtype: "U8", values: weights(8).fill(0) }]);
    let fetched = 0;
    const wide = {
      ...tensorOf({ tensors: small }, "w"),
      shape: [8, columns],
      elementCount: 8 * columns,
      readValues: (start: number, count: number): Promise<Float64Array> => {
        fetched += count;
        const values = new Float64Array(count);
        for (let i = 0; i < count; i++) values[i] = (start + i) % 1_000_003;
        return Promise.resolve(values);
      },
    };
    const model = { path: "wide", tensors: [wide] };
    const { manifest } = await buildManifest(model, TIERS.nano);
    const reader = openTiles(model, manifest);
    fetched = 0;
    for (const tile of [3, 65_535, 65_536, 137_499]) {
      const entries = await reader.readTile(tile);
      expect(entries[5 + 16 * 7], `tile ${tile}`).to.equal((7 * columns + tile * 16 + 5) % 1_000_003);
    }
    expect(fetched).to.equal(8 * columns);
    expect(reader.tileCount).to.equal(137_500);
  });

  it("name a fine-tune's weight that the inherited f cannot hold", async () => {
    const { manifest } = await buildManifest(
      await openTensors([{ name: "w", shape: [2, 2], dtype: "F32", values: [0, 0.5, 0, 0] }]),
      TIERS.nano,
    );
    for (const wrong of [NaN, 1e9]) {
      const tune = await openTensors([{ name: "w", shape: [2, 2], dtype: "F32", values: [0, 0, 0, wrong] }]);
      await expectError(() => openTiles(tune, manifest).readTile(0), InputError, '"w"', "index 3", String(wrong));
    }
  });

  it("do not exist beyond the last", async () => {
    const model = await openTensors(tensors);
    const { manifest } = await buildManifest(model, TIERS.nano);
    const reader = openTiles(model, manifest);
    for (const tile of [-1, reader.tileCount, 0.5 + reader.tileCount]) {
      let error: unknown;
      await reader.readTile(tile).catch((caught: unknown) => {
        error = caught;
      });
      expect(error).to.be.instanceOf(RangeError);
    }
  });
});

describe("a fine-tune of another architecture", () => {
  const base: readonly TensorToWrite[] = [
    { name: "w", shape: [2, 3], dtype: "F32", values: [1, 2, 3, 4, 5, 6] },
    { name: "v", shape: [1], dtype: "F32", values: [1] },
  ];
  const rejects = async (tune: readonly TensorToWrite[], ...parts: string[]): Promise<void> => {
    const { manifest } = await buildManifest(await openTensors(base), TIERS.nano);
    const model = await openTensors(tune);
    await expectError(() => openTiles(model, manifest), InputError, "model.safetensors", ...parts);
  };
  it("is refused for a missing tensor", () => rejects([base[0]!], 'lacks "v"'));
  it("is refused for an extra tensor", () => rejects([...base, { ...base[1]!, name: "u" }], 'has "u" besides'));
  it("is refused for another name", () => rejects([base[0]!, { ...base[1]!, name: "u" }], 'lacks "v"', 'has "u"'));
  it("is refused for another shape of equal size", () =>
    rejects([{ ...base[0]!, shape: [3, 2] }, base[1]!], '"w"', "[3,2]", "[2,3]"));

  const withStrings = (values: readonly string[]): Promise<Model> =>
    openFiles(
      encodeTfjs([
        { name: "s", shape: [2], dtype: "string", values },
        { name: "w", shape: [1], dtype: "float32", values: [1] },
      ]),
    );
  it("is refused for other strings", async () => {
    const { manifest } = await buildManifest(await withStrings(["a", "b"]), TIERS.nano);
    openTiles(await withStrings(["a", "b"]), manifest);
    const other = await withStrings(["ab", ""]);
    await expectError(() => openTiles(other, manifest), InputError, '"s"', "digest");
  });
  it("is refused for numbers instead of strings", async () => {
    const { manifest } = await buildManifest(await withStrings(["a", "b"]), TIERS.nano);
    const one = { dtype: "F32", values: [1] };
    const tune = await openTensors([
      { name: "s", shape: [2], dtype: "F32", values: [1, 2] },
      { name: "w", shape: [1], ...one },
    ]);
    await expectError(() => openTiles(tune, manifest), InputError, '"s"', "numbers", "strings");
  });
});
