import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";

/**
 * Ids that are computed under another SRS than a registry's are other ids, and none of them is found there. Throws
 * `InputError`; `label` names what has the SRS `actual`.
 */
export function assertRegistrySrs(actual: Hex, registrys: Hex, label: string): void {
  if (actual === registrys) return;
  throw new InputError(`${label}: is the SRS ${actual}, the registry's models are committed under ${registrys}`, {
    remedy: "Use the registry's SRS: without it the id cannot be recomputed.",
  });
}
