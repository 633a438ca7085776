import { z } from "zod";
import { TIER_NAMES } from "../../src/protocol/tiers.js";
import { SCALES } from "./scaled-model.js";

const drift = z.union([z.enum(["none", "dense"]), z.object({ tiles: z.number().int().positive() })]);

/** Where weights come from: files, or the synthetic models of the growth series. */
const weights = z.union([z.object({ path: z.string() }), z.object({ scale: z.enum(SCALES), drift })]);

/** What a process of its own is asked for: commit a base, then commit and certify fine-tunes of it. */
export const jobSpecSchema = z.object({
  tier: z.enum(TIER_NAMES),
  threads: z.number().int().positive(),
  base: weights,
  /** In the order of growing memory: a peak is that of the process so far. */
  tunes: z.array(z.object({ name: z.string(), weights })),
  /** Whether certificates are registered on an embedded chain, for their gas. */
  register: z.boolean(),
});

export type JobSpec = z.infer<typeof jobSpecSchema>;
export type Weights = z.infer<typeof weights>;
