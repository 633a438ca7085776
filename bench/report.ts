import { z } from "zod";

const integer = z.union([z.number().int(), z.string().regex(/^[0-9]+$/)]).transform(Number);

/** What runs where. */
const machine = z.object({
  processor: z.string(),
  cores: z.number(),
  memoryGB: z.number(),
  platform: z.string(),
  node: z.string(),
  /** Which build of the kernels this machine computes with. */
  kernelBuild: z.string(),
});

const peer = z.object({
  name: z.string(),
  /** In the measurement's unit. */
  value: z.number(),
  /** The peer's value divided by ours: how many times as fast we are. */
  ratio: z.number(),
  /** Where the peer's value does not come from the same input. */
  note: z.string().optional(),
});

const measurement = z.object({
  /** `section: what`; names a measurement across reports. */
  name: z.string(),
  /** More is worse, whatever the unit. */
  unit: z.string(),
  /** The least of the runs. */
  value: z.number(),
  runs: z.number(),
  peers: z.array(peer),
});

const phase = z.object({ name: z.string(), seconds: z.number() });

/** A whole job, in a process of its own. */
export const jobSchema = z.object({
  name: z.string(),
  tier: z.string(),
  threads: z.number(),
  parameters: z.number(),
  tiles: z.number(),
  changedTiles: z.number(),
  segments: z.number(),
  phases: z.array(phase),
  /** The largest resident set of the process up to the job's end. */
  peakMemoryMB: z.number(),
  /** What the prover's estimate says for the largest segment. */
  formulaMemoryMB: z.number(),
  verifyMs: z.number(),
  gas: z.number().optional(),
});

const certifyCost = z.object({
  modelTiles: integer,
  changedTiles: integer,
  proveMs: z.number(),
  verifyMs: z.number(),
  gas: integer,
  calldata: integer,
});

/** Gas and tiles at tier nano. */
const certify = z.object({
  tier: z.string(),
  byTiles: z.array(certifyCost),
  bySize: z.array(certifyCost),
  gasPerTile: z.number(),
});

export const reportSchema = z.object({
  date: z.string(),
  commit: z.string(),
  /** A quick report tries the benchmarks out at small sizes; its numbers say little. */
  quick: z.boolean(),
  /** What a reader must know of how it was measured, if anything; written by hand. */
  note: z.string().optional(),
  machine,
  measurements: z.array(measurement),
  jobs: z.array(jobSchema),
  certify: certify.optional(),
});

export type Machine = z.infer<typeof machine>;
export type Peer = z.infer<typeof peer>;
export type Measurement = z.infer<typeof measurement>;
export type Phase = z.infer<typeof phase>;
export type Job = z.infer<typeof jobSchema>;
export type CertifyTable = z.infer<typeof certify>;
export type Report = z.infer<typeof reportSchema>;

/** Throws `ZodError` for JSON that is not a report. */
export function parseReport(text: string): Report {
  return reportSchema.parse(JSON.parse(text));
}

export function measured(report: Report, name: string): Measurement | undefined {
  return report.measurements.find((measurement) => measurement.name === name);
}

export function jobSeconds(job: Job): number {
  return job.phases.reduce((sum, { seconds }) => sum + seconds, 0);
}
