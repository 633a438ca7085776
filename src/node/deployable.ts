import { InputError } from "../errors/errors.js";
import { lacksContribution } from "../registry/verifying-key.js";
import { isLocalChain } from "./local-chain.js";
import type { Setup } from "./open-setup.js";

/** What an operator has said about development keys, whose secrets anybody can compute. */
export interface InsecureConsent {
  readonly allowInsecure: boolean;
  /** The chain's id, said again: the second time of telling. */
  readonly confirmedChain: bigint | undefined;
}

/**
 * Throws `InputError` unless setups may be deployed together on a chain: one SRS, a verifying key with a contribution to
 * phase 2, and development keys on local chains alone unless the operator has said so twice.
 */
export function assertDeployable(setups: readonly Setup[], chainId: bigint, consent: InsecureConsent): void {
  const [first] = setups;
  if (first === undefined) throw new InputError("no tier is given");
  for (const { tier, anchors, artifacts, proving } of setups) {
    if (anchors.srsId !== first.anchors.srsId) {
      throw new InputError(`tiers ${first.tier.name} and ${tier.name} have different SRS`, {
        remedy: "Make their setups from one ptau file, or (development) from one --seed.",
      });
    }
    if (lacksContribution(proving.verifyingKey) && !artifacts.insecure) {
      throw new InputError(`the verifying key of tier ${tier.name} has γ = δ: phase 2 has no contribution`, {
        remedy: "Finish the ceremony (fti setup --ptau) before deploying.",
      });
    }
    if (!artifacts.insecure || isLocalChain(chainId)) continue;
    if (!consent.allowInsecure || consent.confirmedChain !== chainId) {
      throw new InputError(
        `the setup of tier ${tier.name} is an INSECURE development one, chain ${chainId} is not local: anybody can forge`,
        {
          remedy:
            "Make a production setup (fti setup --ptau); or say it twice, for rehearsals: " +
            `--allow-insecure --confirm-chain ${chainId}.`,
        },
      );
    }
  }
}
