import { ArtifactError } from "../../src/errors/errors.js";
import { openSetup, type Setup } from "../../src/node/open-setup.js";
import { setupTier } from "../../src/node/setup-tier.js";
import type { TierName } from "../../src/protocol/tiers.js";

/** The tier's setup in the default store; if there is none, a development setup is made. */
export async function openBenchSetup(tier: TierName): Promise<Setup> {
  return openSetup(tier).catch(async (error: unknown) => {
    if (!(error instanceof ArtifactError)) throw error;
    await setupTier({ tier, mode: { kind: "dev" } });
    return openSetup(tier);
  });
}
