import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { FLOAT_FORMATS, unitInLastPlace } from "../../../src/model/float-format.js";
import { openModel } from "../../../src/model/open-model.js";
import { fileSystem } from "../../../src/node/file-source.js";
import { TIERS, type TierName } from "../../../src/protocol/tiers.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import { encodeManifest, parseManifest, type Manifest } from "../../../src/quantize/manifest.js";
import { classTable } from "../../../src/quantize/class-table.js";
import { tileContents } from "../../../src/quantize/tile-contents.js";
import { describeResolution, stepOf } from "../../../src/quantize/resolution.js";
import { roundScaled } from "../../../src/quantize/round.js";
import { openTiles } from "../../../src/quantize/tile-reader.js";

const require = createRequire(import.meta.url);
const packaged = (name: string): string => join(dirname(require.resolve(`${name}/package.json`)), "model");
const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}.safetensors`, import.meta.url));

interface Drift {
  readonly manifest: Manifest;
  /** Numbers of the tiles that differ. */
  readonly changed: readonly number[];
  readonly smallest: number;
  readonly largest: number;
  readonly squared: bigint;
}

/** Compares base and fine-tune tile by tile under the base's manifest. */
async function drift(basePath: string, tunePath: string, tier: TierName): Promise<Drift> {
  const [base, tune] = [await openModel(fileSystem, basePath), await openModel(fileSystem, tunePath)];
  try {
    const { manifest } = await buildManifest(base, TIERS[tier]);
    const [before, after] = [openTiles(base, manifest), openTiles(tune, manifest)];
    const changed: number[] = [];
    let [smallest, largest, squared] = [0, 0, 0n];
    for (let tile = 0; tile < before.tileCount; tile++) {
      const [w0, w1] = [await before.readTile(tile), await after.readTile(tile)];
      let tileSquared = 0;
      w1.forEach((q, x) => {
        const difference = q - w0[x]!;
        smallest = Math.min(smallest, difference);
        largest = Math.max(largest, difference);
        tileSquared += difference * difference;
      });
      if (tileSquared > 0) changed.push(tile);
      squared += BigInt(tileSquared);
    }
    return { manifest, changed, smallest, largest, squared };
  } finally {
    await base.close();
    await tune.close();
  }
}

describe("real models", () => {
  it("language detection at medium: 12 changed tiles, within half a quantization step", async () => {
    const { manifest, changed, smallest, largest, squared } = await drift(
      packaged("langdetect-v18"),
      packaged("langdetect-v23"),
      "medium",
    );
    // One more tile holds the integer tensors, which did not change.
    expect(manifest.tileCount).to.equal(13);
    expect(changed).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(manifest.tensors.every(({ kind }) => kind !== "grid")).to.equal(true);
    expect(manifest.tensors.filter(({ kind }) => kind === "digest").length).to.be.greaterThan(0);
    // Units of 2^-14 to 2^-18: a class for each f, smallest first. 54 weights of 2^-12 have no class of their own.
    expect(classTable(manifest).map(({ fractionBits }) => fractionBits)).to.deep.equal([0, 14, 16, 18]);
    expect([smallest, largest]).to.deep.equal([-129, 129]);
    expect(squared).to.equal(1420079385n);
    expect(parseManifest(JSON.parse(encodeManifest(manifest)))).to.deep.equal(manifest);
  });

  const pairs: readonly [base: string, tune: string, tier: TierName, tiles: number][] = [
    ["transformer/base", "transformer/full", "nano", 1063],
    ["transformer/base", "transformer/lora-merged-f32", "nano", 1063],
    ["transformer/base", "transformer/full", "small", 20],
    ["transformer/base", "transformer/lora-merged-f32", "small", 20],
    ["transformer/base-bf16", "transformer/lora-merged-bf16", "small", 20],
    ["cnn/base", "cnn/finetuned", "nano", 53],
    ["cnn/base", "cnn/frozen-conv", "nano", 53],
    ["mlp/base", "mlp/finetuned", "small", 6],
  ];
  for (const [base, tune, tier, tiles] of pairs) {
    it(`${tune} at ${tier}: ${tiles} tiles, drift within the range of residuals`, async () => {
      const { manifest, smallest, largest } = await drift(fixture(base), fixture(tune), tier);
      const bound = 2 ** (TIERS[tier].ell - 1);
      expect(manifest.tileCount).to.equal(tiles);
      expect(smallest).to.be.at.least(-bound);
      expect(largest).to.be.below(bound);
    });
  }

  it("at medium, one step of f16 in a weight of average size is seen, or is below the step that is stated", async () => {
    const base = await openModel(fileSystem, fixture("transformer/base-f16"));
    try {
      const { manifest } = await buildManifest(base, TIERS.medium);
      const words = describeResolution(manifest).join("\n");
      let seen = 0;
      const floats = base.tensors.flatMap((tensor) => (tensor.kind === "float" ? [tensor] : []));
      for (const tensor of floats) {
        const weights = await tensor.readValues(0, tensor.elementCount);
        const mean = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0) / weights.length);
        const average = weights.reduce((a, b) => (Math.abs(Math.abs(b) - mean) < Math.abs(Math.abs(a) - mean) ? b : a));
        const change = unitInLastPlace(average, FLOAT_FORMATS.f16);
        const step = stepOf(manifest, tensor.name) ?? NaN;
        if (roundScaled(average + change, -Math.log2(step)) !== roundScaled(average, -Math.log2(step))) seen += 1;
        else expect(change, tensor.name).to.be.below(step);
        expect(words, tensor.name).to.match(new RegExp(`(of|,) ${String(Number(step.toPrecision(3)))} in`, "u"));
      }
      expect(floats).to.have.length(39);
      expect(seen).to.equal(39);
    } finally {
      await base.close();
    }
  });

  it("transformer/head changes only the packed tiles of the head's weight and bias at small", async () => {
    const { manifest, changed } = await drift(fixture("transformer/base"), fixture("transformer/head"), "small");
    const contents = tileContents(manifest);
    const head = ["classifier.bias", "classifier.weight"];
    expect(
      changed.flatMap((tile) => contents[tile]?.tensors.filter((name) => head.includes(name)) ?? []),
    ).to.have.members(head);
    expect(changed.length).to.equal(2);
  });
});
