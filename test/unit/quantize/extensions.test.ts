import { expect } from "chai";
import { InputError } from "../../../src/errors/errors.js";
import type { Model } from "../../../src/model/open-model.js";
import { describePolicy } from "../../../src/policy/describe-policy.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { describeExtensions } from "../../../src/quantize/extensions.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import type { Manifest } from "../../../src/quantize/manifest.js";
import { listTensors } from "../../../src/quantize/list-tensors.js";
import { openTiles } from "../../../src/quantize/tile-reader.js";
import { tileContents } from "../../../src/quantize/tile-contents.js";
import { viewsOf } from "../../../src/model/architecture/views.js";
import { policyWords } from "../../../src/policy/policy-words.js";
import { openCase } from "../../support/case-files.js";

/** As `fti commit BASE --for TUNE` lays it out. */
async function manifestFor(base: Model, tune?: Model): Promise<Manifest> {
  const tensors = listTensors(base, tune).map(({ name, tensor: { shape } }) => ({ name, shape }));
  return (await buildManifest(base, TIERS.nano, { tune, views: viewsOf(tensors, {}).views })).manifest;
}

describe("what a manifest says of tensors that one model lacks", () => {
  it("04-vocab-resize: old rows have the base's tiles, added ones their own, in words too", async () => {
    const { base, tuned } = await openCase("04-vocab-resize");
    const manifest = await manifestFor(base, tuned);
    const [before, after] = [openTiles(base, manifest), openTiles(tuned, manifest)];
    for (const { tile, tensors } of tileContents(manifest)) {
      const isAdded = tensors.some((name) => name.endsWith("@+4"));
      const isSame =
        JSON.stringify([...(await before.readTile(tile))]) === JSON.stringify([...(await after.readTile(tile))]);
      if (tensors.some((name) => /^(lm_head|model\.embed_tokens)\.weight$/u.test(name))) expect(isSame).to.equal(true);
      if (isAdded) expect(isSame, tensors.join()).to.equal(false);
      // A tile of added rows holds nothing else that could hide behind its rule.
      if (isAdded) expect(tensors).to.satisfy((names: string[]) => names.every((name) => name.endsWith("@+4")));
    }
    const words = describeExtensions(manifest).join("\n");
    expect(words).to.include('"lm_head.weight" has room for 4 rows added');
    const policy = describePolicy({ baseModelId: `0x${"0".repeat(64)}`, rules: [] }, manifest).join("\n");
    expect(policy).to.include("4 rows added");
    const page = policyWords({ baseModelId: `0x${"0".repeat(64)}`, rules: [] }, manifest);
    expect(page.mayNot).to.match(/^Frozen: /u);
    expect(page.extensions).to.deep.equal(describeExtensions(manifest));
    await Promise.all([base.close(), tuned.close()]);
  });

  it("07c-int-tensor-added: an added tensor is named, integers too", async () => {
    const { base, tuned } = await openCase("07c-int-tensor-added");
    expect(describeExtensions(await manifestFor(base, tuned))).to.deep.equal([
      'Only one of the models has "payload" [4096]: zeros in the other.',
    ]);
    const plain = await manifestFor(base);
    expect(() => openTiles(tuned, plain)).to.throw(InputError, /"payload"/u);
    await Promise.all([base.close(), tuned.close()]);
  });
});
