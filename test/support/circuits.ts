import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { WitnessCalculatorBuilder } from "circom_runtime";
import { circuitSourcesDigest } from "../../src/node/circuit-sources.js";
import { inOneProcess } from "./one-process.js";
import { parseR1cs, readFr, type R1cs } from "./r1cs.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = join(ROOT, "build", "test-circuits");
const require = createRequire(import.meta.url);

/** A circuit compiled for tests. */
export interface CompiledCircuit {
  readonly r1cs: R1cs;
  /** Wire of every input signal of main by name (`residuals[3]`); -1 when simplification removed it. */
  readonly inputWires: ReadonlyMap<string, number>;
  /**
   * Computes all wires from the inputs and CHECKS NOTHING: the generator's assertions are switched off, so
   * that a test can show that the constraints themselves refuse a witness. Wire 0 is the constant 1.
   */
  witness(input: Readonly<Record<string, unknown>>): Promise<bigint[]>;
}

/** `O2` is what keys are made of; `O1` keeps every linear constraint, so that a signal's definition stays visible. */
export type Simplification = "O1" | "O2";

/** Compiles `circuits/main/<name>.circom` once per version of the sources; about 20 s for nano. */
export async function compileMain(name: string, simplification: Simplification = "O2"): Promise<CompiledCircuit> {
  return compile(`circuits/main/${name}.circom`, `main-${name}`, simplification);
}

/**
 * Compiles one template of `circuits/lib` with the given arguments as a circuit of its own; a few seconds.
 * Simplification may remove a private input that only a linear constraint binds: make such an input public.
 */
export async function compileTemplate(
  file: string,
  instance: string,
  publicInputs: readonly string[] = [],
): Promise<CompiledCircuit> {
  await mkdir(CACHE, { recursive: true });
  const name = `lib-${instance.replace(/[^A-Za-z0-9]+/g, "-")}`;
  const source = join(CACHE, `${name}.circom`);
  const library = join(ROOT, "circuits", "lib", file);
  // Written under another name first: parallel test processes must not read half a file.
  const draft = `${source}.${process.pid}`;
  const visibility = publicInputs.length === 0 ? "" : ` {public [${publicInputs.join(", ")}]}`;
  const text = `pragma circom 2.2.0;\n\ninclude "${relative(CACHE, library)}";\n\ncomponent main${visibility} = ${instance};\n`;
  await writeFile(draft, text);
  await rename(draft, source);
  return compile(relative(ROOT, source), name, "O2");
}

async function compile(source: string, name: string, simplification: Simplification): Promise<CompiledCircuit> {
  const output = join(
    CACHE,
    `${name}-${simplification}-${(await circuitSourcesDigest(join(ROOT, source))).slice(0, 16)}`,
  );
  await inOneProcess(basename(output), async () => {
    if (existsSync(output)) return;
    await mkdir(CACHE, { recursive: true });
    const draft = await mkdtemp(`${output}.`);
    const options = ["--r1cs", "--wasm", "--sym", `--${simplification}`, "-l", "node_modules"];
    await runCircom([source, ...options, "-o", relative(ROOT, draft)]);
    await rename(draft, output);
  });
  const base = basename(source, ".circom");
  const wasm = await readFile(join(output, `${base}_js`, `${base}.wasm`));
  const calculator = await WitnessCalculatorBuilder(withoutAssertions(wasm));
  const r1cs = parseR1cs(await readFile(join(output, `${base}.r1cs`)));
  return {
    r1cs,
    inputWires: inputWires(await readFile(join(output, `${base}.sym`), "latin1")),
    witness: async (input) => parseWitness(await calculator.calculateWTNSBin(input)),
  };
}

/**
 * The generator with every assertion reduced to its message. circom 2.2.3 ends a failed assertion with
 * `i32.const 4; return; end`, and its own switch for this (`--sanity_check`) has no effect on WebAssembly:
 * `return` becomes `drop`, and the computation goes on.
 */
function withoutAssertions(wasm: Uint8Array): Uint8Array {
  const [constant, four, ret, end, drop] = [0x41, 0x04, 0x0f, 0x0b, 0x1a];
  const patched = wasm.slice();
  for (let i = 0; i + 3 < wasm.length; i++) {
    if (wasm[i] === constant && wasm[i + 1] === four && wasm[i + 2] === ret && wasm[i + 3] === end) {
      patched[i + 2] = drop;
    }
  }
  return patched;
}

async function runCircom(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [require.resolve("circom2/cli.js"), ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let report = "";
  child.stdout.on("data", (chunk: Buffer) => (report += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (report += chunk.toString()));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (exitCode !== 0) throw new Error(`circom ${args.join(" ")} failed:\n${report}`);
}

/** Lines of a `.sym` file: label, wire, component, name. Inputs of main are private to nobody: all are listed. */
function inputWires(sym: string): ReadonlyMap<string, number> {
  const wires = new Map<string, number>();
  for (const [, wire, name] of sym.matchAll(/^\d+,(-?\d+),\d+,main\.(\w+(?:\[\d+\])*)$/gm)) {
    if (wire !== undefined && name !== undefined) wires.set(name, Number(wire));
  }
  return wires;
}

/** Bytes of a `.wtns` file before its first element: header, field section, head of the witness section. */
const WTNS_HEAD = 76;

function parseWitness(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const witness: bigint[] = [];
  for (let at = WTNS_HEAD; at < bytes.byteLength; at += 32) witness.push(readFr(view, at));
  return witness;
}
