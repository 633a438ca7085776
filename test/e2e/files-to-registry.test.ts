import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { expect } from "chai";
import { computeAddress } from "ethers";
import type { Hex } from "../../src/algebra/hex.js";
import { connectRpc } from "../../src/node/rpc.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { openEnvelope } from "../../src/certificate/exports/dsse-signature.js";
import type { InTotoStatement } from "../../src/certificate/exports/in-toto-statement.js";
import { fileURLToPath } from "node:url";
import { runCli, runJson, Workplace } from "../support/cli.js";
import { testSetup } from "../support/nano-setup.js";
import { startRpcNode, type RpcNode } from "../support/rpc-node.js";
import { tinyModel } from "../support/tiny-models.js";

/** Accounts 0 and 1 of every Hardhat node. */
const PUBLISHER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const OTHER = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

/** The tests' setup is one for development. */
const DEVELOPMENT = "--allow-development-keys";

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

describe("from files to the registry, by command line, at tier nano", () => {
  let place: Workplace;
  let node: RpcNode;
  let registry: string;
  let chain: string[];

  before(async () => {
    await testSetup();
    place = await Workplace.open();
    node = await startRpcNode();
    const deployed = await runJson(["deploy", "--rpc", node.url, "--tier", "nano", "--account", "0"]);
    registry = String(deployed["registry"]);
    chain = ["--rpc", node.url, "--registry", registry];
  });

  after(async () => {
    await node.close();
    await place.close();
  });

  const at = (name: string): string => place.path(name);
  const prove = (
    base: string,
    tune: string,
    policy: string,
    output: string,
    more: readonly string[] = [],
  ): string[] => [
    ...["prove", "--base", at(`${base}.model.json`), "--tune", at(`${tune}.model.json`), "--policy", at(policy)],
    ...["--registry", registry, "--chain-id", "31337", "--publisher", PUBLISHER, "-o", at(output), ...more],
  ];

  it("certifies a real CNN whose head was tuned, in a chain of segments", async () => {
    const weights = { base: fixture("cnn/base.safetensors"), tuned: fixture("cnn/frozen-conv.safetensors") };
    await runJson(["commit", weights.base, "--tier", "nano", "-o", at("cnn.model.json")]);
    const base = ["--base", at("cnn.model.json")];
    const tuned = await runJson([
      ...["commit", weights.tuned, ...base, "--base-weights", weights.base, "--allow-coarse"],
      ...["-o", at("cnn-tuned.model.json")],
    ]);
    const policy = await runJson([
      ...[
        "policy",
        "norm",
        ...base,
        "--max-norm",
        "20",
        "--tensor",
        "fc.*",
        "--whole-tiles",
        "-o",
        at("cnn.policy.json"),
      ],
    ]);
    expect(policy["words"]).to.be.an("array").that.is.not.empty;
    await runJson(["register", "model", at("cnn.model.json"), ...chain, "--account", "0"]);
    await runJson([
      "register",
      "policy",
      at("cnn.policy.json"),
      "--base",
      at("cnn.model.json"),
      ...chain,
      "--account",
      "0",
    ]);
    const more = ["--base-weights", weights.base, "--tune-weights", weights.tuned];
    const proven = await runJson(prove("cnn", "cnn-tuned", "cnn.policy.json", "cnn.certificate.json", more));
    expect(proven["segments"]).to.be.greaterThan(1);
    // What the change loses by rounding is what commit said.
    expect([proven["loss"], proven["coarse"]]).to.deep.equal([tuned["loss"], tuned["coarse"]]);

    // Its keys are the tests': a gate must not pass by itself.
    const gate = await runCli(["verify", at("cnn.certificate.json"), ...more]);
    expect(gate.exitCode).to.equal(5);
    expect(gate.stdout).to.match(/^Made with development keys: proves nothing/u);
    const verified = await runJson(["verify", at("cnn.certificate.json"), ...more, DEVELOPMENT]);
    expect(verified).to.deep.include({ verdict: "valid", isAboutFiles: { base: true, tuned: true } });
    expect(verified["headline"]).to.match(/^at most [\d.]+ %/u);
    expect(verified["tunedModelId"]).to.equal(tuned["modelId"]);
    expect(verified["checks"]).to.have.length(6);
    const refused = await runJson(
      ["verify", at("cnn.certificate.json"), "--tune-weights", fixture("cnn/finetuned.safetensors")],
      1,
    );
    expect(refused["phase"]).to.equal("tuned model");
    const withFile = ["verify", at("cnn.certificate.json"), "--tune", at("cnn-tuned.model.json"), "--tune-weights"];
    const withBytes = await runJson([...withFile, weights.tuned, DEVELOPMENT]);
    expect(withBytes["valid"]).to.equal(true);
    expect((withBytes["files"] as string[]).join()).to.include("byte for byte the files of the fine-tune");
    const other = await runJson([...withFile, fixture("cnn/finetuned.safetensors")], 1);
    expect(other["phase"]).to.equal("tuned model");
    expect(other["message"]).to.match(/the fine-tuned model: the weights of tile \d+ \("/u);

    await runJson(["register", "certificate", at("cnn.certificate.json"), ...chain, "--account", "0"]);
    const asked = ["query", weights.tuned, ...base, ...chain];
    const refusedKeys = await runCli(asked);
    expect(refusedKeys.exitCode).to.equal(5);
    expect(refusedKeys.stdout).to.match(/^Made with development keys: proves nothing/u);
    const found = await runJson([...asked, DEVELOPMENT]);
    expect(found["modelId"]).to.equal(tuned["modelId"]);
    expect(found).to.include({ verdict: "certified", isVerifiedHere: true });
    const [{ verification }] = found["certificates"] as [{ verification: { outcome: string; notMade: string[] } }];
    expect(verification.outcome).to.equal("verified");
    // With the base's manifest all is checked but what only the node can tell.
    expect(verification.notMade).to.have.length(1);
    const { drift } = found as unknown as { drift: { parts: { part: string }[] } };
    expect(drift.parts.map(({ part }) => part)).to.include("conv");
    const byId = ["query", String(tuned["modelId"]), ...chain];
    const fromBase = [...byId, ...base, DEVELOPMENT];
    expect(await runJson([...fromBase, "--no-verify"])).to.include({ verdict: "certified", isVerifiedHere: false });
    const elsewhere = ["--artifacts", at("no-setup")];
    expect(await runJson([...fromBase, ...elsewhere])).to.include({ verdict: "certified", isVerifiedHere: false });
    const { error } = await runJson([...fromBase, ...elsewhere, "--verify"], 2);
    expect((error as { message: string }).message).to.include("no setup for tier nano");
    const unknown = await runJson(["query", fixture("cnn/finetuned.safetensors"), ...base, ...chain], 1);
    expect(unknown["isCertified"]).to.equal(false);
  });

  it("takes the certificate along as a signed statement and as a part of a model card", async () => {
    const certificate = at("cnn.certificate.json");
    const key = `0x${"77".repeat(32)}`;
    const envelope = ["export", certificate, "--format", "in-toto", "--tune", at("cnn-tuned.model.json"), "--sign"];
    await runJson([...envelope, "-o", at("cnn.intoto.json")], 0, { FTI_PRIVATE_KEY: key });
    const { statement, signers } = openEnvelope(await place.read("cnn.intoto.json"), "cnn.intoto.json");
    expect(signers).to.deep.equal([computeAddress(key).toLowerCase()]);
    const { subject, predicate } = statement as InTotoStatement;
    const verified = await runJson(["verify", certificate, DEVELOPMENT]);
    expect(verified["isAboutFiles"]).to.deep.equal({ base: false, tuned: false });
    expect((verified["files"] as string[]).join()).to.include("No file of the");
    const sha256 = createHash("sha256")
      .update(await readFile(fixture("cnn/frozen-conv.safetensors")))
      .digest("hex");
    expect(subject).to.deep.equal([
      { name: "model", digest: { "fti-model-id-v1": String(verified["tunedModelId"]).slice(2) } },
      { name: "frozen-conv.safetensors", digest: { sha256 } },
    ]);
    expect(predicate).to.deep.include({ policyId: verified["policyId"], insecure: true, registry });

    const card = ["export", certificate, "--format", "model-card", "--link", "https://example.org/c"];
    await runJson([...card, "--base-name", "org/cnn", "-o", at("CARD.md")]);
    const text = await place.read("CARD.md");
    expect(text).to.match(/^---\nbase_model: org\/cnn\nbase_model_relation: finetune\n/u);
    expect(text).to.include(String(verified["tunedModelId"])).and.include("INSECURE");

    const refused = await runCli([...card, "-o", at("CARD2.md")]);
    expect(refused.exitCode).to.equal(2);
    expect(refused.stderr).to.include("--base-name");
    const stranger = ["export", certificate, "--format", "in-toto", "--tune", at("cnn.model.json"), "-o", at("x.json")];
    expect((await runCli(stranger)).exitCode).to.equal(2);
    const unsigned = await runCli([...envelope, "-o", at("y.json")]);
    expect(unsigned.stderr).to.include("FTI_PRIVATE_KEY");
    expect(await place.names()).to.not.include("y.json");
  });

  it("certifies private models without a word of their secrets, and a certified model as the next base", async () => {
    await place.write("a.safetensors", tinyModel(1));
    await place.write(
      "b.safetensors",
      tinyModel(1, (name, i) => (name === "head.weight" && i % 3 === 0 ? 3 / 128 : 0)),
    );
    await place.write(
      "c.safetensors",
      tinyModel(1, (name, i) =>
        name === "head.weight" && i % 3 === 0 ? 3 / 128 : name === "dense.weight" ? 1 / 128 : 0,
      ),
    );
    const printed: string[] = [];
    const say = async (argv: readonly string[]): Promise<void> => {
      const { exitCode, stdout, stderr } = await runCli(argv);
      printed.push(stdout, stderr);
      expect(exitCode, stderr).to.equal(0);
    };
    const commit = (name: string, base?: string): string[] => [
      ...["commit", at(`${name}.safetensors`), "--private", "-o", at(`${name}.model.json`)],
      ...(base === undefined
        ? ["--tier", "nano", "--fraction-bits", "7"]
        : [
            "--base",
            at(`${base}.model.json`),
            "--base-weights",
            at(`${base}.safetensors`),
            "--base-secrets",
            at(`${base}.secrets.json`),
          ]),
    ];
    await say(commit("a"));
    await say(commit("b", "a"));
    await say(commit("c", "b"));
    expect((await stat(at("a.secrets.json"))).mode & 0o777).to.equal(0o600);

    await say(["register", "model", at("a.model.json"), ...chain, "--account", "0"]);
    for (const [base, tune] of [
      ["a", "b"],
      ["b", "c"],
    ] as const) {
      await say([
        "policy",
        "norm",
        "--base",
        at(`${base}.model.json`),
        "--max-norm",
        "2",
        "-o",
        at(`${base}.policy.json`),
      ]);
      await say([
        "register",
        "policy",
        at(`${base}.policy.json`),
        "--base",
        at(`${base}.model.json`),
        ...chain,
        "--account",
        "0",
      ]);
      const inputs = [
        ...["--base-weights", at(`${base}.safetensors`), "--base-secrets", at(`${base}.secrets.json`)],
        ...["--tune-weights", at(`${tune}.safetensors`), "--tune-secrets", at(`${tune}.secrets.json`)],
      ];
      await say(prove(base, tune, `${base}.policy.json`, `${tune}.certificate.json`, inputs));
      const models = ["--base", at(`${base}.model.json`), "--tune", at(`${tune}.model.json`)];
      await say(["verify", at(`${tune}.certificate.json`), ...models, ...inputs, DEVELOPMENT]);
      await say(["register", "certificate", at(`${tune}.certificate.json`), ...chain, "--account", "0"]);
    }

    const secrets = await Promise.all(["a", "b", "c"].map((name) => place.read(`${name}.secrets.json`)));
    const blindings = secrets.flatMap((text) => (JSON.parse(text) as { blindings: string[] }).blindings);
    expect(new Set(blindings).size).to.be.greaterThan(5);
    const published = await Promise.all(
      (await place.names())
        .filter((name) => name.endsWith(".json") && !name.endsWith(".secrets.json"))
        .map((name) => place.read(name)),
    );
    const everything = [...printed, ...published].join("\n").toLowerCase();
    for (const blinding of blindings) {
      expect(everything).not.to.include(blinding.slice(2));
      expect(everything).not.to.include(BigInt(blinding).toString());
    }
  });

  it("refuses a copied certificate and another registry, and registers nothing twice", async () => {
    const copied = await runJson(["register", "certificate", at("b.certificate.json"), ...chain, "--account", "1"], 1);
    expect(copied["error"]).to.deep.include({ name: "RegistryError", errorName: "InvalidGroth16Proof" });
    const twice = await runJson(["register", "certificate", at("b.certificate.json"), ...chain, "--account", "0"]);
    expect(twice).to.include({ alreadyRegistered: true });
    const account = [...chain, "--account", "0"];
    const model = await runJson(["register", "model", at("a.model.json"), ...account]);
    expect(model).to.include({ alreadyRegistered: true });
    expect(model["transactionHash"]).to.match(/^0x[0-9a-f]{64}$/u);
    const policy = ["register", "policy", at("a.policy.json"), "--base", at("a.model.json"), ...account];
    expect(await runJson(policy)).to.include({ alreadyRegistered: true });
    const elsewhere = ["--rpc", node.url, "--registry", OTHER, "--account", "0"];
    const { exitCode, stderr } = await runCli(["register", "certificate", at("b.certificate.json"), ...elsewhere]);
    expect(exitCode).to.equal(2);
    expect(stderr).to.include(registry).and.to.include(OTHER);
  });

  it("tells lineage and lists, and ends certificates for good", async () => {
    const idOf = async (name: string): Promise<string> =>
      (JSON.parse(await place.read(`${name}.model.json`)) as { modelId: string }).modelId;
    const [a, b, c] = await Promise.all(["a", "b", "c"].map(idOf));
    const lineage = (await runJson(["lineage", String(b), ...chain])) as {
      ancestors: { modelId: string; status: string }[];
      children: { tunedModelId: string }[];
      drift: { maxNorm: string }[];
    };
    expect(lineage.ancestors.map(({ modelId }) => modelId)).to.deep.equal([a]);
    expect(lineage.children.map(({ tunedModelId }) => tunedModelId)).to.deep.equal([c]);
    expect(lineage.drift).to.not.have.length(0);
    const words = (await runCli(["lineage", String(c), ...chain])).stdout;
    expect(words).to.include(String(a)).and.include(String(b)).and.include("From the oldest ancestor at most");
    expect((await runJson(["lineage", `0x${"00".repeat(32)}`, ...chain], 2))["error"]).to.deep.include({
      name: "InputError",
    });
    expect((await runCli(["lineage", "0x12", ...chain])).stderr).to.include("64 hex digits");

    type Listed = { certificates: { certificateId: string; tunedModelId: string; status: string }[] };
    const list = async (...argv: string[]): Promise<Listed["certificates"]> =>
      ((await runJson(["list", ...argv, ...chain])) as Listed).certificates;
    const [ofB] = await list("--tuned", String(b));
    const [ofC] = await list("--base", String(b));
    const ofPublisher = (ofC as unknown as { publisher: string }).publisher;
    expect(ofC?.tunedModelId).to.equal(c);
    const mine = await list("--publisher", ofPublisher);
    expect(mine.map(({ certificateId }) => certificateId)).to.include.members([ofB?.certificateId, ofC?.certificateId]);
    expect((await runCli(["list", ...chain])).stderr).to.include("needs --publisher");

    const older = String(ofB?.certificateId);
    const account = [...chain, "--account", "0"];
    const stranger = await runJson(["revoke", older, "--reason", "x", ...chain, "--account", "1"], 1);
    expect(stranger["error"]).to.deep.include({ errorName: "NotThePublisher" });

    // The same fine-tune under another policy, whose certificate takes the first one's place.
    const looser = ["--base", at("a.model.json"), "--max-norm", "3", "-o", at("a3.policy.json")];
    await runJson(["policy", "norm", ...looser]);
    await runJson(["register", "policy", at("a3.policy.json"), "--base", at("a.model.json"), ...account]);
    const weights = (name: string, of: string): string[] => [
      ...[`--${of}-weights`, at(`${name}.safetensors`), `--${of}-secrets`, at(`${name}.secrets.json`)],
    ];
    const inputs = [...weights("a", "base"), ...weights("b", "tune")];
    await runJson(prove("a", "b", "a3.policy.json", "b3.certificate.json", inputs));
    const second = await runJson(["register", "certificate", at("b3.certificate.json"), ...account]);
    const newer = String(second["certificateId"]);
    const statusAbove = async (): Promise<string | undefined> =>
      ((await runJson(["lineage", String(b), ...chain])) as unknown as typeof lineage).ancestors[0]?.status;
    expect((await runJson(["adopt", newer, ...account], 1))["error"]).to.deep.include({
      errorName: "ParentNotReplaced",
    });
    expect((await runJson(["adopt", `0x${"00".repeat(32)}`, ...account], 2))["error"]).to.deep.include({
      name: "InputError",
    });
    await runJson(["supersede", older, newer, ...account]);
    expect((await list("--tuned", String(b))).map(({ status }) => status)).to.deep.equal(["superseded", "active"]);
    expect(await statusAbove()).to.equal("superseded");
    expect((await runCli(["lineage", String(c), ...chain])).stdout).to.include("it is superseded");
    await runJson(["adopt", newer, ...account]);
    expect(await statusAbove()).to.equal("active");
    const [fromA, fromB] = [at("a.model.json"), String(b)].map((base) => ["--base", base, ...chain, DEVELOPMENT]) as [
      string[],
      string[],
    ];
    expect((await runJson(["query", String(b), ...fromA]))["isCertified"]).to.equal(true);
    // Over the model between, and from that one alone.
    const far = await runJson(["query", String(c), ...fromA]);
    expect(far["path"]).to.have.length(2);
    expect((await runJson(["query", String(c), ...fromB]))["path"]).to.have.length(1);

    const reason = ["--reason", "trained on the wrong data"];
    await runJson(["revoke", newer, String(ofC?.certificateId), ...reason, ...account]);
    expect((await runJson(["query", String(b), ...fromA], 1))["isCertified"]).to.equal(false);
    expect((await list("--tuned", String(c)))[0]?.status).to.equal("revoked");
    const query = await runCli(["query", String(c), ...fromA]);
    expect(query.exitCode).to.equal(1);
    expect(query.stdout).to.include("revoked");
  });

  it("lets the registrant of a restricted model say who may certify from it", async () => {
    await place.write("r.safetensors", tinyModel(3));
    await runJson(["commit", at("r.safetensors"), "--tier", "nano", "-o", at("r.model.json")]);
    const account = [...chain, "--account", "0"];
    const { modelId } = await runJson(["register", "model", at("r.model.json"), "--restricted", ...account]);
    const { provider } = await connectRpc(node.url);
    const client = new DriftRegistryClient(registry as Hex, provider);
    const mayDerive = (): Promise<boolean> => client.mayDerive(modelId as Hex, OTHER);
    expect(await mayDerive()).to.equal(false);
    const stranger = ["allow", String(modelId), OTHER, ...chain, "--account", "1"];
    expect((await runJson(stranger, 1))["error"]).to.deep.include({ errorName: "NotTheRegistrant" });
    await runJson(["allow", String(modelId), OTHER, ...account]);
    expect(await mayDerive()).to.equal(true);
    await runJson(["forbid", String(modelId), OTHER, ...account]);
    expect(await mayDerive()).to.equal(false);
    provider.destroy();
    expect((await runCli(["allow", String(modelId), "0x12", ...account])).stderr).to.include("0x12 is not an address");
    const open = (JSON.parse(await place.read("a.model.json")) as { modelId: string }).modelId;
    expect((await runJson(["allow", open, OTHER, ...account], 1))["error"]).to.deep.include({
      errorName: "ModelNotRestricted",
    });
  });

  it("sends nothing to an address without a registry", async () => {
    const elsewhere = ["--rpc", node.url, "--registry", OTHER];
    for (const argv of [
      ["register", "model", at("b.model.json"), ...elsewhere, "--account", "0"],
      ["query", `0x${"00".repeat(32)}`, ...elsewhere],
    ]) {
      const { error } = (await runJson(argv, 2)) as { error: { name: string; message: string } };
      expect(error.name).to.equal("InputError");
      expect(error.message).to.include("no drift registry").and.to.include(OTHER);
    }
  });

  it("says that the sender cannot pay", async () => {
    await place.write("d.safetensors", tinyModel(2));
    await runJson(["commit", at("d.safetensors"), "--tier", "nano", "-o", at("d.model.json")]);
    const key = { FTI_PRIVATE_KEY: "12".repeat(32) };
    const { error } = (await runJson(["register", "model", at("d.model.json"), ...chain], 1, key)) as {
      error: { message: string };
    };
    expect(error.message).to.include("cannot pay");
  });

  it("cannot check when no node answers", async () => {
    const dead = ["--rpc", "http://127.0.0.1:1", "--registry", registry];
    const result = await runJson(["query", `0x${"00".repeat(32)}`, ...dead], 3);
    expect(result["error"]).to.deep.include({ name: "UnavailableError" });
  });

  it("refuses development keys on a public chain", async () => {
    const mainnet = await startRpcNode(1);
    try {
      const { exitCode, stderr } = await runCli(["deploy", "--rpc", mainnet.url, "--tier", "nano", "--account", "0"]);
      expect(exitCode).to.equal(2);
      expect(stderr).to.include("INSECURE").and.to.include("--allow-insecure");
      const model = [
        "register",
        "model",
        at("a.model.json"),
        "--rpc",
        mainnet.url,
        ...["--registry", registry, "--account", "0"],
      ];
      expect((await runCli(model)).exitCode).to.equal(2);
    } finally {
      await mainnet.close();
    }
  });
});
