import { resolve } from "node:path";
import type { ProgressListener } from "../protocol/progress.js";
import { UnavailableError } from "../errors/errors.js";
import type { Backend } from "../kernels/backend.js";
import type { AskedOrientation } from "../model/formats/lora-orientation.js";
import { referenceBackend } from "../kernels/reference/backend.js";
import { createWasmBackend } from "../kernels/wasm/backend.js";
import type { Pool } from "../kernels/wasm/pool.js";
import { createKernelThreads } from "../node/kernel-threads.js";
import { nodeDisk, type Disk } from "../node/disk.js";
import { openAnchors, type StoredAnchors } from "../node/open-anchors.js";
import { openSetup, type Setup } from "../node/open-setup.js";
import { writeOutputs, type OutputFile } from "../node/output-files.js";
import { createProgressBar } from "../node/progress-bar.js";
import type { TierName } from "../protocol/tiers.js";
import { markedColors, showLine, type Colors } from "./colors.js";
import type { CliIo } from "./io.js";
import { defaultJobs } from "./jobs.js";
import { typicalSeconds } from "./typical-durations.js";

/**
 * What a command prints and returns. 0: done, valid or certified; 1: checked, and the answer is no; 3: could not check;
 * 4: a report, because there was no question; 5: made with development keys, so that it proves nothing.
 */
export interface Outcome {
  readonly exitCode: 0 | 1 | 3 | 4 | 5;
  /** The object of `--json`; bigints become decimal strings. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Lines for a person, one a string: control characters in them are escaped, line breaks too. */
  readonly lines: readonly string[];
}

/** One run of one command: where it prints to, and what it has to close. */
export class Session {
  readonly #io: CliIo;
  readonly #bar: ReturnType<typeof createProgressBar> | undefined;
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #warned = new Set<string>();
  readonly #notices = new Set<string>();
  #tier: TierName | undefined;
  #jobs: number | undefined;
  #orientations: readonly AskedOrientation[] = [];
  #pool: Promise<Pool | undefined> | undefined;
  /** For stdout. */
  readonly colors: Colors;
  readonly json: boolean;
  readonly onProgress: ProgressListener;

  constructor(io: CliIo, json: boolean) {
    this.#io = io;
    this.json = json;
    this.colors = markedColors(io.colors.stdout && !json);
    this.#bar =
      io.terminal === undefined
        ? undefined
        : createProgressBar(io.terminal, (phase) => this.#tier && typicalSeconds(phase, this.#tier));
    this.onProgress = this.#bar?.listener ?? (() => undefined);
  }

  get env(): CliIo["env"] {
    return this.#io.env;
  }

  /** Where outputs are written to. */
  get disk(): Disk {
    return this.#io.disk ?? nodeDisk;
  }

  /**
   * Writes the outputs of a command, all or none, and says where secrets are that were there before.
   * Throws `UnavailableError` naming the file that could not be written.
   */
  async writeOutputs(files: readonly OutputFile[]): Promise<void> {
    for (const { path, keptAs } of await writeOutputs(files, this.disk)) {
      this.note(`${path}: the secrets that it held before are kept in ${keptAs}`);
    }
  }

  /** A line on stderr about what is going on. */
  note(line: string): void {
    this.#bar?.stop();
    this.#io.stderr(`${showLine(line)}\n`);
  }

  /** A loud line on stderr, once a run. */
  warn(line: string): void {
    if (this.#warned.has(line)) return;
    this.#warned.add(line);
    const colors = markedColors(this.#io.colors.stderr);
    this.note(colors.bold(colors.red(`WARNING: ${line}`)));
  }

  /** What the answer depends on and the user may not expect: a line on stderr, once a run, and in `notes` of `--json`. */
  notice(line: string): void {
    if (this.#notices.has(line)) return;
    this.#notices.add(line);
    this.note(`note: ${line}`);
  }

  /** All notices of this run, in order. */
  get notices(): readonly string[] {
    return [...this.#notices];
  }

  /** The tier at which this run works: progress is guessed from it where it cannot be measured. */
  expectTier(tier: TierName): void {
    this.#tier = tier;
  }

  /** Takes over `--jobs`, where it was given. */
  useJobs(jobs: number | undefined): void {
    this.#jobs = jobs;
  }

  /** Takes over `--orientation`, where it was given. */
  useOrientations(orientations: readonly AskedOrientation[] | undefined): void {
    this.#orientations = orientations ?? [];
  }

  /** How the base stores matrices that an adapter changes, as far as the user says so. */
  get orientations(): readonly AskedOrientation[] {
    return this.#orientations;
  }

  /**
   * How many threads compute: `--jobs`, else FTI_JOBS, else as many as there are cores.
   * @throws InputError if it comes from FTI_JOBS and is no number of threads
   */
  get jobs(): number {
    this.#jobs ??= defaultJobs(this.env["FTI_JOBS"]);
    return this.#jobs;
  }

  /** Opens a tier's setup and warns if it is a development one. */
  async openSetup(tier: TierName, artifactsFolder: string | undefined): Promise<Setup> {
    this.expectTier(tier);
    const setup = await openSetup(tier, { root: artifactsRoot(artifactsFolder, this.env) });
    if (setup.artifacts.warning !== undefined) this.warn(setup.artifacts.warning);
    return setup;
  }

  /** Opens what certificates of a tier are verified with and warns if it is of a development setup. */
  async openAnchors(tier: TierName, artifactsFolder: string | undefined): Promise<StoredAnchors> {
    const stored = await openAnchors(tier, { root: artifactsRoot(artifactsFolder, this.env) });
    if (stored.warning !== undefined) this.warn(stored.warning);
    return stored;
  }

  /**
   * The kernels' threads of this run, the same for all its parts; they end with it. Undefined, and said on stderr, where
   * WebAssembly cannot run them.
   */
  openPool(): Promise<Pool | undefined> {
    this.#pool ??= this.#startPool();
    return this.#pool;
  }

  async #startPool(): Promise<Pool | undefined> {
    try {
      const pool = await createKernelThreads({ jobs: this.jobs });
      this.onClose(() => pool.close());
      return pool;
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      this.warn(`${error.shortMessage}: everything will take many times as long`);
      return undefined;
    }
  }

  /** The backend of this run, on the kernels' threads. */
  async openBackend(): Promise<Backend> {
    const pool = await this.openPool();
    return pool === undefined ? referenceBackend : createWasmBackend(pool);
  }

  /** Closed when the command is over, the last first. */
  onClose(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    this.#bar?.stop();
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}

/** `--artifacts`, else `FTI_HOME`, else `.fti` in the working directory. */
export function artifactsRoot(folder: string | undefined, env: CliIo["env"]): string {
  return resolve(folder ?? env["FTI_HOME"] ?? ".fti");
}
