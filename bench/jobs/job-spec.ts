import { z } from "zod";
import type { Hex } from "../../src/algebra/hex.js";
import { TIER_NAMES } from "../../src/protocol/tiers.js";
import { jobSchema } from "../report.js";
import { SCALES } from "./scaled-model.js";

const hex = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]+$/u.test(value));

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
  /** Where certificates are made for. */
  context: z.object({ chainId: z.string(), registry: hex, publisher: hex }),
});

/** What it answers: of every fine-tune what was measured, and the certificate as in its file. */
export const jobAnswerSchema = z.array(z.object({ job: jobSchema, certificate: z.string() }));

export type JobSpec = z.infer<typeof jobSpecSchema>;
export type JobAnswer = z.infer<typeof jobAnswerSchema>;
export type Weights = z.infer<typeof weights>;
