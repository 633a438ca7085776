import { fastest, type Limits, type Timing } from "./measure.js";
import { jobSeconds, type CertifyTable, type Job, type Measurement, type Peer } from "./report.js";

const FULL: Limits = { runs: 5, leastSeconds: 1, budgetSeconds: 6 };
const QUICK: Limits = { runs: 2, leastSeconds: 0.2, budgetSeconds: 1 };

/** A peer's value before it is set against ours. */
export type PeerValue = Omit<Peer, "ratio">;

/** One run of the benchmarks: how long to measure, and where results go. */
export class Bench {
  /** Small sizes and few runs, to try the benchmarks themselves. */
  readonly quick: boolean;
  readonly measurements: Measurement[] = [];
  readonly jobs: Job[] = [];
  certify: CertifyTable | undefined;
  readonly #say: (line: string) => void;

  constructor(quick: boolean, say: (line: string) => void) {
    this.quick = quick;
    this.#say = say;
  }

  note(line: string): void {
    this.#say(line);
  }

  time(work: () => unknown): Promise<Timing> {
    return fastest(work, this.quick ? QUICK : FULL);
  }

  /** Nanoseconds for each of the `count` elements that `work` treats. */
  async timeEach(count: number, work: () => unknown): Promise<{ readonly value: number; readonly runs: number }> {
    const { seconds, runs } = await this.time(work);
    return { value: (seconds * 1e9) / count, runs };
  }

  record(measurement: Omit<Measurement, "peers">, peers: readonly PeerValue[] = []): void {
    const { name, unit, value, runs } = measurement;
    const compared = peers.map((peer) => ({ ...peer, ratio: peer.value / value }));
    this.measurements.push({ name, unit, value, runs, peers: compared });
    const against = compared.map((peer) => `, ${peer.name} ${brief(peer.value)} (${brief(peer.ratio)} times)`);
    this.#say(`  ${name}: ${brief(value)} ${unit}${against.join("")}`);
  }

  /** Keeps whole jobs, and their time and memory as measurements. */
  recordJobs(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const name = `jobs: ${job.name}, ${job.threads} ${job.threads === 1 ? "thread" : "threads"}`;
      this.jobs.push(job);
      this.record({ name, unit: "s", value: jobSeconds(job), runs: 1 });
      this.record({ name: `${name}, peak memory`, unit: "MB", value: job.peakMemoryMB, runs: 1 });
      for (const { name: phase, seconds } of job.phases) this.#say(`    ${phase}: ${brief(seconds)} s`);
    }
  }
}

/** Three significant digits, thousands separated. */
export function brief(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: value >= 1000 ? 4 : 3 });
}
