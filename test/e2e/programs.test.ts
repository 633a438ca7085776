import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import hre from "hardhat";
import type { Hex } from "../../src/algebra/hex.js";
import { connectRpc } from "../../src/node/rpc.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { runJson, Workplace } from "../support/cli.js";
import { TEST_ARTIFACTS, testSetup } from "../support/nano-setup.js";
import { startRpcNode, type RpcNode } from "../support/rpc-node.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const EXAMPLES = `${ROOT}examples/`;

/** Account 0 of every Hardhat node. */
const PUBLISHER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BASE = "test/fixtures/cnn/base.safetensors";
const TUNE = "test/fixtures/cnn/frozen-conv.safetensors";

describe("the example programs", () => {
  let place: Workplace;
  let node: RpcNode;
  let registry: Hex;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    this.timeout(300_000);
    await testSetup();
    await hre.tasks.getTask("build").run({ quiet: true });
    place = await Workplace.open();
    node = await startRpcNode();
    const options = ["--rpc", node.url, "--tier", "nano", "--account", "0"];
    registry = (await runJson(["deploy", ...options], 0))["registry"] as Hex;
    env = { ...process.env, FTI_HOME: TEST_ARTIFACTS, FTI_RPC: node.url, FTI_REGISTRY: registry };
  });

  after(async () => {
    await node.close();
    await place.close();
  });

  /** What a program prints; it must end with that code. */
  async function run(name: string, args: readonly string[], code = 0): Promise<string> {
    const child = spawn(process.execPath, ["--import=tsx", `${EXAMPLES}${name}.ts`, ...args], { cwd: ROOT, env });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (text) => (output += String(text)));
    child.stderr.on("data", (text) => (errors += String(text)));
    const [ended] = (await once(child, "close")) as [number];
    expect(ended, output + errors).to.equal(code);
    return output;
  }

  it("say in their first line what they answer, and are a page at most", () => {
    for (const name of readdirSync(EXAMPLES).filter((file) => file.endsWith(".ts"))) {
      const lines = readFileSync(`${EXAMPLES}${name}`, "utf8").split("\n");
      expect(lines[0], name).to.match(/^\/\/ .*\?/u);
      expect(lines.length, name).to.be.below(66);
    }
  });

  it("publish a fine-tune, check it as a download, gate, watch and verify offline", async function () {
    this.timeout(300_000);
    const certificate = place.path("certificate.json");
    const published = await run("publish", [BASE, TUNE, certificate]);
    const { certificateId, tunedModelId } = JSON.parse(published.trim().split("\n").at(-1) ?? "") as Record<
      string,
      Hex
    >;

    expect(await run("verify-offline", [certificate]))
      .to.include("INSECURE")
      .and.include(`to ${tunedModelId}`);
    expect(await run("check-download", [BASE, TUNE, certificate])).to.match(/^certified/u);
    const other = "test/fixtures/cnn/finetuned.safetensors";
    expect(await run("check-download", [BASE, other, certificate], 1)).to.match(/^not-certified/u);
    expect(await run("gate-deployment", [certificate])).to.equal(
      "the certified model: admitted\na model that nobody certified: ModelNotWithin\n",
    );

    const { provider } = await connectRpc(node.url);
    const client = new DriftRegistryClient(registry, provider);
    await client.revoke(await provider.getSigner(0), [certificateId as Hex], "trained on the wrong data");
    provider.destroy();
    expect(await run("watch-publisher", [PUBLISHER, "0"])).to.match(
      new RegExp(`certified ${tunedModelId}\n.*revoked ${certificateId}\n$`, "u"),
    );
    expect(await run("check-download", [BASE, TUNE, certificate], 1)).to.match(/^not-certified/u);
  });
});
