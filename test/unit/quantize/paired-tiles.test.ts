import { expect } from "chai";
import { viewsOf } from "../../../src/model/architecture/views.js";
import { assertCovered } from "../../../src/model/names/coverage.js";
import { targetOfModel } from "../../../src/model/names/pair-target.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { listTensors } from "../../../src/quantize/list-tensors.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import { tileContents } from "../../../src/quantize/tile-contents.js";
import { openTiles } from "../../../src/quantize/tile-reader.js";
import { openCase } from "../../support/case-files.js";

const QUERIES = ["model.layers.0.self_attn.q_proj.weight", "model.layers.1.self_attn.q_proj.weight"];

/** What must be seen to change, and whether the base is committed with room for the fine-tune. */
const CASES: readonly (readonly [name: string, changed: readonly string[], withRoom: boolean])[] = [
  ["E08-prefix-ddp", QUERIES, false],
  [
    "06b-bert-prefix",
    ["bert.encoder.layer.0.attention.self.query.bias", "bert.encoder.layer.0.attention.self.query.weight"],
    false,
  ],
  [
    "06-bert-gamma",
    ["bert.encoder.layer.0.attention.self.query.bias", "bert.encoder.layer.0.attention.self.query.weight"],
    false,
  ],
  ["08-moe-fused", QUERIES, false],
  ["03a-tied-base-only", QUERIES, false],
  ["07-buffers-vanish", QUERIES, false],
  ["07b-buffers-appear", QUERIES, false],
  ["04-vocab-resize", ["lm_head.weight@+4", "model.embed_tokens.weight@+4", ...QUERIES], true],
  ["E31-pos-embed-resized", ["vit.pos_embed", "vit.pos_embed@1x37x16"], true],
  ["07c-int-tensor-added", ["payload"], true],
];

describe("a fine-tune with other names, under the manifest of its base", () => {
  for (const [name, changed, withRoom] of CASES) {
    it(`${name}: differs in what it changed, and in nothing else`, async () => {
      const { base, tuned } = await openCase(name);
      assertCovered(targetOfModel(base), tuned);
      const tune = withRoom ? tuned : undefined;
      const tensors = listTensors(base, tune).map(({ name: each, tensor: { shape } }) => ({ name: each, shape }));
      const { manifest } = await buildManifest(base, TIERS.nano, { tune, views: viewsOf(tensors, {}).views });
      const [before, after] = [openTiles(base, manifest), openTiles(tuned, manifest)];
      const found = new Set<string>();
      for (const { tile, tensors: inside } of tileContents(manifest)) {
        const [was, is] = [await before.readTile(tile), await after.readTile(tile)];
        // At nano tiles are small: one holds a tensor or tensors of one kind.
        if (was.some((entry, i) => entry !== is[i])) inside.forEach((each) => found.add(each));
      }
      expect([...found].sort()).to.include.members([...changed]);
      const unexpected = [...found].filter((each) => !changed.includes(each) && !each.endsWith("bias"));
      expect(unexpected).to.deep.equal([]);
      await Promise.all([base.close(), tuned.close()]);
    });
  }
});
