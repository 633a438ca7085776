import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { jobSchema, type Job } from "../report.js";
import type { JobSpec } from "./job-spec.js";

const SCRIPT = fileURLToPath(new URL("job.ts", import.meta.url));

/** Runs a job in a new process; its messages go to our stderr. Throws if it fails. */
export async function runJobProcess(spec: JobSpec): Promise<Job[]> {
  const child = spawn(process.execPath, ["--import", "tsx", SCRIPT, JSON.stringify(spec)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  if (code !== 0) throw new Error(`a job at tier ${spec.tier} ended with code ${String(code)}`);
  return z.array(jobSchema).parse(JSON.parse(output));
}
