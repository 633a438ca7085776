import { fileURLToPath } from "node:url";
import { ArtifactError } from "../../src/errors/errors.js";
import { openSetup, type Setup } from "../../src/node/open-setup.js";
import { setupTier } from "../../src/node/setup-tier.js";
import type { TierName } from "../../src/protocol/tiers.js";

/** Where the set-ups of examples and rehearsals are kept. */
export const EXAMPLES_STORE = fileURLToPath(new URL("../../build/examples-artifacts", import.meta.url));

/** An INSECURE set-up of a known seed, made if it is not there. */
export async function openOrMakeSetup(tier: TierName): Promise<Setup> {
  const root = EXAMPLES_STORE;
  try {
    return await openSetup(tier, { root });
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    await setupTier({ tier, mode: { kind: "dev", seed: "examples" }, root });
    return openSetup(tier, { root });
  }
}
