import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { expect } from "chai";
import { publint } from "publint";
import { build } from "vite";
import { testSetup } from "../support/nano-setup.js";
import { startRpcNode, type RpcNode } from "../support/rpc-node.js";
import { tinyModel } from "../support/tiny-models.js";
import { InstalledPackage } from "./installed-package.js";

const [BASE, TUNED] = ["base.safetensors", "tuned.safetensors"];
/** Account 0 of every Hardhat node. */
const PUBLISHER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const ENTRIES = ["", "/prove", "/inspect", "/registry", "/node"];
const MOST_BYTES = 120_000_000;
const MOST_PACKAGES = 120;

describe("the package, packed and installed in an empty folder", () => {
  let installed: InstalledPackage;
  let node: RpcNode;
  before(async () => {
    await testSetup();
    installed = await InstalledPackage.open();
    node = await startRpcNode();
    await writeFile(join(installed.folder, BASE), tinyModel(1));
    const drift = (name: string, i: number): number => (name === "head.weight" && i % 3 === 0 ? 3 / 128 : 0);
    await writeFile(join(installed.folder, TUNED), tinyModel(1, drift));
  });
  after(async () => {
    await node.close();
    await installed.close();
  });

  it("inspects, commits, proves, verifies, deploys, registers and queries", async () => {
    await installed.json(["inspect", BASE, TUNED]);
    const base = ["--base", "base.model.json"];
    await installed.json(["commit", BASE, "--tier", "nano", "-o", "base.model.json"]);
    await installed.json([
      "commit",
      TUNED,
      ...base,
      "--base-weights",
      BASE,
      "--allow-coarse",
      "-o",
      "tuned.model.json",
    ]);
    await installed.json(["policy", "norm", ...base, "--max-norm", "50", "-o", "policy.json"]);
    const { registry } = await installed.json(["deploy", "--rpc", node.url, "--tier", "nano", "--account", "0"]);
    const models = [...base, "--tune", "tuned.model.json", "--policy", "policy.json"];
    const weights = ["--base-weights", BASE, "--tune-weights", TUNED];
    const place = ["--registry", String(registry), "--chain-id", "31337", "--publisher", PUBLISHER];
    await installed.json(["prove", ...models, ...weights, ...place, "-o", "certificate.json"]);
    await installed.json(["verify", "certificate.json", ...base, "--tune", "tuned.model.json"], 5);
    const chain = ["--rpc", node.url, "--registry", String(registry)];
    for (const [kind, file] of [
      ["model", "base.model.json"],
      ["policy", "policy.json"],
      ["certificate", "certificate.json"],
    ] as const) {
      const more = kind === "policy" ? base : [];
      await installed.json(["register", kind, file, ...more, ...chain, "--account", "0"]);
    }
    const answer = await installed.json(["query", TUNED, ...base, ...chain, "--allow-development-keys"]);
    expect(answer).to.have.property("verdict", "certified");
  });

  it("says in one line what to install for what needs a compiler, a chain or charts", async () => {
    const demo = await installed.fti("demo");
    expect(demo.exitCode).to.equal(2);
    expect(demo.stderr).to.match(
      /^ {2}Run: npm install hardhat@\S+ circom2@\S+ langdetect-v18@\S+ langdetect-v23@\S+$/mu,
    );
    const charts = await installed.fti("inspect", BASE, TUNED, "--html", "page.html");
    expect(charts.stderr).to.match(/^ {2}Run: npm install echarts@\S+$/mu);
    const setup = ["setup", "--tier", "nano", "--dev", "--artifacts", "artifacts"];
    const without = await installed.fti(...setup);
    const [, wanted = ""] = /^ {2}Run: npm install (circom2@\S+)$/mu.exec(without.stderr) ?? [];
    expect(wanted).to.match(/^circom2@/u);
    await installed.install(wanted);
    await installed.json(setup);
  });

  it("imports every entry, the compiled registry and a contract's source, under Node", async () => {
    const program = `
      import { readFileSync } from "node:fs";
      import registry from "fine-tuning-integrity/artifacts/DriftRegistry.json" with { type: "json" };
      const entries = ${JSON.stringify(ENTRIES)};
      const modules = await Promise.all(entries.map((entry) => import("fine-tuning-integrity" + entry)));
      const gate = readFileSync(new URL(import.meta.resolve("fine-tuning-integrity/contracts/DriftGate.sol")), "utf8");
      console.log(JSON.stringify([modules.map((module) => Object.keys(module).length), registry.abi.length, gate.length]));`;
    const [names, functions, gate] = JSON.parse(await installed.node(program)) as [number[], number, number];
    expect(
      names.every((count) => count > 0),
      names.join(),
    ).to.equal(true);
    expect(functions).to.be.above(50);
    expect(gate).to.be.above(200);
  });

  it("is taken by a bundler, every entry but Node's", async () => {
    const name = "\0page";
    const page = ENTRIES.filter((entry) => entry !== "/node").map(
      (entry) => `export * from "fine-tuning-integrity${entry}";`,
    );
    const output = await build({
      root: installed.folder,
      configFile: false,
      logLevel: "silent",
      build: {
        write: false,
        target: "es2023",
        rolldownOptions: { input: name, preserveEntrySignatures: "strict", external: ["echarts"] },
      },
      plugins: [
        {
          name: "page",
          resolveId: (id) => (id === name ? join(installed.folder, "page.js") : undefined),
          load: (id) => (id === join(installed.folder, "page.js") ? page.join("\n") : undefined),
        },
      ],
    });
    if (Array.isArray(output) || !("output" in output)) throw new Error("the bundler watches");
    expect(output.output[0].exports).to.include.members(["queryModel", "proveCertificate", "judge", "lineageOf"]);
  });

  it(`takes below ${MOST_BYTES / 1e6} MB in below ${MOST_PACKAGES} packages`, async () => {
    const { packages, bytes } = await installed.size();
    expect(packages).to.be.below(MOST_PACKAGES);
    expect(bytes).to.be.below(MOST_BYTES);
  });

  it("is as publint and are-the-types-wrong want a package of ES modules", async () => {
    const { messages } = await publint({
      pkgDir: join(installed.folder, "node_modules/fine-tuning-integrity"),
      pack: false,
    });
    expect(messages).to.deep.equal([]);
    const tarball = createPackageFromTarballData(new Uint8Array(await readFile(installed.tarball)));
    const checked = await checkPackage(tarball, { entrypoints: ENTRIES.map((entry) => `.${entry}`) });
    const problems = checked.types === false ? ["no types"] : checked.problems;
    // Resolution before exports (node10), and require() of a module, are not offered: Node 22 is the oldest.
    const offered = problems.filter((problem) => {
      if (typeof problem === "string") return true;
      if ("resolutionKind" in problem)
        return problem.resolutionKind !== "node10" && problem.resolutionKind !== "node16-cjs";
      return true;
    });
    expect(offered).to.deep.equal([]);
  });
});
