import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { viewsOf } from "../../../src/model/architecture/views.js";
import { InputError } from "../../../src/errors/errors.js";
import { openModel, type Model } from "../../../src/model/open-model.js";
import { fileSystem } from "../../../src/node/file-source.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { listTensors } from "../../../src/quantize/list-tensors.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import { encodeManifest, parseManifest, type Manifest } from "../../../src/quantize/manifest.js";
import { tileContents } from "../../../src/quantize/tile-contents.js";
import { weightAt } from "../../../src/quantize/tile-map.js";
import { openTiles } from "../../../src/quantize/tile-reader.js";
import type { TensorToWrite } from "../../support/encode-safetensors.js";
import { openTensors, valuesOf } from "../../support/models.js";

const require = createRequire(import.meta.url);
const NANO = TIERS.nano;

const tensor = (name: string, shape: number[], first = 1): TensorToWrite => ({
  name,
  shape,
  dtype: "F64",
  values: Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, i) => first + i),
});

/** Every weight of a model as the tiles hold it, by tensor and index. */
async function weightsInTiles(model: Model, manifest: Manifest): Promise<Map<string, number>> {
  const tiles = openTiles(model, manifest);
  const found = new Map<string, number>();
  for (let tile = 0; tile < tiles.tileCount; tile++) {
    const entries = await tiles.readTile(tile);
    entries.forEach((entry, x) => {
      const weight = weightAt(manifest, tile, x);
      if (weight === undefined) expect(entry, `padding of tile ${tile}`).to.equal(0);
      else found.set(`${weight.tensor}[${weight.index}]`, entry);
    });
  }
  return found;
}

describe("manifests of models that differ in their heads", () => {
  let base: Model;
  let tune: Model;
  let manifest: Manifest;

  before(async () => {
    base = await openTensors([tensor("body", [8, 8]), tensor("head", [4, 2], 100), tensor("old", [3], 200)]);
    tune = await openTensors([tensor("body", [8, 8], 2), tensor("head", [4, 3], 300), tensor("new", [2], 400)]);
    manifest = (await buildManifest(base, NANO, { fractionBits: 0, tune })).manifest;
  });

  it("list a replaced tensor under both shapes, and mark what one model lacks", () => {
    expect(manifest.tensors.map(({ name, ...rest }) => [name, "optional" in rest])).to.deep.equal([
      ["body", false],
      ["head", true],
      ["head@4x3", true],
      ["new", true],
      ["old", true],
    ]);
    expect(parseManifest(JSON.parse(encodeManifest(manifest)))).to.deep.equal(manifest);
  });

  it("read zeros for what a model lacks, and its own for what it has", async () => {
    const ofBase = await weightsInTiles(base, manifest);
    const ofTune = await weightsInTiles(tune, manifest);
    expect([ofBase.get("head[0]"), ofTune.get("head[0]")]).to.deep.equal([100, 0]);
    expect([ofBase.get("head@4x3[11]"), ofTune.get("head@4x3[11]")]).to.deep.equal([0, 311]);
    expect([ofBase.get("new[1]"), ofTune.get("new[1]")]).to.deep.equal([0, 401]);
    expect([ofBase.get("old[2]"), ofTune.get("old[2]")]).to.deep.equal([202, 0]);
    expect([ofBase.get("body[5]"), ofTune.get("body[5]")]).to.deep.equal([6, 7]);
  });

  it("still refuse tensors that neither has, and say how to make room for a new head", async () => {
    const other = await openTensors([tensor("body", [8, 8]), tensor("extra", [2])]);
    expect(() => openTiles(other, manifest)).to.throw(InputError, /"extra".*--for/su);
    const short = await openTensors([tensor("head", [4, 2])]);
    expect(() => openTiles(short, manifest)).to.throw(InputError, /lacks "body"/u);
    const { manifest: plain } = await buildManifest(base, NANO, { fractionBits: 0 });
    expect(() => openTiles(tune, plain)).to.throw(InputError, /--for/u);
  });

  it("are refused when what they say besides is changed", () => {
    const parsed = JSON.parse(encodeManifest(manifest)) as { tensors: Record<string, unknown>[] };
    const changed: readonly (readonly [string, (tensors: Record<string, unknown>[]) => void])[] = [
      ["optional: false", ([, head]) => Object.assign(head ?? {}, { optional: false })],
      ["a default written out", ([body]) => Object.assign(body ?? {}, { rowAxes: 1 })],
      ["all axes are rows", ([body]) => Object.assign(body ?? {}, { rowAxes: 2 })],
      ["a group that changes the layout", (tensors) => Object.assign(tensors[3] ?? {}, { group: "other" })],
      ["a group with another alphabet", (tensors) => Object.assign(tensors[3] ?? {}, { group: "A b" })],
    ];
    for (const [what, change] of changed) {
      const copy = structuredClone(parsed);
      change(copy.tensors);
      expect(() => parseManifest(copy), what).to.throw(InputError);
    }
  });
});

describe("manifests by role", () => {
  it("pack small tensors with their kind only", async () => {
    const model = await openTensors([
      tensor("model.layers.0.mlp.down_proj.bias", [5]),
      tensor("model.layers.0.mlp.gate_proj.weight", [16, 16]),
      tensor("model.norm.weight", [6]),
      tensor("score.weight", [3, 4]),
      tensor("model.embed_tokens.weight", [4, 6]),
    ]);
    const { views } = viewsOf(model.tensors, {});
    const { manifest } = await buildManifest(model, NANO, { fractionBits: 0, views });
    expect(tileContents(manifest).map(({ tensors }) => tensors)).to.deep.equal([
      ["model.layers.0.mlp.gate_proj.weight"],
      ["model.layers.0.mlp.down_proj.bias"],
      ["model.embed_tokens.weight"],
      ["score.weight"],
      ["model.norm.weight"],
    ]);
    expect(parseManifest(JSON.parse(encodeManifest(manifest)))).to.deep.equal(manifest);
    const { views: together } = viewsOf(model.tensors, { isTogether: true });
    expect((await buildManifest(model, NANO, { fractionBits: 0, views: together })).manifest.tileCount).to.equal(2);
  });

  it("see a convolution of TensorFlow.js as its output channels' columns, entry by entry", async () => {
    const model = await openTensors([tensor("conv/filters", [2, 2, 4, 16])]);
    const { views } = viewsOf(model.tensors, { layout: "channels-last" });
    const { manifest } = await buildManifest(model, NANO, { fractionBits: 0, views });
    expect(manifest.tensors[0]).to.deep.include({ kind: "grid", rowAxes: 3, gridRows: 1, gridCols: 1 });
    // Entry (u, v): row u of 2·2·4, output channel v.
    expect(weightAt(manifest, 0, 5 + 16 * 3)).to.deep.include({ index: 3 * 16 + 5 });
    const found = await weightsInTiles(model, manifest);
    expect([...found.values()].sort((a, b) => a - b)).to.deep.equal(await valuesOf(model, "conv/filters"));
  });

  it("leave room in a published base for the head of its fine-tune", async () => {
    const folder = join(dirname(require.resolve("@vladmandic/face-api/package.json")), "model");
    const open = (name: string): Promise<Model> => openModel(fileSystem, join(folder, `${name}-weights_manifest.json`));
    const [base, tune] = [await open("face_landmark_68_model"), await open("face_expression_model")];
    const named = listTensors(base, tune).map(({ name, tensor: { shape } }) => ({ name, shape }));
    const { views } = viewsOf(named, { layout: "channels-last" });
    const { manifest } = await buildManifest(base, TIERS.medium, { views, tune });
    const optional = manifest.tensors.filter((placed) => "optional" in placed).map(({ name }) => name);
    expect(optional).to.deep.equal(["fc/bias", "fc/bias@7", "fc/weights", "fc/weights@256x7"]);
    for (const model of [base, tune]) {
      const tiles = openTiles(model, manifest);
      for (let tile = 0; tile < tiles.tileCount; tile++) await tiles.readTile(tile);
      await model.close();
    }
  });
});
