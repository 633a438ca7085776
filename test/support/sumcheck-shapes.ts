import type { Tier } from "../../src/protocol/tiers.js";

/** A tier of any shape, for kernels: only sides, variables and slots matter to them. */
export function shapeOf(t: number, mu: number): Tier {
  const n = 2 ** t;
  return {
    name: "nano",
    id: 0,
    t,
    n,
    ell: 2 * t,
    tileSize: n * n,
    mu,
    slots: 2 ** mu - 3,
    leafVars: mu + 2 * t,
    maxRules: 4,
    maxRankRules: 2,
    maxRank: 2,
    panels: n / 2,
  };
}

/** Seeded residuals over the whole range, its two ends among them. */
export function residuals(tier: Tier, random: () => number): Int32Array {
  const half = tier.tileSize / 2;
  const values = Int32Array.from({ length: tier.tileSize }, () => Math.floor(random() * 2 * half) - half);
  values[0] = -half;
  values[tier.tileSize - 1] = half - 1;
  return values;
}
