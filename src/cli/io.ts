import type { Disk } from "../node/disk.js";

/** The outside world of the command line, so that tests can run it in their own process. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** The terminal behind stderr, for progress; `undefined` if it is none. */
  readonly terminal: NodeJS.WritableStream | undefined;
  /** Whether stdout and stderr take colors. */
  readonly colors: { readonly stdout: boolean; readonly stderr: boolean };
  /** Where outputs are written to; the real file system by default. */
  readonly disk?: Disk;
}

/** The process's own streams. `NO_COLOR` (no-color.org) turns colors off wherever they would be on. */
export function processIo(): CliIo {
  const wantsColor = (process.env["NO_COLOR"] ?? "") === "" && process.env["TERM"] !== "dumb";
  return {
    env: process.env,
    stdout: (text) => {
      process.stdout.write(text);
    },
    stderr: (text) => {
      process.stderr.write(text);
    },
    terminal: process.stderr.isTTY ? process.stderr : undefined,
    colors: { stdout: wantsColor && process.stdout.isTTY, stderr: wantsColor && process.stderr.isTTY },
  };
}
