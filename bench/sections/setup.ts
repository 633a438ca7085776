import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createKernelThreads } from "../../src/node/kernel-threads.js";
import { setupTier } from "../../src/node/setup-tier.js";
import type { TierName } from "../../src/protocol/tiers.js";
import { createFixedBase } from "../../src/groth16/setup/fixed-base.js";
import { brief, type Bench } from "../bench.js";
import { PhaseClock } from "../jobs/phase-clock.js";
import { randomFrs } from "../random.js";

/** Multiples of the generators, as a development setup needs them, and a whole development setup. All cores. */
export async function benchSetup(bench: Bench): Promise<void> {
  const log = bench.quick ? 12 : 17;
  const scalars = randomFrs(2 ** log);
  const pool = await createKernelThreads({ jobs: availableParallelism() });
  const fixedBase = createFixedBase(pool, scalars.length);
  try {
    for (const group of ["g1", "g2"] as const) {
      const timing = await bench.timeEach(scalars.length, () => fixedBase[group](scalars));
      const name = `setup: multiples of the generator of ${group.toUpperCase()}, 2^${log} of them, all cores`;
      bench.record({ name, unit: "ns", ...timing });
    }
  } finally {
    await pool.close();
  }
  await benchWholeSetup(bench, bench.quick ? "nano" : "medium");
}

export function wholeSetupName(tier: TierName): string {
  return `setup: whole development setup of tier ${tier}, compilation included`;
}

/** Compilation, powers of tau, proving key, in a store of its own. */
export async function benchWholeSetup(bench: Bench, tier: TierName): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "fti-setup-"));
  try {
    const clock = new PhaseClock();
    await clock.during("setup", () => setupTier({ tier, mode: { kind: "dev" }, root, onProgress: clock.onProgress }));
    const value = clock.phases.reduce((sum, { seconds }) => sum + seconds, 0);
    bench.record({ name: wholeSetupName(tier), unit: "s", value, runs: 1 });
    for (const { name, seconds } of clock.phases) bench.note(`    ${name}: ${brief(seconds)} s`);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
