import { InputError } from "../errors/errors.js";
import type { Model } from "../model/open-model.js";
import type { Tier } from "../protocol/tiers.js";
import { coarseTensors, describeLoss } from "../quantize/loss-words.js";
import { measureLoss, type TensorLoss } from "../quantize/loss.js";
import type { Manifest } from "../quantize/manifest.js";
import { describeCoarse, type CoarseTensor } from "../quantize/resolution.js";

/** What a command says of how much of a fine-tune's change is seen. */
export interface LossReport {
  readonly coarse: readonly CoarseTensor[];
  /** Tensors that are worth naming; of a private model only that it is coarse. */
  readonly lines: readonly string[];
  /** By tensor; left out of a private model's output, which is often kept in logs. */
  readonly tensors: readonly TensorLoss[] | undefined;
}

/** The weights of a base and its fine-tune under the base's manifest. Both must stay open. */
export interface WeightPair {
  readonly manifest: Manifest;
  readonly tier: Tier;
  readonly weights: { readonly base: Model; readonly tuned: Model };
}

/** As `measureLoss`: reads both models once. */
export function lossOfPair({ manifest, tier, weights: { base, tuned } }: WeightPair): Promise<TensorLoss[]> {
  return measureLoss(manifest, base, tuned, tier);
}

/** `stated`: the coarse tensors by the fine-tune's own file, where that is at hand and names some. */
export function lossReport(
  tensors: readonly TensorLoss[],
  { isPrivate, stated }: { readonly isPrivate: boolean; readonly stated?: readonly CoarseTensor[] | undefined },
): LossReport {
  const coarse = stated ?? coarseTensors(tensors, isPrivate);
  const lines = isPrivate ? describeCoarse(coarse) : [...describeLoss(tensors), ...describeCoarse(coarse)];
  return { coarse, lines, tensors: isPrivate ? undefined : tensors };
}

/** A report as `--json` has it. */
export function lossJson({ coarse, tensors }: LossReport): Readonly<Record<string, unknown>> {
  return { coarse, ...(tensors && { loss: tensors }) };
}

/**
 * Throws `InputError` if files differ whose integers are equal: to call them identical would be wrong. Nothing for equal files.
 * `label`: the fine-tune's path.
 */
export function assertSeen(losses: readonly TensorLoss[], label: string): void {
  if (losses.length === 0 || losses.some(({ changedInIntegers }) => changedInIntegers > 0)) return;
  throw new InputError(`${label}: ${describeLoss(losses)[0] ?? ""} A policy and a certificate are about integers`, {
    remedy:
      "To make the change visible, commit the base at a larger tier, or with more fraction bits (--fraction-bits).",
  });
}
