import { expect } from "chai";
import { runCli, runJson, Workplace } from "../support/cli.js";
import { testSetup } from "../support/nano-setup.js";
import { startRpcNode, type RpcNode } from "../support/rpc-node.js";
import { tinyModel } from "../support/tiny-models.js";

/** Accounts 0 and 1 of every Hardhat node. */
const PUBLISHER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const OTHER = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

/** The tests' setup is one for development. */
const DEVELOPMENT = "--allow-development-keys";

describe("a consumer's question, by command line, at tier nano", () => {
  let place: Workplace;
  let node: RpcNode;
  let registry: string;
  let chain: string[];

  const at = (name: string): string => place.path(name);

  before(async () => {
    await testSetup();
    place = await Workplace.open();
    node = await startRpcNode();
    registry = String((await runJson(["deploy", "--rpc", node.url, "--tier", "nano", "--account", "0"]))["registry"]);
    chain = ["--rpc", node.url, "--registry", registry];
    await place.write("a.safetensors", tinyModel(1));
    const changed = tinyModel(1, (name, i) => (name === "head.weight" && i % 3 === 0 ? 1 / 4 : 0));
    await place.write("b.safetensors", changed);
    const base = ["--base", at("a.model.json")];
    const baseWeights = ["--base-weights", at("a.safetensors")];
    await runJson(["commit", at("a.safetensors"), "--tier", "nano", "-o", at("a.model.json")]);
    await runJson(["commit", at("b.safetensors"), ...base, ...baseWeights, "-o", at("b.model.json")]);
    const policy = ["policy", "norm", ...base, "--max-norm", "4", "--tensor", "head.weight"];
    await runJson([...policy, "-o", at("a.policy.json")]);
    await runJson([
      ...["prove", ...base, ...baseWeights, "--tune", at("b.model.json"), "--tune-weights", at("b.safetensors")],
      ...["--policy", at("a.policy.json"), "--registry", registry, "--chain-id", "31337"],
      ...["--publisher", PUBLISHER, "-o", at("b.certificate.json")],
    ]);
    const account = [...chain, "--account", "0"];
    await runJson(["register", "model", at("a.model.json"), ...account]);
    await runJson(["register", "policy", at("a.policy.json"), ...base, ...account]);
    await runJson(["register", "certificate", at("b.certificate.json"), ...account]);
  });

  after(async () => {
    await node.close();
    await place.close();
  });

  it("answers a question, and without one gives a report that no gate takes for a yes", async () => {
    const [tuned, baseWeights] = [at("b.safetensors"), at("a.safetensors")];
    const manifest = ["--certificate", at("b.certificate.json")];
    const report = await runJson(["query", tuned, ...manifest, ...chain], 4);
    expect(report).to.include({ verdict: "report", isCertified: false });
    const question = ["query", tuned, "--base", at("a.model.json"), ...chain, DEVELOPMENT];
    expect((await runJson([...question, "--publisher", PUBLISHER]))["verdict"]).to.equal("certified");
    const strangers = await runJson([...question, "--publisher", OTHER], 1);
    expect((strangers["reasons"] as string[]).join()).to.include("you do not accept");
    expect((await runJson([...question, "--frozen", "dense.weight"]))["verdict"]).to.equal("certified");
    expect((await runJson([...question, "--frozen", "head.weight"], 1))["verdict"]).to.equal("not-certified");
    expect((await runJson([...question, "--within", at("a.policy.json")]))["verdict"]).to.equal("certified");
    expect((await runJson([...question, "--within", "bitfit"], 1))["verdict"]).to.equal("not-certified");
    expect((await runJson([...question, "--max-drift", "5%"], 2))["error"]).to.have.property("name", "InputError");
    const measured = [...question, "--base-weights", baseWeights, "--max-drift"];
    expect((await runJson([...measured, "0.001%"], 1))["verdict"]).to.equal("not-certified");
    expect((await runCli([...measured, "5"])).exitCode).to.equal(2);
    const said = await runCli([...question, "--base-weights", baseWeights]);
    expect(said.stdout).to.match(/^Certified: at most [\d.]+ % of the base's norm/u);
    expect(said.stdout).to.include("DEVELOPMENT KEYS");
    const wrong = await runJson([...question, "--base-weights", tuned], 2);
    expect((wrong["error"] as { message: string }).message).to.include("are not those of model");
    const { modelId } = JSON.parse(await place.read("a.model.json")) as { modelId: string };
    const byId = ["--base", modelId, ...manifest];
    expect((await runJson(["query", tuned, ...byId, ...chain, DEVELOPMENT]))["verdict"]).to.equal("certified");
    expect((await runJson(["query", tuned, "--base", modelId, ...chain], 2))["error"]).to.have.property("remedy");
    const self = await runCli(["query", baseWeights, "--base", at("a.model.json"), ...chain, DEVELOPMENT]);
    expect(self.stdout)
      .to.match(/^Certified: this is the base itself/u)
      .and.include("byte for byte");
    const byWeights = ["query", baseWeights, "--base", baseWeights, "--tier", "nano", ...chain, DEVELOPMENT];
    expect((await runJson(byWeights))["verdict"]).to.equal("certified");
  });

  it("knows bases by the names of a trust list, with who may certify from them and where", async () => {
    const trust = ["--trust", at("trust.json")];
    const add = ["trust", "add", "cnn", at("a.model.json"), ...trust];
    await runJson([...add, "--publisher", OTHER, "--registry", registry]);
    expect((await runCli(add)).stderr).to.include("already");
    const ask = ["query", at("b.safetensors"), "--base", "cnn", ...trust, ...chain, DEVELOPMENT];
    expect((await runJson(ask, 1))["verdict"]).to.equal("not-certified");
    await runJson([...add, "--publisher", PUBLISHER, "--registry", registry, "--force"]);
    expect((await runJson(ask))["verdict"]).to.equal("certified");
    expect((await runCli([...ask, "--publisher", OTHER])).exitCode).to.equal(2);
    await runJson([...add, "--registry", OTHER, "--force"]);
    expect((await runCli(ask)).stderr).to.include("you trust cnn only in");
    await runJson(["trust", "remove", "cnn", ...trust]);
    expect((await runCli(ask)).stderr).to.include("is not in the trust list");
  });
});
