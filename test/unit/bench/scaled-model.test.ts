import { expect } from "chai";
import { SCALES, openScaledModel } from "../../../bench/jobs/scaled-model.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import { openTiles } from "../../../src/quantize/tile-reader.js";
import { TIERS } from "../../../src/protocol/tiers.js";

describe("the growth series' models", () => {
  const tier = TIERS.small;

  it("change as many tiles as asked for", async () => {
    const base = await openScaledModel("0.1M", "none", tier.n);
    const tuned = await openScaledModel("0.1M", { tiles: 3 }, tier.n);
    const { manifest } = await buildManifest(base, tier);
    const [before, after] = [openTiles(base, manifest), openTiles(tuned, manifest)];
    let changed = 0;
    for (let tile = 0; tile < manifest.tileCount; tile++) {
      const [from, to] = [await before.readTile(tile), await after.readTile(tile)];
      if (from.some((weight, x) => weight !== to[x])) changed++;
    }
    expect(changed).to.equal(3);
  });

  it("have as many parameters as their names say", async () => {
    for (const scale of SCALES) {
      const { tensors } = await openScaledModel(scale, "none", tier.n);
      const parameters = tensors.reduce((sum, tensor) => sum + (tensor.kind === "string" ? 0 : tensor.elementCount), 0);
      expect(parameters / 1e6).to.be.closeTo(Number.parseFloat(scale), 0.1 * Number.parseFloat(scale), scale);
    }
  });
});
