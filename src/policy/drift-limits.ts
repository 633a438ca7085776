import picomatch from "picomatch";
import { assertPolicyFitsManifest } from "./policy-manifest.js";
import type { Policy } from "./rule.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { Manifest } from "../quantize/manifest.js";
import { isWithin } from "./is-within.js";
import type { DriftBound, PathDrift } from "./path-drift.js";
import { percent } from "./drift-words.js";
import { listNames } from "../model/names/list-names.js";

/** A bound on how far a model may be, as a part of the base's norm. */
export interface MaxDrift {
  /** Of what: each part of the network, each tensor, or the whole model. */
  readonly of: "part" | "tensor" | "whole";
  /** 0.05 is 5 %. */
  readonly ratio: number;
}

/** What a consumer accepts. */
export interface DriftLimits {
  /** A policy of the base: everything that is certified must be allowed by it. */
  readonly within?: Policy | undefined;
  readonly maxDrift?: readonly MaxDrift[] | undefined;
  /** How many weights may change by any amount under `maxDrift`: they have no size. 0 by default. */
  readonly allowSparse?: bigint | undefined;
  /** Up to which rank a part of any size is accepted under `maxDrift`. 0 by default. */
  readonly allowRank?: number | undefined;
  /** Globs over tensors that must be unchanged. */
  readonly frozen?: readonly string[] | undefined;
}

/**
 * What rounding hides comes on top of what is certified. Up to this part of a limit it is let pass: a policy of 5 % is
 * within 5 %.
 */
const HIDDEN_PART = 0.25;
/** What doubles leave open. */
const SLACK = 1 + 1e-9;

/** Whether nothing is limited: whatever certificates allow is accepted. */
export function isUnlimited({ within, maxDrift = [], allowSparse, allowRank, frozen = [] }: DriftLimits): boolean {
  const isAnyGiven = [within, allowSparse, allowRank].some((each) => each !== undefined);
  return !isAnyGiven && maxDrift.length === 0 && frozen.length === 0;
}

/** Whether anything is asked that only the base's manifest can answer. */
export function needsManifest({ within, maxDrift = [], frozen = [] }: DriftLimits): boolean {
  return within !== undefined || maxDrift.length > 0 || frozen.length > 0;
}

/**
 * Why what policies allow one after the other is not what a consumer accepts, one sentence each; none if it is. `drift` is
 * `pathDrift` of the same policies.
 *
 * Throws `InputError` for a limit that cannot be judged: a share of the base's norm where that is not known, a glob that
 * matches nothing, a policy of another base or other tensors.
 */
export function driftObjections(
  baseModelId: Hex,
  policies: readonly Policy[],
  drift: PathDrift,
  manifest: Manifest,
  limits: DriftLimits,
): string[] {
  const { within, maxDrift = [], frozen = [] } = limits;
  return [
    ...(within === undefined ? [] : withinObjections(baseModelId, policies, within, manifest)),
    ...frozen.flatMap((glob) => frozenObjections(glob, drift)),
    ...(maxDrift.length === 0 ? [] : sizelessObjections(drift, limits)),
    ...maxDrift.flatMap((limit) => maxDriftObjections(limit, drift)),
  ];
}

function withinObjections(baseModelId: Hex, policies: readonly Policy[], within: Policy, manifest: Manifest): string[] {
  if (within.baseModelId !== baseModelId) {
    throw new InputError(
      `the policy to be within is about model ${within.baseModelId}, not about the base ${baseModelId}`,
      {
        remedy: "Make it for this base: fti policy make.",
      },
    );
  }
  assertPolicyFitsManifest(within, manifest);
  return isWithin(policies, within, manifest) ? [] : ["what is certified is not within the policy that you accept"];
}

function frozenObjections(glob: string, { tensors }: PathDrift): string[] {
  const matches = picomatch(glob, { dot: true });
  const found = tensors.filter(({ name }) => name === glob || matches(name));
  if (found.length === 0) {
    throw new InputError(`no tensor of weights matches ${JSON.stringify(glob)}`, {
      remedy: `The model's tensors are ${listNames(tensors.map(({ name }) => name))}.`,
    });
  }
  const moved = found.filter(({ isFrozen }) => !isFrozen).map(({ name }) => name);
  return moved.length === 0 ? [] : [`${listNames(moved, 3)} may have changed; you require ${glob} to be unchanged`];
}

/** What no share of a norm says anything about. */
function sizelessObjections({ tensors, whole }: PathDrift, { allowSparse = 0n, allowRank = 0 }: DriftLimits): string[] {
  const free = tensors.filter(({ isFree }) => isFree).map(({ name }) => name);
  return [
    ...(free.length === 0 ? [] : [`${listNames(free, 3)} may change by any amount`]),
    ...(whole.sparse <= allowSparse
      ? []
      : [
          `${whole.sparse} single weights may change by any amount, which no percentage bounds; you accept ${allowSparse}`,
        ]),
    ...(whole.rank <= allowRank
      ? []
      : [
          `a change of rank ${whole.rank} may be of any size, which no percentage bounds; you accept rank ${allowRank}`,
        ]),
  ];
}

function maxDriftObjections({ of, ratio }: MaxDrift, drift: PathDrift): string[] {
  const subjects: readonly (readonly [string, DriftBound])[] =
    of === "whole"
      ? [["the whole model", drift.whole]]
      : of === "part"
        ? drift.parts.filter(({ isFree }) => !isFree).map(({ part, change }) => [part, change])
        : drift.tensors.filter(({ isFree }) => !isFree).map((each) => [JSON.stringify(each.name), each]);
  return subjects.flatMap(([name, { relative, unseenRelative }]) => {
    if (relative === undefined || unseenRelative === undefined) {
      throw new InputError("a limit in percent cannot be checked: the base's norms are not known", {
        remedy: "Give the base's weights: --base-weights PATH.",
      });
    }
    if (relative > ratio * SLACK)
      return [`${name} may move by ${percent(relative)} of its norm; you accept ${percent(ratio)}`];
    // What does not change is equal in its bytes or below the steps, like everything else.
    if (unseenRelative > ratio * HIDDEN_PART) {
      return [
        `${name}: rounding hides up to ${percent(unseenRelative)} of its norm, more than a quarter of the ${percent(ratio)} that you accept`,
      ];
    }
    return [];
  });
}
