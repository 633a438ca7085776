import { spawn } from "node:child_process";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, parse, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { InputError, UnavailableError } from "../errors/errors.js";
import { openR1cs } from "../groth16/setup/r1cs.js";
import { noProgress, type SetupProgress } from "../groth16/setup/progress.js";
import { CIRCOM_OPTIONS, CIRCOM_VERSION, circuitLibraryDirectory } from "./circuit-sources.js";
import { fileSystem } from "./file-source.js";
import { assertInstalled } from "./installed.js";
import { onInterrupt } from "./interrupts.js";

const require = createRequire(import.meta.url);
/** What of the compiler's output an error repeats. */
const OUTPUT_TAIL = 2000;

export interface CompiledCircuit {
  readonly r1cs: string;
  /** Witness calculator. */
  readonly wasm: string;
  /** Names of the signals. */
  readonly sym: string;
  readonly constraints: number;
}

/**
 * Compiles a circuit's `component main` with circom in a process of its own: about 40 s for 50,000 constraints.
 * `directory` appears only when all is well, and must not exist before. Throws `InputError` with the compiler's last
 * words if it refuses.
 */
export async function compileCircuit(
  circuitFile: string,
  directory: string,
  onProgress: SetupProgress = noProgress,
): Promise<CompiledCircuit> {
  const name = basename(circuitFile, ".circom");
  const temporary = `${directory}.part`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    onProgress("compile circuit", 0, 1);
    await runCircom(circuitFile, temporary);
    await assertWholeProgram(join(temporary, `${name}_js`, `${name}.wasm`));
    await rename(temporary, directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  const r1cs = join(directory, `${name}.r1cs`);
  const source = await fileSystem.open(r1cs);
  try {
    const { constraints } = await openR1cs(source);
    onProgress("compile circuit", 1, 1);
    return {
      r1cs,
      wasm: join(directory, `${name}_js`, `${name}.wasm`),
      sym: join(directory, `${name}.sym`),
      constraints,
    };
  } finally {
    await source.close();
  }
}

/** Throws `UnavailableError` if a WebAssembly file ends early: the compiler does not say that the disk was full. */
export async function assertWholeProgram(path: string): Promise<void> {
  if (WebAssembly.validate(await readFile(path))) return;
  throw new UnavailableError(`${path}: is not a whole WebAssembly program`, {
    remedy: "The disk may be full: free some space and run the command again.",
  });
}

async function runCircom(circuitFile: string, output: string): Promise<void> {
  assertInstalled(["circom2"], "compiling a circuit");
  const { version } = require("circom2/package.json") as { version: string };
  if (version !== CIRCOM_VERSION) {
    throw new InputError(
      `circom2 ${version} is installed, expected ${CIRCOM_VERSION}: others may give other circuits`,
      {
        remedy: `Run: npm install circom2@${CIRCOM_VERSION}`,
      },
    );
  }
  const file = resolve(circuitFile);
  const args = [file, ...CIRCOM_OPTIONS, "-l", circuitLibraryDirectory(), "-o", resolve(output)];
  const child = spawn(process.execPath, [require.resolve("circom2/cli.js"), ...args], {
    // circom2 sees paths relative to its working directory and does not find those that lead up and down again.
    cwd: parse(file).root,
    // No loader hooks of this process: the compiler is plain JavaScript.
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const keep = (chunk: Buffer): void => {
    said = (said + chunk.toString("utf8")).slice(-OUTPUT_TAIL);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  // A compiler that outlives us would hold a core for minutes.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const forget = onInterrupt(kill);
  try {
    const status = await new Promise<number | null>((done, fail) => {
      child.once("error", fail);
      child.once("close", done);
    });
    if (status !== 0) {
      throw new InputError(`${circuitFile}: circom refuses the circuit (status ${String(status)})`, {
        remedy: stripVTControlCharacters(said).trim(),
      });
    }
  } finally {
    forget();
    process.off("exit", kill);
  }
}
