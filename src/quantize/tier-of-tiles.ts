import { InputError } from "../errors/errors.js";
import { TIERS, type TierName } from "../protocol/tiers.js";

/** The tier whose tiles have side `2^t`. Throws `InputError`; `label` names what has that `t`. */
export function tierOfTiles(t: number, label: string): TierName {
  const tier = Object.values(TIERS).find((candidate) => candidate.t === t);
  if (tier === undefined) throw new InputError(`${label}: no tier has tiles of side 2^${t}`);
  return tier.name;
}
