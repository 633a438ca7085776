import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, type ExitCode } from "../../src/cli/run.js";
import type { Disk } from "../../src/node/disk.js";
import { TEST_ARTIFACTS } from "./nano-setup.js";

/** What a command line did. */
export interface CliResult {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, without a terminal, on the tests' artifacts. Outputs go to `disk`. */
export async function runCli(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  disk?: Disk,
): Promise<CliResult> {
  let stdout = "";
  let stderr = "";
  const exitCode = await run(argv, {
    env: { FTI_HOME: TEST_ARTIFACTS, ...env },
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    terminal: undefined,
    colors: { stdout: false, stderr: false },
    ...(disk === undefined ? {} : { disk }),
  });
  return { exitCode, stdout, stderr };
}

/** Runs with `--json` and expects success; the object on stdout. */
export async function runJson(
  argv: readonly string[],
  expected: ExitCode = 0,
  env: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await runCli([...argv, "--json"], env);
  if (exitCode !== expected) throw new Error(`fti ${argv.join(" ")}: exit ${exitCode}\n${stderr}\n${stdout}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** A directory for one test file. */
export class Workplace {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(): Promise<Workplace> {
    return new Workplace(await mkdtemp(join(tmpdir(), "fti-test-")));
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    await writeFile(this.path(name), content);
    return this.path(name);
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), "utf8");
  }

  names(): Promise<string[]> {
    return readdir(this.directory);
  }

  close(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}
