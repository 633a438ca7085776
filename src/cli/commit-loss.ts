import type { Model } from "../model/open-model.js";
import type { Tier } from "../protocol/tiers.js";
import { assertNotCoarse } from "../quantize/loss-words.js";
import { measureLoss } from "../quantize/loss.js";
import { lossReport, type LossReport } from "./loss-report.js";
import type { OpenedFiles } from "./model-files.js";

/**
 * Compares a fine-tune with its base before it is committed. Throws `InputError` if tensors are coarse, unless that is allowed,
 * and for pinned weights that differ.
 */
export async function lossOfCommit(
  base: OpenedFiles,
  tuned: Model,
  tier: Tier,
  options: { readonly allowCoarse: boolean; readonly isPrivate: boolean },
): Promise<LossReport> {
  const { manifest } = base.opened.committed;
  const tensors = await measureLoss(manifest, base.weights, tuned, tier);
  if (!options.allowCoarse) assertNotCoarse(tensors, tuned.path);
  return lossReport(tensors, options);
}
