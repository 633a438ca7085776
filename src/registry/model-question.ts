import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { BaseNorms } from "../policy/base-norms.js";
import { driftObjections, isUnlimited, needsManifest, type DriftLimits } from "../policy/drift-limits.js";
import { pathDrift } from "../policy/path-drift.js";
import type { Manifest } from "../quantize/manifest.js";

/** What a consumer wants to know of a model: is it this base's descendant, within what I accept? */
export interface ModelQuestion {
  /** The base that the consumer trusts, by its id. */
  readonly baseModelId: Hex;
  /** What may have changed; by default whatever certificates allow, and the answer says how much that is. */
  readonly limits?: DriftLimits | undefined;
  /** Whose certificates count; by default anybody's. */
  readonly publishers?: readonly Hex[] | undefined;
  /** The base's norms, for answers in percent: `measureNorms`. */
  readonly norms?: BaseNorms | undefined;
}

/** A question before it is known whether a base is named. */
export type Accepted = Omit<ModelQuestion, "baseModelId">;

/**
 * The question about a base, if one is named; without one there is nothing to ask. Throws `InputError` where something is
 * accepted all the same: an answer that passes over it would look like a yes to it.
 */
export function questionAbout(baseModelId: Hex | undefined, accepted: Accepted): ModelQuestion | undefined {
  if (baseModelId !== undefined) return { baseModelId, ...accepted };
  if (isUnlimited(accepted.limits ?? {}) && accepted.publishers === undefined) return undefined;
  throw noBase();
}

/** That limits were given and no base. */
export function noBase(): InputError {
  return new InputError("limits or publishers are given, but no base is named", {
    remedy: "Name the base that you trust, by its id or its model file.",
  });
}

/** Limits that cannot be judged are refused whatever a registry holds. Throws `InputError`. */
export function assertAnswerable(
  { baseModelId, limits = {}, norms }: ModelQuestion,
  manifest: Manifest | undefined,
): void {
  if (manifest !== undefined) {
    driftObjections(baseModelId, [], pathDrift([], manifest, norms), manifest, limits);
  } else if (needsManifest(limits)) {
    throw new InputError("the given limits are about tensors, but the base's manifest, which names them, is missing", {
      remedy: "Give the base's model file, base.model.json (ask the base's publisher).",
    });
  }
}
