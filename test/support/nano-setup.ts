import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ArtifactError } from "../../src/errors/errors.js";
import { openSetup, type Setup } from "../../src/node/open-setup.js";
import { setupTier } from "../../src/node/setup-tier.js";
import type { TierName } from "../../src/protocol/tiers.js";

/** The store of the tests' artifacts; `--artifacts` for tests of the command line. */
export const TEST_ARTIFACTS = join(fileURLToPath(new URL("../..", import.meta.url)), "build", "test-artifacts");

const opened = new Map<TierName, Promise<Setup>>();

/**
 * A seeded development setup of a tier, made once and kept under build/: half a minute the first time, at nano.
 * A setup of other circuit sources, or a damaged one, is made again.
 */
export function testSetup(tier: TierName = "nano"): Promise<Setup> {
  let setup = opened.get(tier);
  if (setup === undefined) {
    setup = openOrMake(tier);
    opened.set(tier, setup);
  }
  return setup;
}

async function openOrMake(tier: TierName): Promise<Setup> {
  try {
    return await openSetup(tier, { root: TEST_ARTIFACTS });
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    await setupTier({ tier, mode: { kind: "dev", seed: "tests" }, root: TEST_ARTIFACTS });
    return openSetup(tier, { root: TEST_ARTIFACTS });
  }
}
