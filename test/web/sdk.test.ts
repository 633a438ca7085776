import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { build } from "vite";
import { findChromium } from "./support/chromium.js";
import { Stage } from "./support/stage.js";

const entry = (name: string): string => JSON.stringify(fileURLToPath(new URL(`../../src/${name}.ts`, import.meta.url)));

/** What a page imports, as a bundler makes it. Names what of Node it had to leave out. */
async function bundle(page: string): Promise<{ readonly code: string; readonly builtIns: string[] }> {
  const name = "\0page";
  const output = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      target: "es2023",
      // The kernels' modules are strings of their own chunks.
      rolldownOptions: { input: name, preserveEntrySignatures: "strict", output: { codeSplitting: false } },
    },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === name ? id : undefined),
        load: (id) => (id === name ? page : undefined),
      },
    ],
  });
  if (Array.isArray(output) || !("output" in output)) throw new Error("the bundler watches");
  const [chunk] = output.output;
  return { code: chunk.code, builtIns: chunk.moduleIds.filter((id) => id.includes("browser-external")) };
}

/** Every entry that runs in a browser, with ethers. */
const EVERYTHING = `
  export * as fti from ${entry("index")}; export * as registry from ${entry("registry")};
  export * as prove from ${entry("prove")}; export * as inspect from ${entry("inspect")};
  export { JsonRpcProvider } from "ethers";`;
/** What a page needs that asks about a model and verifies certificates. */
const CONSUMER = `export { queryModel, verifyCertificate } from ${entry("index")};`;
/** Minified. */
const CONSUMER_BYTES = 300_000;

describe("the library in a bundle for browsers", () => {
  it("has no built-in of Node on its path", async () => {
    const { code, builtIns } = await bundle(EVERYTHING);
    expect(builtIns).to.deep.equal([]);
    expect(code).to.not.match(/from\s*["']node:/u);
  });

  it(`is below ${CONSUMER_BYTES} bytes for a page that asks and verifies`, async () => {
    expect(Buffer.byteLength((await bundle(CONSUMER)).code)).to.be.below(CONSUMER_BYTES);
  });
});

const chromiumPath = findChromium();
if (chromiumPath !== undefined) {
  describe("the library in Chromium", () => {
    const stage = Stage.around(chromiumPath);

    it("finds a model's certificate, and verifies it under the reader's own keys", async () => {
      stage.site.offer("sdk.js", (await bundle(EVERYTHING)).code);
      stage.site.offer(
        "sdk.html",
        "<!doctype html><link rel='icon' href='data:,'><title>A page of somebody else's</title>",
      );
      await stage.page.goto(`${stage.site.url}sdk.html`);
      const { node, scene } = stage;
      const { a: baseModelId, b: modelId } = scene.ids;
      const question = JSON.stringify({ rpc: node.url, registry: scene.registry, modelId, baseModelId });
      const answer: unknown = await stage.page.evaluate(`(async ({ rpc, registry, modelId, baseModelId }) => {
        const { fti, registry: chain, JsonRpcProvider } = await import(new URL("sdk.js", document.baseURI).href);
        const fetched = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
        const srs = await fti.loadSrs(fti.memorySource("srs.ptau", await fetched("srs.ptau")), 2);
        const key = fti.parseVerifyingKey(await (await fetch("nano.vkey.json")).json());
        const client = new fti.DriftRegistryClient(registry, new JsonRpcProvider(rpc), { store: fti.memoryLogStore() });
        const anchors = { srsId: fti.srsId(srs), srs, verifyingKey: ({ name }) => (name === "nano" ? key : undefined) };
        const asked = { registry: client, modelId, question: { baseModelId }, verify: { anchors, insecure: true } };
        const standing = await fti.queryModel({ ...asked, allowDevelopmentKeys: true });
        const lineage = await chain.lineageOf(client.events, modelId);
        const [{ verification }] = standing.certificates;
        return { verdict: standing.verdict, outcome: verification.outcome, models: lineage.models };
      })(${question})`);
      expect(answer).to.deep.equal({
        verdict: "certified",
        outcome: "verified",
        models: [scene.ids.b, scene.ids.a],
      });
    });
  });
}
