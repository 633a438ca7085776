import { hashToFr, keccakText } from "../../algebra/keccak.js";
import type { Fr } from "../../algebra/fr.js";
import { PROTOCOL_VERSION } from "../../protocol/constants.js";
import type { Tier } from "../../protocol/tiers.js";

/** The first absorbed element: keccak256 of the protocol's version and of the tier's shape, mod p. */
export function domainSeparator(tier: Tier): Fr {
  const shape = `t=${tier.t},mu=${tier.mu},maxRules=${tier.maxRules},maxRankRules=${tier.maxRankRules},maxRank=${tier.maxRank}`;
  return hashToFr(keccakText(`fine-tuning-integrity/smdp/${PROTOCOL_VERSION}/${tier.name}/${shape}`));
}
