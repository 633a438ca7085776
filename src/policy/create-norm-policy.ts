import { assertPolicyFitsManifest } from "../drift/policy-manifest.js";
import { assertPolicy, type Policy, type Rule } from "../drift/rule.js";
import type { Hex } from "../encoding/hex.js";
import { InputError } from "../errors/errors.js";
import type { Manifest } from "../quantize/manifest.js";
import type { TileContent } from "../quantize/tile-contents.js";
import { parseDecimal, type Rational } from "./decimal.js";
import { selectTiles } from "./tensor-selection.js";
import { contiguousRuns, splitEvenly } from "./tile-runs.js";

/** How much may change: the L2 norm in the weights' own unit, or its square in integer units of `4^-f`. */
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
  /** Most tiles of one rule: a rule whose tiles all change must fit a segment, so the tier's `slots`. */
  readonly maxTilesPerRule: number;
}

/**
 * A policy that bounds the norm of the change of the selected tensors together and freezes the rest.
 *
 * The tiles of a rule are contiguous, share one `f` and fit a segment, so the selection may need several rules.
 * `maxNorm` X is then divided: a rule with `N_r` of the `N` selected weights gets `floor(X²·4^f·N_r/N)`, computed exactly, so the
 * rules together never allow more than X. A rule whose share rounds to 0 is left out: its tiles are frozen.
 *
 * Throws `InputError` for a bound that is not a number, allows nothing or needs one `f`, and as `selectTiles`.
 */
export function createNormPolicy(input: NormPolicyInput): Policy {
  const { baseModelId, manifest, bound } = input;
  const selected = selectTiles(manifest, input.tensors ?? [], input.wholeTiles ?? false);
  const runs = contiguousRuns(selected).flatMap((run) => splitEvenly(run, input.maxTilesPerRule));
  const shares =
    "maxNorm" in bound
      ? divideNorm(runs, parseDecimal(bound.maxNorm, "the norm"))
      : [wholeBudget(runs, bound.maxResidualSq)];
  const rules = runs.flatMap((run, i): Rule[] => {
    const maxResidualSq = shares[i] ?? 0n;
    if (maxResidualSq === 0n) return [];
    const [first] = run;
    return [
      {
        firstTile: first?.tile ?? 0,
        tileCount: run.length,
        gridCols: 0,
        maxRank: 0,
        shift: 0,
        maxNonzeros: 0n,
        maxResidualSq,
      },
    ];
  });
  if (rules.length === 0) {
    throw new InputError("the bound is below one quantisation step in every rule, so nothing may change", {
      remedy: "Give a larger bound.",
    });
  }
  const policy = { baseModelId, rules };
  assertPolicy(policy, manifest.tileCount);
  assertPolicyFitsManifest(policy, manifest);
  return policy;
}

function divideNorm(runs: readonly (readonly TileContent[])[], { numerator, denominator }: Rational): bigint[] {
  const weightsOf = (run: readonly TileContent[]): bigint => BigInt(run.reduce((sum, { weights }) => sum + weights, 0));
  const total = runs.reduce((sum, run) => sum + weightsOf(run), 0n);
  return runs.map((run) => {
    const f = run[0]?.fractionBits ?? 0;
    const up = f >= 0 ? 4n ** BigInt(f) : 1n;
    const down = f >= 0 ? 1n : 4n ** BigInt(-f);
    return (numerator * numerator * up * weightsOf(run)) / (denominator * denominator * down * total);
  });
}

function wholeBudget(runs: readonly (readonly TileContent[])[], maxResidualSq: bigint): bigint {
  if (maxResidualSq < 0n) throw new InputError(`the squared bound is ${maxResidualSq}, expected at least 0`);
  if (runs.length === 1) return maxResidualSq;
  const places = runs.map((run) => `tile ${run[0]?.tile ?? 0} with ${run[0]?.fractionBits ?? 0} fractional bits`);
  throw new InputError(
    `the selected tensors need ${runs.length} rules (starting at ${places.slice(0, 4).join(", ")}${places.length > 4 ? ", …" : ""}), ` +
      "but a bound in squared units is about one",
    { remedy: "Give --max-norm, which is divided over the rules, or select tensors of one rule with --tensor." },
  );
}
