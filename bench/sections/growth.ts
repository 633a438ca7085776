import type { TierName } from "../../src/protocol/tiers.js";
import type { Bench } from "../bench.js";
import { runRegisteredJob } from "../jobs/run-job.js";
import type { Drift, Scale } from "../jobs/scaled-model.js";

export const DENSE_GROWTH = "growth, every weight drifts";
export const TILES_GROWTH = "growth, the same 12 tiles change";

/** Every weight drifts: the tier is the smallest whose segment holds the whole model. GPT-2's own size is its own section. */
const DENSE: readonly (readonly [Scale, TierName])[] = [
  ["0.1M", "medium"],
  ["1M", "medium"],
  ["10M", "large"],
  ["50M", "large"],
];
/** The change is of one size, so is the tier; 0.1M has not 12 tiles. */
const FIXED: readonly Scale[] = ["1M", "10M", "50M", "124M"];

/** How cost grows with the model, by synthetic models of GPT-2's shape, with gas. */
export async function benchGrowth(bench: Bench): Promise<void> {
  const run = async (series: string, scale: Scale, tier: TierName, drift: Drift): Promise<void> => {
    const tunes = [{ name: `${series}, ${scale} parameters`, weights: { scale, drift } }];
    const base = { scale, drift: "none" } as const;
    bench.recordJobs(await runRegisteredJob({ tier, threads: 2, base, tunes }));
  };
  for (const [scale, tier] of bench.quick ? DENSE.slice(0, 1) : DENSE) await run(DENSE_GROWTH, scale, tier, "dense");
  for (const scale of bench.quick ? [] : FIXED) await run(TILES_GROWTH, scale, "medium", { tiles: 12 });
}
