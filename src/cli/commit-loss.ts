import { assertNotCoarse, coarseTensors, describeLoss } from "../quantize/loss-words.js";
import { measureLoss, type TensorLoss } from "../quantize/loss.js";
import { parseManifest } from "../quantize/manifest.js";
import { describeCoarse, type CoarseTensor } from "../quantize/resolution.js";
import type { Model } from "../model/open-model.js";
import type { Tier } from "../protocol/tiers.js";
import type { OpenedFiles } from "./model-files.js";

/** What `fti commit` says of how much of a fine-tune's change is seen. */
export interface CommitLoss {
  readonly coarse: readonly CoarseTensor[];
  readonly lines: readonly string[];
  /** By tensor; left out of a private model's output, which is often kept in logs. */
  readonly tensors: readonly TensorLoss[] | undefined;
}

/**
 * Compares a fine-tune with its base before it is committed. Throws `InputError` if tensors are coarse, unless that is allowed,
 * and for pinned weights that differ.
 */
export async function lossOfCommit(
  base: OpenedFiles,
  tuned: Model,
  tier: Tier,
  options: { readonly allowCoarse: boolean; readonly isPrivate: boolean },
): Promise<CommitLoss> {
  const manifest = parseManifest(JSON.parse(base.opened.committed.manifest) as unknown);
  const tensors = await measureLoss(manifest, base.weights, tuned, tier);
  if (!options.allowCoarse) assertNotCoarse(tensors, tuned.path);
  const coarse = coarseTensors(tensors, options.isPrivate);
  const lines = options.isPrivate ? describeCoarse(coarse) : [...describeLoss(tensors), ...describeCoarse(coarse)];
  return { coarse, lines, tensors: options.isPrivate ? undefined : tensors };
}
