import { assertPolicyFitsManifest } from "./policy-manifest.js";
import { assertPolicy, firstTileOf, type Policy, type Rule } from "./rule.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { Manifest } from "../quantize/manifest.js";
import type { TileContent } from "../quantize/tile-contents.js";
import { parseDecimal } from "./decimal.js";
import { squaredShare } from "./exact-bounds.js";
import { partsOfUnit, spreadRule, unitOf } from "./spread-rule.js";
import { selectTiles } from "./tensor-selection.js";

/**
 * How much may change: the L2 norm in the weights' own unit, or its square in integer units, those of the selected tensor with
 * the most fraction bits.
 */
export type NormBound = { readonly maxNorm: string } | { readonly maxResidualSq: bigint };

export interface NormPolicyInput {
  readonly baseModelId: Hex;
  /** The base's manifest. */
  readonly manifest: Manifest;
  readonly bound: NormBound;
  /** Globs over tensor names; none selects every tensor. */
  readonly tensors?: readonly string[];
  /** Accept tiles that hold other tensors as well. */
  readonly wholeTiles?: boolean;
}

/**
 * A policy that bounds the norm of the change of the selected tensors together and freezes the rest: one rule, whose budget
 * spans all their fraction bits. Where these are over 31 bits apart it takes several, and `maxNorm` X is divided: a rule with
 * `N_r` of the `N` selected weights gets `floor(X²·4^u·N_r/N)`, computed exactly, so that the rules together never allow more
 * than X. A rule whose share rounds to 0 is left out: its tiles are frozen.
 *
 * Throws `InputError` for a bound that is not a number, allows nothing or needs one unit, and as `selectTiles`.
 */
export function createNormPolicy(input: NormPolicyInput): Policy {
  const { baseModelId, manifest, bound } = input;
  const selected = selectTiles(manifest, input.tensors ?? [], input.wholeTiles ?? false);
  const parts = partsOfUnit(selected);
  const weightsOf = (tiles: readonly TileContent[]): bigint =>
    BigInt(tiles.reduce((sum, { weights }) => sum + weights, 0));
  const budgetOf = (tiles: readonly TileContent[]): bigint => {
    if ("maxNorm" in bound) {
      const norm = parseDecimal(bound.maxNorm, "the norm");
      return squaredShare(norm, unitOf(tiles), weightsOf(tiles), weightsOf(selected));
    }
    if (bound.maxResidualSq < 0n) {
      throw new InputError(`the squared bound is ${bound.maxResidualSq}, expected at least 0`);
    }
    if (parts.length > 1) {
      throw new InputError(
        `the selected tensors need ${parts.length} rules: their fraction bits are over 31 apart, and a bound in squared units is about one`,
        { remedy: "Give --max-norm, which is divided over the rules, or select tensors of one rule with --tensor." },
      );
    }
    return bound.maxResidualSq;
  };
  const rules = parts.flatMap((tiles): Rule[] => {
    const maxResidualSq = budgetOf(tiles);
    return maxResidualSq === 0n ? [] : [spreadRule(tiles, { maxNonzeros: 0n, maxResidualSq })];
  });
  if (rules.length === 0) {
    throw new InputError("the bound is below one quantization step in every rule, so nothing may change", {
      remedy: "Give a larger bound.",
    });
  }
  const policy = { baseModelId, rules: rules.sort((a, b) => firstTileOf(a) - firstTileOf(b)) };
  assertPolicy(policy, manifest.tileCount);
  assertPolicyFitsManifest(policy, manifest);
  return policy;
}
