import { Option } from "commander";
import type { CommittedModel } from "../../commitment/committed-model.js";
import { roundingTest, type RoundingTest } from "../../inspect/is-rounding.js";
import { tierOfTiles } from "../../quantize/tier-of-tiles.js";
import type { NoiseOf, TilePair } from "../../authoring/measure-model.js";
import { noiseOfModel } from "../../authoring/measure-noise.js";
import { roundingBounds, type RoundingBoundOf } from "../../authoring/rounding-bound.js";
import { TIERS } from "../../protocol/tiers.js";
import { openTiles } from "../../quantize/tile-reader.js";
import type { WeightPair } from "../loss-report.js";
import { openWeightsOf, readCommitted } from "../model-files.js";
import { orientationOption } from "../orientation-option.js";
import type { Session } from "../session.js";

/** What names a fine-tune of a committed base whose change is to be measured. */
export interface PairOptions {
  readonly base: string;
  readonly baseWeights: string;
  readonly tuneWeights: string;
}

/** The options of `PairOptions`. */
export function pairOptions(): Option[] {
  return [
    new Option("--base <file>", "the base's model file").makeOptionMandatory(),
    new Option("--base-weights <path>", "the base's weights").makeOptionMandatory(),
    new Option("--tune-weights <path>", "the fine-tune's weights").makeOptionMandatory(),
    orientationOption(),
  ];
}

/** A base and its fine-tune, quantized under the base's manifest. */
export interface OpenedPair extends TilePair, WeightPair {
  readonly noiseOf: NoiseOf;
  readonly isRounding: RoundingTest;
  readonly roundingBoundOf: RoundingBoundOf;
  readonly committed: CommittedModel;
}

/** Opens both models for the time of the session. Weights are not compared with the base's commitments. */
export async function openPair(options: PairOptions, session: Session): Promise<OpenedPair> {
  const committed = await readCommitted(options.base, session);
  const { manifest } = committed;
  const tierName = tierOfTiles(committed.parts.t, options.base);
  session.expectTier(tierName);
  const base = await openWeightsOf(committed, options.baseWeights, session);
  const tuned = await openWeightsOf(committed, options.tuneWeights, session, base);
  return {
    committed,
    manifest,
    tier: TIERS[tierName],
    weights: { base, tuned },
    base: openTiles(base, manifest),
    tuned: openTiles(tuned, manifest),
    noiseOf: noiseOfModel(tuned, manifest),
    isRounding: roundingTest(base, tuned),
    roundingBoundOf: roundingBounds(base, tuned, manifest),
  };
}
