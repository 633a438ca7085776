import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TEST_ARTIFACTS } from "../support/nano-setup.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What of the clone `npm pack` needs; `dist/` is made anew, but for the compiled contracts. */
const PACKED = [
  ...["package.json", "README.md", "LICENSE", "CHANGELOG.md", "tsconfig.json", "tsconfig.build.json"],
  ...["src", "circuits", "contracts", "docs", "scripts", "assembly", "dist/contracts"],
];
/** `npm test` tells its children of itself, and a command of theirs would take that for its own. */
const ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_)|INIT_CWD)/u.test(name)),
);

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The package as npm packs it, installed from its tarball in a folder of its own. */
export class InstalledPackage {
  readonly folder: string;
  readonly tarball: string;

  private constructor(folder: string, tarball: string) {
    this.folder = folder;
    this.tarball = tarball;
  }

  /** Packs a copy of the clone, so that the clone's own `dist/` stays as it is, and installs the tarball. */
  static async open(): Promise<InstalledPackage> {
    const folder = await mkdtemp(join(tmpdir(), "fti-package-"));
    const clone = join(folder, "clone");
    const user = join(folder, "user");
    await mkdir(user, { recursive: true });
    for (const name of PACKED) await cp(join(ROOT, name), join(clone, name), { recursive: true });
    await symlink(join(ROOT, "node_modules"), join(clone, "node_modules"), "dir");
    const packed = await run("npm", ["pack", "--json", "--pack-destination", folder], clone);
    if (packed.exitCode !== 0) throw new Error(`npm pack: ${packed.stderr}`);
    const [{ filename = "" } = {}] = JSON.parse(packed.stdout) as { readonly filename?: string }[];
    await writeFile(join(user, "package.json"), '{ "private": true, "type": "module" }\n');
    const installed = new InstalledPackage(user, join(folder, filename));
    await installed.install(installed.tarball);
    return installed;
  }

  /** `npm install` of something more. */
  async install(...wanted: readonly string[]): Promise<void> {
    const options = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
    const { exitCode, stderr } = await run("npm", ["install", ...options, ...wanted], this.folder);
    if (exitCode !== 0) throw new Error(`npm install ${wanted.join(" ")}: ${stderr}`);
  }

  /** The installed command. */
  fti(...args: readonly string[]): Promise<CommandResult> {
    return run("npx", ["--no-install", "fti", ...args], this.folder);
  }

  /** The same, with what it says in JSON. Throws for another exit code than expected. */
  async json(args: readonly string[], expected = 0): Promise<Record<string, unknown>> {
    const { exitCode, stdout, stderr } = await this.fti(...args, "--json");
    if (exitCode !== expected) throw new Error(`fti ${args.join(" ")}: exit ${exitCode}\n${stdout}\n${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** Runs a module in the folder and gives what it prints. */
  async node(module: string): Promise<string> {
    const path = join(this.folder, "program.js");
    await writeFile(path, module);
    const { exitCode, stdout, stderr } = await run(process.execPath, [path], this.folder);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  }

  /** The packages under node_modules, and the bytes of their files. */
  async size(): Promise<{ readonly packages: number; readonly bytes: number }> {
    const { stdout } = await run("npm", ["ls", "--all", "--parseable"], this.folder);
    const packages = new Set(stdout.trim().split("\n")).size - 1;
    const entries = await readdir(join(this.folder, "node_modules"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const sizes = await Promise.all(
      files.map(async ({ parentPath, name }) => (await readFile(join(parentPath, name))).length),
    );
    return { packages, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  close(): Promise<void> {
    return rm(join(this.folder, ".."), { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[], cwd: string): Promise<CommandResult> {
  return new Promise((resolve) => {
    const env = { ...ENV, FTI_HOME: TEST_ARTIFACTS, NODE_OPTIONS: "" };
    execFile(command, args, { cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ exitCode, stdout, stderr });
    });
  });
}
