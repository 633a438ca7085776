import { InputError } from "../errors/errors.js";
import type { Model } from "../model/open-model.js";
import { elementCountOf, type ModelTensor, type TensorReader } from "../model/tensor.js";
import type { Tier } from "../protocol/tiers.js";
import { assertBoundValues } from "./bound-values.js";
import type { GridTensor, PackedTensor } from "./layout.js";
import { CHUNK_ELEMENTS } from "./magnitude.js";
import type { Manifest } from "./manifest.js";
import { roundScaled, unfit } from "./round.js";
import { matchTensors } from "./same-shapes.js";

/** What a fine-tune's change of one tensor loses by being rounded to the tensor's steps. Norms are L2, in the weights' own unit. */
export interface TensorLoss {
  readonly name: string;
  readonly fractionBits: number;
  readonly weights: number;
  /** Weights whose values differ in the files. */
  readonly changedInFiles: number;
  /** Of these, how many differ in the integers. */
  readonly changedInIntegers: number;
  /** Norm of the change `Δ`. */
  readonly changeNorm: number;
  /** Norm of what is lost, `Δ - 2^-f·(q1 - q0)`. */
  readonly lostNorm: number;
  /** Norm of the tensor itself without pinned weights, the larger one of base and fine-tune. */
  readonly ownNorm: number;
  /** Weights whose integers drift out of the range `[-2^(ell-1), 2^(ell-1))`: only the sparse part of a rule can cover them. */
  readonly outOfRange: number;
}

/** More than this part of a tensor's change … */
const COARSE_CHANGE = 0.01;
/** … and more than this part of the tensor itself must not be lost without a word. */
const COARSE_OWN = 0.001;

/**
 * Compares a fine-tune with its base, tensor by tensor, in the stored values and in the integers of the base's manifest. Both
 * models must stay open. Only tensors whose stored values differ are listed. Strings, tensors with a digest and pinned weights
 * cannot differ. Throws `InputError` if they do, if the tensors do not match, or for NaN and infinities.
 */
export async function measureLoss(
  manifest: Manifest,
  base: Pick<Model, "tensors" | "path">,
  tuned: Pick<Model, "tensors" | "path">,
  { ell }: Pick<Tier, "ell">,
): Promise<TensorLoss[]> {
  const [ofBase, ofTuned] = [matchTensors(manifest, base), matchTensors(manifest, tuned)];
  await assertBoundValues(manifest, ofBase);
  await assertBoundValues(manifest, ofTuned);
  const losses: TensorLoss[] = [];
  for (const placed of manifest.tensors) {
    if (placed.kind !== "grid" && placed.kind !== "packed") continue;
    const loss = await lossOf(placed, readerOf(ofBase, placed), readerOf(ofTuned, placed), 2 ** (ell - 1));
    if (loss.changedInFiles > 0) losses.push(loss);
  }
  return losses;
}

/** Whether so much of a tensor's change is lost that a certificate would speak of another change. */
export function isCoarse({ changeNorm, lostNorm, ownNorm }: TensorLoss): boolean {
  return lostNorm > COARSE_CHANGE * changeNorm && lostNorm > COARSE_OWN * ownNorm;
}

/** The least even number of fraction bits with which the change would not be lost: for messages. */
export function sufficientFractionBits(loss: TensorLoss): number {
  const { changeNorm, lostNorm, ownNorm, fractionBits } = loss;
  const factor = lostNorm / Math.max(COARSE_CHANGE * changeNorm, COARSE_OWN * ownNorm);
  return fractionBits + 2 * Math.max(1, Math.ceil(Math.log2(factor) / 2));
}

async function lossOf(
  placed: GridTensor | PackedTensor,
  base: TensorReader | undefined,
  tuned: TensorReader | undefined,
  range: number,
): Promise<TensorLoss> {
  const weights = elementCountOf(placed.shape);
  const f = placed.fractionBits;
  const step = 2 ** -f;
  let [changedInFiles, changedInIntegers, outOfRange] = [0, 0, 0];
  let [changeSq, lostSq, baseSq, tunedSq] = [0, 0, 0, 0];
  for (let start = 0; start < weights; start += CHUNK_ELEMENTS) {
    const count = Math.min(CHUNK_ELEMENTS, weights - start);
    const before = await valuesOf(base, start, count);
    const after = await valuesOf(tuned, start, count);
    for (const [index] of placed.pinned ?? []) {
      if (index >= start && index < start + count) before[index - start] = after[index - start] = 0;
    }
    for (let i = 0; i < count; i++) {
      const [from, to] = [before[i] as number, after[i] as number];
      baseSq += from * from;
      tunedSq += to * to;
      if (from === to) continue;
      const drift = roundScaled(to, f) - roundScaled(from, f);
      const change = to - from;
      const lost = change - drift * step;
      changedInFiles++;
      if (drift !== 0) changedInIntegers++;
      if (drift < -range || drift >= range) outOfRange++;
      changeSq += change * change;
      lostSq += lost * lost;
    }
  }
  const [changeNorm, lostNorm] = [Math.sqrt(changeSq), Math.sqrt(lostSq)];
  const ownNorm = Math.sqrt(Math.max(baseSq, tunedSq));
  const { name } = placed;
  return {
    name,
    fractionBits: f,
    weights,
    changedInFiles,
    changedInIntegers,
    changeNorm,
    lostNorm,
    ownNorm,
    outOfRange,
  };
}

function readerOf(
  tensors: ReadonlyMap<string, ModelTensor>,
  { name }: GridTensor | PackedTensor,
): TensorReader | undefined {
  const tensor = tensors.get(name);
  if (tensor?.kind === "string") throw new InputError(`tensor ${JSON.stringify(name)} holds strings`);
  return tensor;
}

/** Zeros of a model that lacks an optional tensor. */
async function valuesOf(reader: TensorReader | undefined, start: number, count: number): Promise<Float64Array> {
  if (reader === undefined) return new Float64Array(count);
  const values = (await reader.readValues(start, count)).slice();
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return values;
  throw unfit(values[wrong] ?? NaN, 0, { file: reader.file, tensor: reader.name, index: start + wrong });
}
