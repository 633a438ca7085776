import hre from "hardhat";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { modelId } from "../../src/commitment/model-id.js";
import { policyId } from "../../src/policy/rule.js";
import { LostTransactionError } from "../../src/errors/errors.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { sendToRegistry } from "../../src/registry/call.js";
import { encodeRegisterModel } from "../../src/registry/encode.js";
import { registerOnce } from "../../src/registry/register-once.js";
import { encodeCertificate } from "../../src/certificate/certificate-codec.js";
import { runCli, runJson, Workplace } from "../support/cli.js";
import { startFlakyNode, type FlakyNode } from "../support/flaky-node.js";
import { expectError } from "../support/rejects.js";
import { startRpcNode, type RpcNode } from "../support/rpc-node.js";
import { deployTestRegistry, type Chain, type TestRegistry } from "./support/chain.js";
import { rule, World } from "./support/world.js";

/** Account 0 of every Hardhat node, which is not secret. */
const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const YEAR = 365;

describe("registering over a connection that fails", () => {
  let place: Workplace;
  let node: RpcNode;
  let flaky: FlakyNode;
  let chain: Chain;
  let registry: TestRegistry;
  let there: string[];
  let own: string[];

  before(async () => {
    await hre.tasks.getTask("build").run({ quiet: true });
    place = await Workplace.open();
    node = await startRpcNode();
    flaky = await startFlakyNode(node.url);
    const provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1, pollingInterval: 100 });
    const [publisher, stranger] = [await provider.getSigner(0), await provider.getSigner(1)];
    const { chainId } = await provider.getNetwork();
    const close = (): Promise<void> => {
      provider.destroy();
      return Promise.resolve();
    };
    chain = { provider, publisher, stranger, chainId, close };
    registry = await deployTestRegistry(chain);
    there = ["--rpc", flaky.url, "--registry", registry.client.address];
    own = [...there, "--account", "0"];
  });
  beforeEach(() => {
    flaky.lose("none");
  });
  after(async () => {
    await chain.close();
    await flaky.close();
    await node.close();
    await place.close();
  });

  /** A world of its own, its policy registered, and the file of a certificate in it. */
  async function certificateFile(seed: string): Promise<string> {
    const world = new World(seed, TIERS.nano, 3, [rule(0, 2)]);
    await registry.client.registerModel(chain.publisher, world.base);
    await registry.client.registerPolicy(chain.publisher, world);
    const certificate = await world.certificate(registry.place, [[{ ruleIndex: 0, tiles: [0] }]]);
    return place.write(`${seed}.certificate.json`, encodeCertificate(certificate));
  }

  for (const [who, account, env] of [
    ["an unlocked account", ["--account", "0"], {}],
    ["a key", [], { FTI_PRIVATE_KEY: KEY }],
  ] as const) {
    it(`finds its own certificate after an answer was lost, sent by ${who}`, async () => {
      const file = await certificateFile(`answer/${String(account.length)}`.replace("/", "-"));
      const argv = ["register", "certificate", file, ...there, ...account];
      flaky.lose("answer");
      const before = flaky.sent;
      const done = await runJson(argv, 0, env);
      expect(done).to.include({ alreadyRegistered: true });
      expect(done["transactionHash"]).to.match(/^0x[0-9a-f]{64}$/u);
      const again = await runCli(argv, env);
      expect(again.exitCode, again.stderr).to.equal(0);
      expect(again.stdout).to.include("registered already").and.include(String(done["transactionHash"]));
      expect(flaky.sent - before).to.equal(1);
      const found = await registry.client.findRegistration(String(done["certificateId"]) as `0x${string}`);
      expect(found?.transactionHash).to.equal(done["transactionHash"]);
    });
  }

  it("says that it is not known where the node is gone, and the same command ends with success", async () => {
    const world = new World("gone", TIERS.nano, 3, [rule(0, 2)]);
    const data = encodeRegisterModel(world.base, "", false);
    flaky.lose("node");
    const provider = new JsonRpcProvider(flaky.url, chain.chainId, { staticNetwork: true, cacheTimeout: -1 });
    try {
      const retry = { attempts: 2, firstDelayMs: 1, maxDelayMs: 1, timeoutMs: 1_000, sleep: () => Promise.resolve() };
      const send = async (): Promise<unknown> =>
        sendToRegistry(await provider.getSigner(0), registry.client.address, data, { retry, lookMs: 50 });
      const find = (): Promise<undefined> => Promise.resolve(undefined);
      await expectError(
        () => registerOnce({ send, find }, { delaysMs: [1, 1], sleep: () => Promise.resolve() }),
        LostTransactionError,
        "whether the transaction was included is not known",
      );
    } finally {
      provider.destroy();
    }
    expect(await registry.client.findRecord("model", modelId(world.base))).to.include({ isRestricted: false });
  });

  it("sends once more what never arrived", async () => {
    const world = new World("never", TIERS.nano, 3, [rule(0, 2)]);
    await registry.client.registerModel(chain.publisher, world.base);
    let finds = 0;
    const id = policyId(world.policy);
    const lost = (): Promise<never> => Promise.reject(new LostTransactionError("lost"));
    const find = async (): Promise<unknown> => {
      finds++;
      return registry.client.findRecord("policy", id);
    };
    const patience = { delaysMs: [1, 2, 3], sleep: () => Promise.resolve() };
    await expectError(() => registerOnce({ send: lost, find }, patience), LostTransactionError);
    expect(finds).to.equal(5);
    const send = (): Promise<unknown> => registry.client.registerPolicy(chain.publisher, world);
    expect((await registerOnce({ send, find })).isNew).to.equal(true);
    expect((await registerOnce({ send, find })).isNew).to.equal(false);
  });

  it("finds what another run registered between the look and the sending", async () => {
    let isThere = false;
    const send = async (): Promise<never> => {
      isThere = true;
      const world = new World("race", TIERS.nano, 3, [rule(0, 2)]);
      await registry.client.registerModel(chain.publisher, world.base);
      return (await registry.client.registerModel(chain.publisher, world.base)) as never;
    };
    const find = (): Promise<string | undefined> => Promise.resolve(isThere ? "there" : undefined);
    expect(await registerOnce({ send, find })).to.deep.equal({ isNew: false, found: "there" });
  });

  it("does not call registered what was registered otherwise", async () => {
    const file = await certificateFile("otherwise");
    const argv = ["register", "certificate", file, ...own];
    const { certificateId } = await runJson([...argv, "--expires", String(YEAR)]);
    const forever = await runCli(argv);
    expect(forever.exitCode).to.equal(0);
    expect(forever.stderr).to.match(/to expire on \d{4}-\d\d-\d\d, not never/u);
    expect((await runCli([...argv, "--expires", String(YEAR)])).stderr).to.not.include("expire");
    const stranger = await runJson([...argv.slice(0, -1), "1"], 0).catch((error: unknown) => String(error));
    expect(JSON.stringify(stranger)).to.not.include('"alreadyRegistered":true');
    await runJson(["revoke", String(certificateId), "--reason", "x", ...own]);
    const revoked = await runJson(argv, 1);
    expect(revoked["error"]).to.deep.include({ errorName: "CertificateAlreadyRegistered" });
    expect(JSON.stringify(revoked)).to.include("revoked");
  });
});
