import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Bench } from "../bench.js";
import { runRegisteredJob } from "../jobs/run-job.js";
import { benchWholeSetup } from "./setup.js";

export const GPT2_LORA = "GPT-2's shape, LoRA on c_attn";
export const GPT2_DENSE = "GPT-2's shape, every weight drifts";

const SCRIPT = fileURLToPath(new URL("../../scripts/gpt2-pair.ts", import.meta.url));

/** A pair of GPT-2's size from files of its size: large keys, base, both fine-tunes. Takes minutes and 2 GB of disk. */
export async function benchGpt2(bench: Bench): Promise<void> {
  const [size, tier] = bench.quick ? (["1M", "medium"] as const) : (["124M", "large"] as const);
  if (!bench.quick) await benchWholeSetup(bench, tier);
  const directory = await mkdtemp(join(tmpdir(), "fti-gpt2-"));
  try {
    // Both have the same base.
    for (const drift of ["lora", "dense"]) {
      const options = [join(directory, drift), "--drift", drift, "--size", size];
      await promisify(execFile)(process.execPath, ["--import", "tsx", SCRIPT, ...options]);
    }
    const path = (drift: string, name: string): { path: string } => ({ path: join(directory, drift, name) });
    bench.note("  the pairs are written");
    bench.recordJobs(
      await runRegisteredJob({
        tier,
        threads: 2,
        base: path("lora", "base.safetensors"),
        tunes: [
          { name: GPT2_LORA, weights: path("lora", "tuned.safetensors") },
          { name: GPT2_DENSE, weights: path("dense", "tuned.safetensors") },
        ],
      }),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
