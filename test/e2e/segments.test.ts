import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { copyFile, mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { parseModel } from "../../src/commitment/model-file.js";
import { encodePolicy } from "../../src/policy/policy-file.js";
import { estimateProverMemory } from "../../src/segment/prover-memory.js";
import type { TileRange } from "../../src/policy/rule.js";
import { classTable, fractionBitsOfTile } from "../../src/quantize/class-table.js";
import { flatRule } from "../support/rules.js";
import { spreadRule } from "../../src/policy/spread-rule.js";
import { tileContents } from "../../src/quantize/tile-contents.js";
import { parseCertificate } from "../../src/certificate/certificate-codec.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { runCli, runJson, Workplace } from "../support/cli.js";
import { FaultyDisk } from "../support/full-disk.js";
import { TEST_ARTIFACTS, testSetup } from "../support/nano-setup.js";
import { startRpcNode, type RpcNode } from "../support/rpc-node.js";
import { tinyModel } from "../support/tiny-models.js";

/** Accounts 0 and 1 of every Hardhat node. */
const PUBLISHER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const OTHER = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const JOBS = "2";
/** The tests' setup is one for development. */
const DEVELOPMENT = "--allow-development-keys";

/** One rule for each grid tensor of the tiny model, one for the packed tile: five changed tiles. */
const RULES: readonly TileRange[] = [
  { firstTile: 0, tileCount: 2 },
  { firstTile: 2, tileCount: 2 },
  { firstTile: 4, tileCount: 1 },
];
/** Room for one tile and for two: the second makes three segments. */
const memoryFor = (tiles: number): string => String(estimateProverMemory(TIERS.nano, tiles, Number(JOBS)));

interface SegmentJson {
  segment: { claim: { y: string } };
  [field: string]: unknown;
}

describe("a certificate in a chain of segments, by command line, at tier nano", () => {
  let place: Workplace;
  let node: RpcNode;
  let chain: string[];
  let prove: string[];

  const at = (name: string): string => place.path(name);
  const folder = (): string => at("c.json.segments");
  const readJson = async (name: string): Promise<SegmentJson> => JSON.parse(await place.read(name)) as SegmentJson;
  const exists = (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    );
  /** Writes a segment's file with one field changed. */
  const edited = async (name: string, to: string, change: (part: SegmentJson) => void): Promise<string> => {
    const part = await readJson(name);
    change(part);
    return place.write(to, JSON.stringify(part));
  };
  const expectRefusal = async (argv: readonly string[], ...words: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await runCli(argv);
    expect(exitCode, stderr).to.equal(2);
    for (const word of words) expect(stderr).to.include(word);
  };

  before(async () => {
    await testSetup();
    place = await Workplace.open();
    node = await startRpcNode();
    const { registry } = await runJson(["deploy", "--rpc", node.url, "--tier", "nano", "--account", "0"]);
    chain = ["--rpc", node.url, "--registry", String(registry), "--account", "0"];
    await place.write("a.safetensors", tinyModel(1));
    await place.write(
      "b.safetensors",
      tinyModel(1, () => 1 / 128),
    );
    const commit = ["commit", "--private"];
    await runJson([
      ...commit,
      at("a.safetensors"),
      "--tier",
      "nano",
      "--fraction-bits",
      "7",
      "--pack",
      "together",
      "-o",
      at("a.model.json"),
    ]);
    const base = ["--base", at("a.model.json"), "--base-weights", at("a.safetensors")];
    const secrets = ["--base-secrets", at("a.secrets.json")];
    await runJson([...commit, at("b.safetensors"), ...base, ...secrets, "-o", at("b.model.json")]);
    const { modelId } = parseModel(await place.read("a.model.json"), "a.model.json");
    const { manifest } = parseModel(await place.read("a.model.json"), "a.model.json");
    const classes = classTable(manifest);
    const rules = RULES.map(({ firstTile, tileCount }) =>
      flatRule(firstTile, tileCount, { maxResidualSq: 1n << 40n, unit: fractionBitsOfTile(classes, firstTile) }),
    );
    await place.write("policy.json", encodePolicy({ baseModelId: modelId, rules }));
    prove = [
      ...["prove", ...base, ...secrets, "--tune", at("b.model.json"), "--tune-weights", at("b.safetensors")],
      ...["--tune-secrets", at("b.secrets.json"), "--policy", at("policy.json"), "--registry", String(registry)],
      ...["--chain-id", "31337", "--memory", memoryFor(2), "--jobs", JOBS],
    ];
  });

  after(async () => {
    await node.close();
    await place.close();
  });

  it("shows the plan and proves nothing", async () => {
    const argv = [...prove, "--publisher", PUBLISHER, "-o", at("c.json"), "--plan"];
    const shown = (await runJson(argv)) as { segments: { index: number; rules: number[]; tiles: number }[] };
    expect(shown.segments.map(({ index, rules, tiles }) => ({ index, rules, tiles }))).to.deep.equal([
      { index: 0, rules: [0], tiles: 2 },
      { index: 1, rules: [1], tiles: 2 },
      { index: 2, rules: [2], tiles: 1 },
    ]);
    const inWords = await runCli(argv);
    expect(inWords.stdout).to.include("3 segments").and.to.include("segment 2: 1 tile, rule 2");
    const unbounded = (await runJson([...argv, "--memory", "1TB"])) as { segments: unknown[] };
    expect(unbounded.segments).to.have.length(1);
    expect(await exists(at("c.json"))).to.equal(false);
  });

  it("divides rules where memory is short, and refuses memory that holds no tile, with the numbers", async () => {
    const argv = [...prove, "--publisher", PUBLISHER, "--plan", "--memory"];
    const shown = (await runJson([...argv, memoryFor(1)])) as { segments: { rules: number[] }[] };
    expect(shown.segments.map(({ rules }) => rules)).to.deep.equal([[0], [0], [1], [1], [2]]);
    await expectRefusal([...argv, memoryFor(0)], "a segment: one tile needs", "on 2 threads", "enough for 0");
  });

  it("proves a segment alone, into a file without secrets", async () => {
    const argv = [...prove, "--publisher", PUBLISHER, "--segment", "2", "-o", at("s2.json")];
    const proven = await runJson(argv);
    expect(proven).to.deep.include({ segment: 2, segments: 3, changedTiles: [4], rules: [2] });
    const secrets = JSON.parse(await place.read("b.secrets.json")) as { blindings: string[] };
    const text = await place.read("s2.json");
    for (const blinding of secrets.blindings) expect(text).not.to.include(blinding);
    await expectRefusal(
      [...prove, "--publisher", PUBLISHER, "--segment", "3", "-o", at("s3.json")],
      "no segment 3",
      "has 3",
    );
  });

  it("keeps a finished segment when it is killed, and nothing half-written", async () => {
    await endAfter([...prove, "--publisher", PUBLISHER, "-o", at("c.json")], folder(), "segment-0.json", "SIGKILL");
    expect(await exists(at("c.json"))).to.equal(false);
    await copyFile(join(folder(), "segment-0.json"), at("s0.json"));
    expect((await readJson("s0.json"))["index"]).to.equal(0);
  });

  it("says what is kept, and how to continue, when it is interrupted", async () => {
    const argv = [...prove, "--publisher", PUBLISHER, "-o", at("i.json")];
    const said = await endAfter(argv, at("i.json.segments"), "segment-0.json", "SIGINT");
    expect(said).to.include("Stopped with 1 of 3 segments finished").and.include(at("i.json.segments"));
    expect(said).to.include("run the same command again");
    expect(await readdir(at("i.json.segments"))).to.deep.equal(["segment-0.json"]);
  });

  it("leaves segments of another certificate alone", async () => {
    const argv = [...prove, "--publisher", OTHER, "-o", at("c.json")];
    await expectRefusal(argv, "segment-0.json: is a segment of another certificate", "publisher", "--work");
  });

  it("goes on after the interruption: takes over what is proven, names and proves again what is damaged", async () => {
    const whole = await place.read("s2.json");
    await place.write(join("c.json.segments", "segment-1.json"), whole.slice(0, whole.length / 2));
    await edited("s2.json", join("c.json.segments", "segment-2.json"), ({ segment }) => {
      segment.claim.y = `0x${"00".repeat(31)}01`;
    });
    const { exitCode, stderr } = await runCli([...prove, "--publisher", PUBLISHER, "-o", at("c.json")]);
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).to.match(/segment-0\.json: segment 0 is proven already/u);
    expect(stderr).to.match(/segment-1\.json: is not JSON; segment 1 is proven again/u);
    expect(stderr).to.match(/segment-2\.json: is not valid .*; segment 2 is proven again/u);
    const { segments } = JSON.parse(await place.read("c.json")) as { segments: unknown[] };
    // Blindings are drawn afresh for every proof: an equal one is the same one.
    expect(segments[0]).to.deep.equal((await readJson("s0.json")).segment);
    expect(segments[2]).not.to.deep.equal((await readJson("s2.json")).segment);
    expect(await exists(folder())).to.equal(false);
    await runJson(["verify", at("c.json"), DEVELOPMENT]);
  });

  it("merges only segments that are all there and belong together", async () => {
    await runJson([...prove, "--publisher", PUBLISHER, "--segment", "1", "-o", at("s1.json")]);
    const merge = (...names: readonly string[]): string[] => ["merge", ...names.map(at), "-o", at("merged.json")];
    await expectRefusal(merge("s0.json", "s2.json"), "segment 1 of 3 is missing", "rules 1", "--segment 1");
    await expectRefusal(merge("s0.json", "s1.json", "s0.json", "s2.json"), "segment 0 is there twice");
    await expectRefusal(merge("s0.json", "c.json"), "c.json: format");
    await edited("s1.json", "elsewhere.json", (part) => (part["publisher"] = OTHER));
    await expectRefusal(merge("s0.json", "elsewhere.json", "s2.json"), "elsewhere.json", "publisher");
    await edited("s1.json", "otherwise.json", (part) => (part["plan"] = (part["plan"] as unknown[]).slice(0, 2)));
    await expectRefusal(merge("s0.json", "otherwise.json", "s2.json"), "otherwise.json", "of 2");
    await edited("s1.json", "greedy.json", (part) => {
      const [[use]] = part["plan"] as [[{ maxResidualSq: string }]];
      use.maxResidualSq = "1";
    });
    await expectRefusal(merge("s0.json", "greedy.json", "s2.json"), "greedy.json", "other rules or shares");
    const root = `0x${"11".repeat(32)}`;
    await edited("s1.json", "uprooted.json", (part) => (part["prevMerkleRoot"] = root));
    await expectRefusal(merge("s0.json", "uprooted.json", "s2.json"), "uprooted.json", root);
    await edited("s1.json", "wrong.json", ({ segment }) => (segment.claim.y = `0x${"00".repeat(31)}01`));
    const refused = await runJson(merge("s0.json", "wrong.json", "s2.json"), 1);
    expect(refused["error"]).to.deep.include({ name: "VerificationError" });
    expect(await exists(at("merged.json"))).to.equal(false);
  });

  it("keeps all segments and the old file where there is no room for the certificate", async () => {
    await mkdir(at("d.json.segments"));
    const names = [0, 1, 2].map((index) => `segment-${index}.json`);
    for (const [index, name] of names.entries()) await copyFile(at(`s${index}.json`), at(`d.json.segments/${name}`));
    await place.write("d.json", "old");
    const argv = [...prove, "--publisher", PUBLISHER, "-o", at("d.json"), "--force"];
    const { size } = await stat(at("c.json"));
    for (const room of [0, 1, 4096, size - 200]) {
      const { exitCode, stderr } = await runCli(argv, {}, new FaultyDisk({ room }));
      expect(exitCode, stderr).to.equal(3);
      expect(stderr).to.include("no space left on device").and.include("Stopped with 3 of 3 segments finished");
      expect(await place.read("d.json")).to.equal("old");
      expect(await readdir(at("d.json.segments"))).to.have.members(names);
    }
    // Neither of these has the certificate on the medium: the segments stay as well.
    for (const failing of [{ sync: 0 }, { close: 0 }, { rename: 0 }, { syncFolder: 0 }]) {
      expect((await runCli(argv, {}, new FaultyDisk({ failing }))).exitCode).to.equal(3);
      expect(await place.read("d.json")).to.equal("old");
      expect(await readdir(at("d.json.segments"))).to.have.members(names);
    }
    const { exitCode, stderr } = await runCli(argv);
    expect(exitCode, stderr).to.equal(0);
    expect(await exists(at("d.json.segments"))).to.equal(false);
    await runJson(["verify", at("d.json"), DEVELOPMENT]);
  });

  it("makes of segments from three runs a certificate that the registry takes", async () => {
    await runJson(["merge", at("s2.json"), at("s0.json"), at("s1.json"), "-o", at("merged.json")]);
    await runJson(["register", "model", at("a.model.json"), ...chain]);
    await runJson(["register", "policy", at("policy.json"), "--base", at("a.model.json"), ...chain]);
    await runJson(["register", "certificate", at("merged.json"), ...chain]);
  });

  it("divides one budget for the whole model over segments, which the registry adds up", async () => {
    const { manifest, modelId } = parseModel(await place.read("a.model.json"), "a.model.json");
    const tiles = tileContents(manifest);
    const rules = [spreadRule(tiles, { maxNonzeros: 0n, maxResidualSq: 1n << 60n })];
    await place.write("whole.json", encodePolicy({ baseModelId: modelId, rules }));
    const policyAt = prove.indexOf("--policy") + 1;
    const argv = [...prove.with(policyAt, at("whole.json")), "--publisher", PUBLISHER, "-o", at("w.json")];
    await runJson(argv);
    const { segments } = parseCertificate(await place.read("w.json"), "w.json");
    expect(segments.map(({ uses }) => uses.map(({ ruleIndex }) => ruleIndex))).to.deep.equal([[0], [0], [0]]);
    const shares = segments.flatMap(({ uses }) => uses.map(({ maxResidualSq }) => maxResidualSq));
    expect(shares.reduce((sum, share) => sum + share, 0n)).to.equal(1n << 60n);
    await runJson(["verify", at("w.json"), DEVELOPMENT]);
    await runJson(["register", "policy", at("whole.json"), "--base", at("a.model.json"), ...chain]);
    await runJson(["register", "certificate", at("w.json"), ...chain]);
  });

  /** Runs `fti` as a process and sends it a signal as soon as a file has its name. Returns what it said on stderr. */
  async function endAfter(
    argv: readonly string[],
    directory: string,
    name: string,
    by: "SIGKILL" | "SIGINT",
  ): Promise<string> {
    await mkdir(directory);
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const child = spawn(process.execPath, ["--import=tsx", "src/cli/main.ts", ...argv], {
      cwd: root,
      env: { ...process.env, FTI_HOME: TEST_ARTIFACTS },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const said: string[] = [];
    child.stderr.on("data", (text) => said.push(String(text)));
    const watcher = watch(directory, (_event, changed) => {
      if (changed === name) child.kill(by);
    });
    const signal = await new Promise((resolve) => child.once("close", (_code, ended) => resolve(ended)));
    watcher.close();
    expect(signal, said.join("")).to.equal(by);
    expect(await readdir(directory)).to.include(name);
    return said.join("");
  }
});
