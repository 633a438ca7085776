import { measured, type Report } from "./report.js";
import { BOOTSTRAP } from "./sections/bootstrap.js";
import { multiplicationName } from "./sections/field.js";
import { GPT2_DENSE, GPT2_LORA } from "./sections/gpt2.js";
import { DEMO_JOB, jobOf, secondsOf, threadSpeedUp } from "./sections/jobs.js";
import { msmName, type ScalarKind } from "./sections/msm.js";
import { wholeSetupName } from "./sections/setup.js";
import { perLeafName } from "./sections/sumcheck.js";

/** What the project wants to reach on two ordinary cores. */
export interface Claim {
  readonly what: string;
  readonly unit: string;
  /** Whether more or less is wanted. */
  readonly wanted: "at most" | "at least";
  readonly target: number;
  readonly stretch: number | undefined;
  /** Undefined where the report lacks what it is taken from. */
  readonly reached: (report: Report) => number | undefined;
}

export type Verdict = "not measured" | "missed" | "met" | "stretch met";

export function verdictOf({ wanted, target, stretch }: Claim, reached: number | undefined): Verdict {
  if (reached === undefined) return "not measured";
  const meets = (bound: number): boolean => (wanted === "at most" ? reached <= bound : reached >= bound);
  if (stretch !== undefined && meets(stretch)) return "stretch met";
  return meets(target) ? "met" : "missed";
}

/** What a report reached of a claim. A quick one measures smaller things under the same names: it reaches nothing. */
export function reachedIn(report: Report, claim: Claim): number | undefined {
  return report.quick ? undefined : claim.reached(report);
}

/** A measurement's value, divided by `per`. */
function valueOf(name: string, per = 1): Claim["reached"] {
  return (report) => {
    const value = measured(report, name)?.value;
    return value === undefined ? undefined : value / per;
  };
}

/** The worst of several; undefined unless all are there. */
function worst(choose: (...values: number[]) => number, parts: readonly Claim["reached"][]): Claim["reached"] {
  return (report) => {
    const values = parts.map((part) => part(report));
    return values.includes(undefined) ? undefined : choose(...(values as number[]));
  };
}

/** The least lead over ffjavascript on one thread, of all MSMs that were measured. */
function leastMsmRatio(report: Report): number | undefined {
  const ratios = report.measurements
    .filter(({ name }) => name.startsWith("msm: "))
    .flatMap(({ peers }) => peers.filter(({ name }) => name.startsWith("ffjavascript")).map(({ ratio }) => ratio));
  return ratios.length === 0 ? undefined : Math.min(...ratios);
}

/** Of a fine-tune's job on two threads: its own commitment and the proof, without the base's commitment. */
function tuneMinutes(name: string): Claim["reached"] {
  return (report) => {
    const job = jobOf(report, name, 2);
    return job && secondsOf(job, (phase) => phase !== "commit base") / 60;
  };
}

function peakGB(name: string): Claim["reached"] {
  return (report) => {
    const job = jobOf(report, name, 2);
    return job && job.peakMemoryMB / 1024;
  };
}

const msm = (kind: ScalarKind, log: number): Claim["reached"] => valueOf(msmName(kind, log, 1));
const fullMsm = worst(
  Math.max,
  [16, 18, 20].map((log) => valueOf(msmName("full", log, 1), 1000)),
);

function atMost(
  what: string,
  unit: string,
  target: number,
  stretch: number | undefined,
  reached: Claim["reached"],
): Claim {
  return { what, unit, wanted: "at most", target, stretch, reached };
}

function atLeast(what: string, unit: string, target: number, stretch: number, reached: Claim["reached"]): Claim {
  return { what, unit, wanted: "at least", target, stretch, reached };
}

/** One thread unless said. */
export const CLAIMS: readonly Claim[] = [
  atMost("field multiplication in bulk, fused build", "ns", 40, 35, valueOf(multiplicationName("fused"))),
  atMost("field multiplication in bulk, plain build", "ns", 65, 57, valueOf(multiplicationName("plain"))),
  atMost("commit a 16-bit weight, tiles of 2^16", "ns", 700, 450, msm(16, 16)),
  atMost("commit a 16-bit weight, tiles of 2^20", "ns", 450, 300, msm(16, 20)),
  atMost("commit a 24-bit weight, tiles of 2^20", "ns", 1000, 700, msm(24, 20)),
  atMost("MSM with full scalars, 2^16 to 2^20, a point, the slowest", "µs", 9, 6.5, fullMsm),
  atLeast("MSM, ours against ffjavascript, the least lead", "times", 4, 7, leastMsmRatio),
  atMost("LogUp-GKR and main sumcheck together, a leaf", "µs", 1.2, 0.7, valueOf(perLeafName(1), 1000)),
  atLeast("two threads against one, whole prover but the Groth16 wrap", "times", 1.7, 1.9, threadSpeedUp),
  atMost("demo certificate, files to proof, two threads", "s", 45, 25, (report) => {
    const job = jobOf(report, DEMO_JOB, 2);
    return job && secondsOf(job, () => true);
  }),
  atMost("GPT-2's shape, every weight drifts, two threads", "min", 8, 4, tuneMinutes(GPT2_DENSE)),
  atMost("GPT-2's shape, every weight drifts, peak memory", "GB", 12, 8, peakGB(GPT2_DENSE)),
  atMost("GPT-2's shape, LoRA on c_attn, two threads", "min", 2, 1, tuneMinutes(GPT2_LORA)),
  atMost("development setup of tier medium, two cores", "s", 60, undefined, valueOf(wholeSetupName("medium"))),
  atMost("development setup of tier large, two cores", "s", 150, undefined, valueOf(wholeSetupName("large"))),
  atMost("fresh clone to certificate (./bootstrap demo), two cores", "min", 6, 3, valueOf(BOOTSTRAP, 60)),
];
