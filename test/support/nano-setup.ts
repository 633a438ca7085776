import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openOrMakeSetup } from "../../src/node/open-or-make-setup.js";
import type { Setup } from "../../src/node/open-setup.js";
import type { TierName } from "../../src/protocol/tiers.js";
import { inOneProcess } from "./one-process.js";

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
    setup = inOneProcess(`setup-${tier}`, () => openOrMakeSetup(tier, { root: TEST_ARTIFACTS, seed: "tests" }));
    opened.set(tier, setup);
  }
  return setup;
}
