/**
 * Compiles `assembly/` to the two WebAssembly builds and writes them to `src/kernels/wasm/generated/`:
 * `fused.ts` (relaxed SIMD: fused multiply-add) and `plain.ts` (SIMD), each the module in base64, and `exports.ts`,
 * the type of what they export. The modules `assembly/generated/<build>/{fr,fq,field-vectors}.ts` come from the
 * generator; assembly sources import them as `./generated/fr`.
 * Does nothing if they were made from the same sources by the same compiler.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { BUILDS, fieldModule, type BuildName } from "../assembly/generator/field-module.js";
import { vectorModule } from "../assembly/generator/vector-module.js";
import { readCommandLine } from "./command-line.js";

const ROOT = new URL("../", import.meta.url);
const OUT = new URL("src/kernels/wasm/generated/", ROOT);
const HEADER = `// Written by scripts/build-kernels.ts; do not edit. Sources: ${await sourcesDigest()}\n`;
const GENERATED_SOURCE = /^assembly\/generated\/([\w-]+)\.ts$/;

/** What is used of `assemblyscript/asc`. */
interface AssemblyScriptCompiler {
  createMemoryStream(): { toString(): string };
  main(
    argv: readonly string[],
    host: {
      readFile(name: string): Promise<string | null>;
      writeFile(name: string, contents: Uint8Array | string): void;
      listFiles(): string[];
      stderr: unknown;
    },
  ): Promise<{ readonly error: Error | null }>;
}

// First of all: the compiler takes seconds to load.
readCommandLine({
  command: "npx tsx scripts/build-kernels.ts",
  does:
    "Compiles assembly/ to the two WebAssembly builds, fused (relaxed SIMD) and plain (SIMD), and\n" +
    "writes them to src/kernels/wasm/generated/. npm ci does that, and npm run build; again after\n" +
    "every change in assembly/.",
  options: {},
  example: "npx tsx scripts/build-kernels.ts",
});

// Its own declarations would change `Array.prototype.at` for the whole repository: they are kept out.
const COMPILER = ["assemblyscript", "asc"].join("/");
const { default: asc } = (await import(COMPILER)) as { readonly default: AssemblyScriptCompiler };

interface Compiled {
  readonly wasm: Uint8Array;
  /** asc's declarations of the exports. */
  readonly declarations: string;
}

async function compile(build: BuildName): Promise<Compiled> {
  const modules = new Map([
    ["fr", fieldModule(build, "fr")],
    ["fq", fieldModule(build, "fq")],
    ["field-vectors", vectorModule()],
  ]);
  const folder = new URL(`assembly/generated/${build}/`, ROOT);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of modules) await writeFile(new URL(`${name}.ts`, folder), text);

  const outputs = new Map<string, Uint8Array | string>();
  const features = ["simd", ...(build === "fused" ? ["relaxed-simd"] : [])];
  const stderr = asc.createMemoryStream();
  const { error } = await asc.main(
    [
      "assembly/index.ts",
      ...["--outFile", "kernels.wasm", "--bindings", "raw", "--runtime", "stub", "--noAssert"],
      ...["-O3", "--converge", "--uncheckedBehavior", "always", "--enable", features.join(",")],
    ],
    {
      readFile: async (name) => {
        const module = GENERATED_SOURCE.exec(name.replaceAll("\\", "/"))?.[1];
        if (module !== undefined) return modules.get(module) ?? null;
        return readFile(new URL(name, ROOT), "utf8").catch(() => null);
      },
      writeFile: (name, contents) => void outputs.set(name, contents),
      listFiles: () => [],
      stderr,
    },
  );
  if (error !== null) throw new Error(`build ${build}: ${stderr.toString()}`, { cause: error });
  const wasm = outputs.get("kernels.wasm");
  const declarations = outputs.get("kernels.d.ts");
  if (!(wasm instanceof Uint8Array) || typeof declarations !== "string") throw new Error(`build ${build}: no output`);
  return { wasm, declarations };
}

/** The interface behind asc's `declare namespace __AdaptedExports`, without the runtime's own names. */
function exportsInterface(declarations: string): string {
  const members: string[] = [];
  for (const line of declarations.split("\n")) {
    const signature = /export function (\w+)(\(.*\): .*);$/.exec(line.trim());
    if (signature?.[1] !== undefined && !signature[1].startsWith("__")) {
      members.push(`  readonly ${signature[1]}: ${(signature[2] ?? "").replace("): ", ") => ")};\n`);
    }
  }
  return `${HEADER}export interface KernelExports {\n  readonly memory: WebAssembly.Memory;\n${members.join("")}}\n`;
}

async function buildAll(): Promise<void> {
  await mkdir(OUT, { recursive: true });
  for (const build of BUILDS) {
    const { wasm, declarations } = await compile(build);
    const base64 = Buffer.from(wasm).toString("base64");
    await writeFile(new URL("exports.ts", OUT), exportsInterface(declarations));
    await writeFile(new URL(`${build}.ts`, OUT), `${HEADER}export const WASM_BASE64 =\n  "${base64}";\n`);
    console.error(`kernels: ${build} ${String(wasm.length)} bytes`);
  }
}

/** Whether every build is there and says that it comes from these sources. */
async function isUpToDate(): Promise<boolean> {
  const texts = await Promise.all(BUILDS.map((build) => readFile(new URL(`${build}.ts`, OUT), "utf8").catch(() => "")));
  return texts.every((text) => text.startsWith(HEADER));
}

/** SHA-256 over the compiler's version, this script and the assembly sources, by their paths. */
async function sourcesDigest(): Promise<string> {
  const names = await readdir(new URL("assembly/", ROOT), { recursive: true });
  const sources = names
    .map((name) => `assembly/${name.replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(".ts") && !name.startsWith("assembly/generated/"));
  const hash = createHash("sha256");
  for (const name of ["node_modules/assemblyscript/package.json", "scripts/build-kernels.ts", ...sources.sort()]) {
    hash.update(`${name}\n${await readFile(new URL(name, ROOT), "utf8")}\n`);
  }
  return hash.digest("hex");
}

process.chdir(fileURLToPath(ROOT));
if (!(await isUpToDate())) await buildAll();
