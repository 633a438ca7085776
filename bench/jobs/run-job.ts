import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseCertificate } from "../../src/certificate/certificate-codec.js";
import type { Job } from "../report.js";
import { jobAnswerSchema, type JobAnswer, type JobSpec } from "./job-spec.js";
import { contextOf, gasOfCertifying, startBenchRegistry } from "./registration.js";
import { openOrMakeSetup } from "../../src/node/open-or-make-setup.js";

const SCRIPT = fileURLToPath(new URL("job.ts", import.meta.url));

/** For certificates that nobody registers. */
const NOWHERE = { chainId: "1", registry: `0x${"1".repeat(40)}`, publisher: `0x${"2".repeat(40)}` } as const;

type Work = Omit<JobSpec, "context">;

/** Runs a job in a new process; its messages go to our stderr. Throws if it fails. */
export async function runJob(work: Work): Promise<Job[]> {
  const answer = await answerOf({ ...work, context: NOWHERE });
  return answer.map(({ job }) => job);
}

/** The same, and registers the certificates on an embedded chain of this process for their gas. */
export async function runRegisteredJob(work: Work): Promise<Job[]> {
  const chain = await startBenchRegistry(await openOrMakeSetup(work.tier));
  try {
    const { chainId, ...place } = await contextOf(chain);
    const jobs: Job[] = [];
    for (const { job, certificate } of await answerOf({ ...work, context: { chainId: String(chainId), ...place } })) {
      jobs.push({ ...job, gas: await gasOfCertifying(chain, parseCertificate(certificate, job.name)) });
    }
    return jobs;
  } finally {
    await chain.close();
  }
}

async function answerOf(spec: JobSpec): Promise<JobAnswer> {
  const child = spawn(process.execPath, ["--import", "tsx", SCRIPT, JSON.stringify(spec)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  if (code !== 0) throw new Error(`a job at tier ${spec.tier} ended with code ${String(code)}`);
  return jobAnswerSchema.parse(JSON.parse(output));
}
