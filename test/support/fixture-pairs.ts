import { fileURLToPath } from "node:url";
import { viewsOf } from "../../src/model/architecture/views.js";
import { committedModel } from "../../src/commitment/committed-model.js";
import { encodeModel } from "../../src/commitment/model-file.js";
import { G1_INFINITY } from "../../src/algebra/g1.js";
import { roundingTest, type RoundingTest } from "../../src/inspect/is-rounding.js";
import { openModel, type Model } from "../../src/model/open-model.js";
import { fileSystem } from "../../src/node/file-source.js";
import { noiseOfModel } from "../../src/authoring/measure-noise.js";
import { roundingBounds, type RoundingBoundOf } from "../../src/authoring/rounding-bound.js";
import type { NoiseOf } from "../../src/authoring/measure-model.js";
import { TIERS, type Tier, type TierName } from "../../src/protocol/tiers.js";
import { buildManifest } from "../../src/quantize/build-manifest.js";
import type { Manifest } from "../../src/quantize/manifest.js";
import { openTiles, type TileReader } from "../../src/quantize/tile-reader.js";

/** The path of a trained model of test/fixtures, such as `transformer/base`. */
export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}.safetensors`, import.meta.url));
}

/** A trained pair, quantized as its base. */
export interface FixturePair {
  readonly models: { readonly base: Model; readonly tuned: Model };
  readonly manifest: Manifest;
  readonly base: TileReader;
  readonly tuned: TileReader;
  readonly tier: Tier;
  readonly noiseOf: NoiseOf;
  readonly isRounding: RoundingTest;
  readonly roundingBoundOf: RoundingBoundOf;
  close(): Promise<void>;
}

/**
 * Opens a pair under the base's manifest; `f` is the tier's default, or `fractionBits`. Small tensors share tiles as they come, or
 * `byRole`, as the command line packs them.
 */
export async function openPair(
  baseName: string,
  tunedName: string,
  tierName: TierName,
  fractionBits: number | "auto" = "auto",
  byRole = false,
): Promise<FixturePair> {
  const tier = TIERS[tierName];
  const base = await openModel(fileSystem, fixturePath(baseName));
  const tuned = await openModel(fileSystem, fixturePath(tunedName));
  const { views } = viewsOf(
    base.tensors.map(({ name, shape }) => ({ name, shape })),
    {},
  );
  const { manifest } = await buildManifest(base, tier, byRole ? { fractionBits, views } : { fractionBits });
  return {
    models: { base, tuned },
    manifest,
    base: openTiles(base, manifest),
    tuned: openTiles(tuned, manifest),
    tier,
    noiseOf: noiseOfModel(tuned, manifest),
    isRounding: roundingTest(base, tuned),
    roundingBoundOf: roundingBounds(base, tuned, manifest),
    close: async () => {
      await base.close();
      await tuned.close();
    },
  };
}

/**
 * The text of a committed model's file for commands that look at its manifest and id only: every commitment is that
 * of the zero tile.
 */
export function uncommittedFile(manifest: Manifest): string {
  const committed = committedModel({
    srsId: `0x${"00".repeat(32)}`,
    t: manifest.t,
    manifest,
    commitments: Array.from({ length: manifest.tileCount }, () => G1_INFINITY),
    isPrivate: false,
    insecure: false,
  });
  return encodeModel(committed);
}
