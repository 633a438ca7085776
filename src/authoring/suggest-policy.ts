import { planSegments } from "../segment/plan.js";
import { assertPolicyFitsManifest } from "../policy/policy-manifest.js";
import { assertPolicy, type Rule } from "../policy/rule.js";
import { InputError } from "../errors/errors.js";
import { elementCountOf } from "../model/tensor.js";
import { tileContents } from "../quantize/tile-contents.js";
import { tileRanges } from "../quantize/tile-map.js";
import { nameTensors } from "./check-words.js";
import { DifferenceReader } from "./measure-model.js";
import { classifyPiece } from "./suggest-class.js";
import { makeDivisible, roundBounds, widen } from "./suggest-bounds.js";
import { mergeRules } from "./suggest-merge.js";
import { measurePiece, type MeasuredPiece } from "./suggest-piece.js";
import type { SuggestedPolicy, SuggestedRule, SuggestPolicyInput } from "./suggest-report.js";

/**
 * The tightest policy that a fine-tune keeps. Every tensor with tiles of its own, and every group of packed ones, is
 * frozen if it did not change; else it gets the first of these that fits: few single weights and nothing else;
 * rounding; the smallest rank whose residual is rounding, with single weights besides if these alone make it so; a
 * norm. Bounds are what was measured, rounded up to two significant digits, and for rounding those of the preset: a policy is
 * public, and an exact norm would tell more of a private fine-tune than it needs to.
 *
 * Reads every tile once; in memory are a tile, or the tensor that a rank rule could cover. Throws `InputError` if
 * nothing changed or an option is out of range.
 */
export async function suggestPolicy(input: SuggestPolicyInput): Promise<SuggestedPolicy> {
  const { manifest, tier, baseModelId, onProgress = () => undefined } = input;
  const { maxRank = tier.maxRank, marginPercent = 0, isExact = false } = input.options ?? {};
  assertOptions(maxRank, marginPercent, tier.maxRank);
  const contents = tileContents(manifest);
  const reader = new DifferenceReader(input);
  const found: SuggestedRule[] = [];
  const changed: number[] = [];
  for (const range of tileRanges(manifest)) {
    onProgress("measuring the change", range.firstTile, manifest.tileCount);
    const measured = await measurePiece(range, reader, tier, contents);
    if (measured === undefined) continue;
    changed.push(...measured.changedTiles);
    const suggested = classifyPiece({
      piece: measured,
      tier,
      maxRank,
      noise: await noiseIn(measured, input),
      isRounding: await areRounding(measured, input),
    });
    found.push(isExact || marginPercent > 0 ? suggested : await asPreset(suggested, input));
  }
  onProgress("measuring the change", manifest.tileCount, manifest.tileCount);
  if (found.length === 0) {
    throw new InputError("the models are equal in all integers: there is nothing for a policy to allow");
  }
  const merged = mergeRules(found, tier, contents);
  const segments = planSegments(
    tier,
    merged.map(({ rule }) => rule),
    changed,
  );
  const bounded = ({ rule, isPreset = false }: SuggestedRule, index: number): Rule => {
    const widened = widen(rule, marginPercent);
    if (isExact || isPreset) return widened;
    const places = segments.filter(({ uses }) => uses.some(({ ruleIndex }) => ruleIndex === index)).length;
    return roundBounds(makeDivisible(widened, places));
  };
  const rules = merged.map((suggested, index) => ({ ...suggested, rule: bounded(suggested, index) }));
  const policy = { baseModelId, rules: rules.map(({ rule }) => rule) };
  assertPolicy(policy, manifest.tileCount);
  assertPolicyFitsManifest(policy, manifest);
  return { policy, rules, reasons: [...reasonsOf(found), ...mergeReasons(found.length, merged.length, tier.maxRules)] };
}

/** A rule about rounding with the bound of the preset, where the change is within that. */
async function asPreset(suggested: SuggestedRule, { roundingBoundOf }: SuggestPolicyInput): Promise<SuggestedRule> {
  if (suggested.kind !== "rounding" || roundingBoundOf === undefined) return suggested;
  let bound = 0n;
  for (const name of suggested.tensors) {
    const ofTensor = await roundingBoundOf(name);
    if (ofTensor === undefined) return suggested;
    bound += ofTensor;
  }
  if (bound < suggested.rule.maxResidualSq) return suggested;
  return { ...suggested, isPreset: true, rule: { ...suggested.rule, maxResidualSq: bound } };
}

async function areRounding({ tensors }: MeasuredPiece, { isRounding }: SuggestPolicyInput): Promise<boolean> {
  for (const name of tensors) if (!(await isRounding(name))) return false;
  return true;
}

/** The noise expected in a piece: that of its tensors, in proportion where only a part of one lies in it. */
async function noiseIn(
  { range, changedTiles }: MeasuredPiece,
  { noiseOf, manifest }: SuggestPolicyInput,
): Promise<number> {
  const size = 4 ** manifest.t;
  let noise = 0;
  for (const tensor of range.tensors) {
    const weights = elementCountOf(tensor.shape);
    let share = changedTiles.length / range.tileCount;
    if (tensor.kind === "packed") {
      const inside = changedTiles.reduce((sum, tile) => {
        const start = (tile - range.firstTile) * size;
        return sum + Math.max(0, Math.min(start + size, tensor.offset + weights) - Math.max(start, tensor.offset));
      }, 0);
      share = inside / weights;
    }
    if (share > 0) noise += share * (await noiseOf(tensor.name));
  }
  return noise;
}

function reasonsOf(rules: readonly SuggestedRule[]): string[] {
  return rules.map(({ tensors, kind, reason }) => `${nameTensors(tensors)}: ${KIND_WORDS[kind]}: ${reason}.`);
}

const KIND_WORDS: Readonly<Record<SuggestedRule["kind"], string>> = {
  rounding: "rounding only",
  sparse: "exactly sparse",
  "low-rank": "low rank",
  "low-rank-and-sparse": "low rank plus single weights",
  norm: "norm-bounded",
  free: "free",
};

function mergeReasons(before: number, after: number, places: number): string[] {
  if (before === after) return [];
  return [
    `${before} rules are more than the ${places} of a segment: rules of one kind were joined to ${after}, each with one budget for all its tiles.`,
  ];
}

function assertOptions(maxRank: number, marginPercent: number, tierRank: number): void {
  if (!Number.isInteger(maxRank) || maxRank < 0 || maxRank > tierRank) {
    throw new InputError(`the largest rank is ${maxRank}, expected a whole number up to the tier's ${tierRank}`);
  }
  if (!(marginPercent >= 0 && marginPercent <= 1000)) {
    throw new InputError(`the margin is ${marginPercent} %, expected 0 to 1000`);
  }
}
