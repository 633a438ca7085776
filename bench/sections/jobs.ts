import { demoModelPath } from "../../src/cli/demo/models.js";
import type { Bench } from "../bench.js";
import { runJob } from "../jobs/run-job.js";
import { jobSeconds, type Job, type Report } from "../report.js";

export const DEMO_JOB = "demo certificate, files to proof";
export const FULL_SEGMENT_JOB = "a full segment of tier medium, every weight drifts";

/** The phase that is snarkjs's, which always takes all cores. */
const GROTH16_PHASE = "wrapping";

/** Whole jobs on one thread and on two. */
export async function benchJobs(bench: Bench): Promise<void> {
  for (const threads of bench.quick ? [2] : [1, 2]) {
    const base = { path: demoModelPath("base") };
    const tunes = [{ name: DEMO_JOB, weights: { path: demoModelPath("tuned") } }];
    bench.recordJobs(await runJob({ tier: "medium", threads, base, tunes }));
  }
  if (bench.quick) return;
  for (const threads of [1, 2]) {
    const base = { scale: "4M", drift: "none" } as const;
    const tunes = [{ name: FULL_SEGMENT_JOB, weights: { scale: "4M", drift: "dense" } as const }];
    bench.recordJobs(await runJob({ tier: "medium", threads, base, tunes }));
  }
}

export function jobOf(report: Pick<Report, "jobs">, name: string, threads: number): Job | undefined {
  return report.jobs.find((job) => job.name === name && job.threads === threads);
}

/** Seconds of a job's phases whose names satisfy a condition. */
export function secondsOf(job: Job, isWanted: (phase: string) => boolean): number {
  return jobSeconds({ ...job, phases: job.phases.filter(({ name }) => isWanted(name)) });
}

/** How many times as fast two threads are: commitments, segment proof, opening; all of the prover but the Groth16 wrap. */
export function threadSpeedUp(report: Report): number | undefined {
  const [one, two] = [1, 2].map((threads) => jobOf(report, FULL_SEGMENT_JOB, threads));
  if (one === undefined || two === undefined) return undefined;
  const isOurs = (phase: string): boolean => phase !== GROTH16_PHASE;
  return secondsOf(one, isOurs) / secondsOf(two, isOurs);
}
