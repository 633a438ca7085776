import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { JsonRpcProvider } from "ethers";
import type { Hex } from "../../src/encoding/hex.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { runJson, Workplace } from "../support/cli.js";
import { startRpcNode, type RpcNode } from "../support/rpc-node.js";
import { findChromium, launchChromium } from "./support/chromium.js";
import { OTHER, PUBLISHER, setScene, type Scene } from "./support/scene.js";
import { buildSite, serveSite, type Site } from "./support/site.js";
import { installWallet } from "./support/wallet.js";

const chromiumPath = findChromium();
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
/** A folder for pictures of what was tested, to be looked at; none are taken without. */
const SHOTS = process.env["FTI_WEB_SHOTS"];

/** Sum of the page's layout shifts so far. Those that are known are handed over at once, if there are any. */
const LAYOUT_SHIFT = `new Promise((resolve) => {
  const sum = (list) => resolve(list.getEntries().reduce((total, { value }) => total + value, 0));
  new PerformanceObserver(sum).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(0), 100);
})`;

if (chromiumPath !== undefined) {
  describe("the explorer page in Chromium", () => {
    let place: Workplace;
    let node: RpcNode;
    let site: Site;
    let scene: Scene;
    let browser: Browser;
    let context: BrowserContext;
    let page: Page;
    /** Whatever a page complained about: a refused script, an exception. */
    let complaints: string[] = [];

    const at = (name: string): string => place.path(name);
    const state = (value: string): Locator => page.locator(`[data-state="${value}"]`);
    const button = (name: string): Locator => page.getByRole("button", { name, exact: true });
    const open = async (fragment: string): Promise<void> => {
      // By way of nothing: going from fragment to fragment would load nothing anew.
      await page.goto("about:blank");
      await page.goto(`${site.url}${fragment}`);
    };
    const shoot = async (name: string): Promise<void> => {
      if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
    };
    const openPage = async (options: BrowserContextOptions = {}): Promise<void> => {
      context = await browser.newContext({ viewport: { width: 1000, height: 800 }, ...options });
      context.setDefaultTimeout(60_000);
    };
    const newPage = async (): Promise<void> => {
      page = await context.newPage();
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
    };

    /** Does something on the chain, as its accounts, and undoes it after `look`. */
    const meanwhile = async (
      change: (registry: DriftRegistryClient, provider: JsonRpcProvider) => Promise<unknown>,
      look: () => Promise<void>,
    ): Promise<void> => {
      const provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1 });
      const before: unknown = await provider.send("evm_snapshot", []);
      try {
        await change(new DriftRegistryClient(scene.registry as Hex, provider), provider);
        await look();
      } finally {
        await provider.send("evm_revert", [before]);
        provider.destroy();
      }
    };

    before(async () => {
      if (SHOTS !== undefined) await mkdir(SHOTS, { recursive: true });
      place = await Workplace.open();
      node = await startRpcNode();
      [scene] = await Promise.all([setScene(place, node), buildSite(at("site"))]);
      site = await serveSite(at("site"));
      site.offer("srs.ptau", scene.srs);
      site.offer("nano.vkey.json", scene.verifyingKey);
      const files = { srs: "srs.ptau", verifyingKeys: { nano: "nano.vkey.json" } };
      site.offer(
        "config.json",
        JSON.stringify({ rpc: node.url, registry: scene.registry, chainId: 31337, keys: "development", ...files }),
      );
      browser = await launchChromium(chromiumPath);
    });

    beforeEach(async () => {
      complaints = [];
      await openPage();
      await newPage();
    });

    afterEach(async () => {
      for (const each of browser.contexts()) await each.close();
      expect(complaints).to.deep.equal([]);
    });

    after(async () => {
      await browser.close();
      await site.close();
      await node.close();
      await place.close();
    });

    it("finds a model by its id, in words, and says loudly that its keys are insecure", async () => {
      await open("#/");
      await shoot("home");
      await page.getByLabel("Model id, certificate id").fill(scene.ids.b);
      await page.keyboard.press("Enter");
      await state("certified").waitFor();
      expect(await state("certified").innerText()).to.include("INSECURE");
      expect(new URL(page.url()).hash).to.equal(`#/model/${scene.ids.b}`);
      expect(await page.getByRole("article").innerText()).to.include("frozen");
      await page.locator("svg.lineage a.model").nth(1).waitFor();
      expect(await page.locator("svg.lineage a.model").count()).to.equal(2);
      await shoot("model");
    });

    it("tells not certified, unknown and could-not-check apart", async () => {
      await open(`#/model/${scene.ids.a}`);
      await state("not-certified").waitFor();
      expect(await state("not-certified").innerText()).to.include("it is a base");
      await shoot("model-base");

      await open(`#/model/${scene.ids.c}`);
      await state("not-certified").waitFor();
      expect(await state("not-certified").innerText()).to.include("does not know the model");

      await page.route(`${node.url}/**`, (route) => route.abort());
      await open(`#/model/${scene.ids.b}`);
      await state("could-not-check").first().waitFor();
      expect(await state("certified").count()).to.equal(0);
      expect(await state("not-certified").count()).to.equal(0);
      await shoot("model-offline");
      // The browser itself reports the requests that were cut off here.
      complaints = complaints.filter((text) => !text.includes("ERR_FAILED"));
    });

    it("does not believe a node whose answer has another id", async () => {
      await page.route(`${node.url}/**`, async (route) => {
        const response = await route.fetch();
        const text = await response.text();
        // The publisher in the certificate's record.
        await route.fulfill({ response, body: text.replaceAll(PUBLISHER.slice(2), OTHER.slice(2)) });
      });
      await open(`#/certificate/${scene.certificateId}`);
      await state("could-not-check").waitFor();
      expect(await state("could-not-check").innerText()).to.include("something else about certificate");
    });

    it("does not certify a model by the certificate of another, whatever a node sends", async () => {
      await page.route(`${node.url}/**`, async (route) => {
        // The node answers every search as if all were asked for.
        const body = route.request().postData() ?? "";
        const asked = JSON.parse(body) as { method: string; params: [{ topics?: unknown[] }] };
        if (asked.method !== "eth_getLogs") return route.continue();
        asked.params[0].topics = asked.params[0].topics?.slice(0, 1) ?? [];
        return route.continue({ postData: JSON.stringify(asked) });
      });
      await open(`#/model/${scene.ids.a}`);
      await state("could-not-check").waitFor();
      expect(await state("could-not-check").innerText()).to.include("log that was not asked for");
      expect(await state("certified").count()).to.equal(0);
    });

    it("shows a certificate in tiles, and by the names of tensors once it has the manifest", async () => {
      await open(`#/certificate/${scene.certificateId}`);
      await page.getByRole("heading", { name: "What may have changed" }).waitFor();
      expect(await page.locator("main").innerText())
        .to.include("integer units")
        .and.include("INSECURE");
      await shoot("certificate");
      await page.getByLabel("base.model.json").setInputFiles(at("c.certificate.json"));
      await page.getByRole("heading", { name: "That manifest cannot be used" }).waitFor();
      await page.getByLabel("base.model.json").setInputFiles(at("a.model.json"));
      await page.getByText("Weights are compared in steps").first().waitFor();
      const text = await page.locator("main").innerText();
      expect(text)
        .to.include("head.weight")
        .and.match(/Frozen: \d+ other tiles/u);
      await shoot("certificate-words");
    });

    it("never certifies by a revoked certificate, and gives its publisher's reason", async () => {
      const id = scene.certificateId as Hex;
      const revoke = async (registry: DriftRegistryClient, provider: JsonRpcProvider): Promise<void> => {
        const publisher = await provider.getSigner(PUBLISHER);
        await registry.publishMetadata(publisher, id, { uri: "https://example.org/card", contentHash: id });
        const stranger = await provider.getSigner(OTHER);
        await registry.publishMetadata(stranger, id, { uri: "javascript:alert(1)", contentHash: id });
        await registry.revoke(publisher, [id], "the base was stolen <b>");
      };
      await meanwhile(revoke, async () => {
        await open(`#/model/${scene.ids.b}`);
        await state("not-certified").waitFor();
        expect(await state("not-certified").innerText()).to.include("1 revoked");
        expect(await state("certified").count()).to.equal(0);
        expect(await page.getByRole("article").innerText()).to.include("“the base was stolen <b>”");
        await page.locator("svg.lineage a.certificate.ended").waitFor();
        await shoot("model-revoked");
        await open(`#/certificate/${id}`);
        await state("revoked").waitFor();
        expect(await state("revoked").innerText()).to.include("“the base was stolen <b>”");
        await page.getByText("Its publisher 0xf39f").waitFor();
        await page.getByText("A stranger to it").waitFor();
        expect(await page.locator("a.uri").count()).to.equal(1);
        await shoot("certificate-revoked");
        await open(`#/publisher/${PUBLISHER}`);
        await page.getByText("Not valid any more: revoked").waitFor();
      });
    });

    it("lists what a publisher has registered, and nothing for others", async () => {
      await open(`#/publisher/${PUBLISHER}`);
      await page.getByRole("heading", { name: "1 certificate" }).waitFor();
      await shoot("publisher");
      await open(`#/publisher/${OTHER}`);
      await page.getByRole("heading", { name: "No certificates" }).waitFor();
    });

    it("recomputes the id of files in a worker and matches it", async () => {
      await open("#/check");
      await page.getByLabel("The model's weights").setInputFiles(at("b.safetensors"));
      await page.getByLabel("The base's model.json").setInputFiles(at("a.model.json"));
      await shoot("check-form");
      await button("Recompute the id").click();
      await state("certified").waitFor();
      expect(await page.locator(".whole-id").innerText()).to.include(scene.ids.b);
      expect(await page.locator("main").innerText()).to.match(/wasm (fused|plain) kernels/u);
      await shoot("check-certified");
    });

    it("recomputes the id of a real CNN as the command line does, which nobody has registered", async () => {
      const committed = await runJson([
        "commit",
        fixture("cnn/base.safetensors"),
        "--tier",
        "nano",
        "-o",
        at("cnn.json"),
      ]);
      await open("#/check");
      await page.getByLabel("The model's weights").setInputFiles(fixture("cnn/base.safetensors"));
      await page.getByLabel("The weights are").selectOption("nano");
      await button("Recompute the id").click();
      await state("not-certified").waitFor();
      expect(await page.locator(".whole-id").innerText()).to.include(String(committed["modelId"]));
    });

    it("refuses weights that do not fit the base, another SRS, and a damaged one", async () => {
      const check = async (weights: string, srs?: string): Promise<string> => {
        await open("#/check");
        await page.getByLabel("The model's weights").setInputFiles(weights);
        await page.getByLabel("The base's model.json").setInputFiles(at("a.model.json"));
        if (srs !== undefined) await page.getByLabel("The registry's SRS").setInputFiles(srs);
        await button("Recompute the id").click();
        await page.getByRole("heading", { name: "The id could not be recomputed" }).waitFor();
        return page.locator(".notice.bad").innerText();
      };
      expect(await check(fixture("cnn/base.safetensors"))).to.include("base.safetensors");
      expect(await check(at("b.safetensors"), at("a.safetensors"))).to.include("a.safetensors");
      const damaged = Uint8Array.from(scene.srs);
      // Swaps two points behind the first two: all of them stay on the curve, and the SRS's id stays the same.
      const points = pointsOf(damaged);
      const tenth = damaged.slice(points + 640, points + 704);
      damaged.copyWithin(points + 640, points + 704, points + 768);
      damaged.set(tenth, points + 704);
      expect(await check(at("b.safetensors"), await place.write("damaged.ptau", damaged))).to.include("is damaged");
    });

    it("shows progress, and ends the work when it is cancelled", async () => {
      await open("#/check");
      await page.getByLabel("The model's weights").setInputFiles(fixture("transformer/base.safetensors"));
      await page.getByLabel("The weights are").selectOption("nano");
      await button("Recompute the id").click();
      await page.getByText(/committing tiles: \d+ of \d+/u).waitFor();
      await shoot("check-progress");
      const [worker] = page.workers();
      const ended = new Promise((resolve) => worker?.once("close", resolve));
      await button("Cancel").click();
      await page.getByRole("heading", { name: "Cancelled" }).waitFor();
      await ended;
      expect(await button("Recompute the id").isEnabled()).to.equal(true);
    });

    it("verifies a certificate's file and lists every check; a changed one is invalid", async () => {
      await open("#/verify");
      await page.getByLabel("The certificate").setInputFiles(at("c.certificate.json"));
      await button("Verify").click();
      await state("insecure").waitFor();
      expect(await page.locator(".checks li.ok").count()).to.equal(4);
      await page.getByText("It is not registered").waitFor();
      await shoot("verify-valid");

      const text = await place.read("c.certificate.json");
      await place.write("changed.json", text.replaceAll(PUBLISHER, OTHER));
      await open("#/verify");
      await page.getByLabel("The certificate").setInputFiles(at("changed.json"));
      await button("Verify").click();
      await state("invalid").waitFor();
      expect(await state("invalid").innerText()).to.include("groth16");
      await shoot("verify-invalid");
    });

    it("publishes through a wallet, and the lineage grows by it", async () => {
      await installWallet(context, node.url, PUBLISHER);
      await newPage();
      for (const [file, name] of [
        ["b.policy.json", "A policy"],
        ["c.certificate.json", "A certificate"],
      ] as const) {
        await open("#/publish");
        await page.getByLabel("What to register").setInputFiles(at(file));
        await page.getByText(name, { exact: true }).waitFor();
        await shoot(`publish-${file}`);
        await button("Register with the wallet").click();
        await page.getByRole("heading", { name: "Registered", exact: true }).waitFor();
      }
      await page.getByRole("link", { name: "Look at the certificate" }).click();
      await page.getByRole("heading", { name: "What may have changed" }).waitFor();
      await open(`#/model/${scene.ids.b}`);
      await page.locator("svg.lineage a.model").nth(2).waitFor();
      expect(await page.locator("svg.lineage a.model").count()).to.equal(3);
      expect(await page.locator("svg.lineage a.certificate").count()).to.equal(2);
      // By keyboard: to the model at the end of the line.
      await page.locator(`svg.lineage a.model[href$="${scene.ids.c}"]`).focus();
      await page.keyboard.press("Enter");
      await page.waitForURL(`**/#/model/${scene.ids.c}`);
      await state("certified").waitFor();
      await shoot("lineage");
    });

    it("refuses a certificate of another publisher before the wallet is asked to pay", async () => {
      await installWallet(context, node.url, OTHER);
      await newPage();
      await open("#/publish");
      await page.getByLabel("What to register").setInputFiles(at("b.certificate.json"));
      await button("Register with the wallet").click();
      await page.getByRole("heading", { name: "Not registered" }).waitFor();
      expect(await page.locator(".notice.bad").innerText()).to.include(PUBLISHER);
    });

    it("is reached by keyboard alone: past the navigation, into the search, and on", async () => {
      await open("#/");
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.className")).to.equal("skip");
      await page.keyboard.press("Enter");
      expect(await page.evaluate("document.activeElement.id")).to.equal("main");
      expect(await page.locator("h1").innerText()).to.include("How far");
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.id")).to.equal("search");
      await page.keyboard.type("0x12");
      await page.keyboard.press("Enter");
      await page.getByText("That has 2 hex digits").waitFor();
      await page.getByLabel("Model id, certificate id").fill(scene.certificateId);
      await page.keyboard.press("Enter");
      await page.waitForURL(`**/#/certificate/${scene.certificateId}`);
    });

    it("keeps settings, refuses addresses that are none, and forgets them", async () => {
      await open("#/settings");
      await page.getByText("A drift registry is there, on chain 31337").waitFor();
      await shoot("settings");
      await page.getByLabel("Address of the registry").fill("0x12");
      await button("Save").click();
      await page.getByText("is not an address").waitFor();
      await page.getByLabel("Address of the registry").fill(OTHER);
      await button("Save").click();
      await page.getByText("there is no drift registry at").waitFor();
      await open(`#/model/${scene.ids.b}`);
      await state("could-not-check").first().waitFor();
      await open("#/settings");
      await button("Use the host's settings").click();
      await page.getByText("A drift registry is there").waitFor();
    });

    for (const [name, options] of [
      ["dark", { colorScheme: "dark" }],
      ["phone", { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
    ] as const) {
      it(`fits a ${name} screen: nothing is wider than it`, async () => {
        await openPage(options);
        await newPage();
        for (const [title, fragment] of [
          ["home", "#/"],
          ["model", `#/model/${scene.ids.b}`],
          ["certificate", `#/certificate/${scene.certificateId}`],
          ["publisher", `#/publisher/${PUBLISHER}`],
          ["check", "#/check"],
          ["verify", "#/verify"],
          ["publish", "#/publish"],
          ["settings", "#/settings"],
          ["nowhere", "#/nowhere"],
        ] as const) {
          await open(fragment);
          await page.locator("main h1").waitFor();
          await page.locator("[aria-busy]").first().waitFor({ state: "detached" });
          const isWider = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
          expect(isWider, title).to.equal(false);
          // Chromium's own measure; what comes in later must not move what is read. 0.1 counts as good.
          const shift = Number(await page.evaluate(LAYOUT_SHIFT));
          expect(shift < 0.02, `${title} moved by ${shift}`).to.equal(true);
          await shoot(`${name}-${title}`);
        }
      });
    }
  });
} else {
  describe("the explorer page", () => {
    it("builds; it is not driven, because this machine has no Chromium (FTI_CHROMIUM names one)", async () => {
      const place = await Workplace.open();
      await buildSite(place.path("site"));
      const names = await place.names();
      expect(names).to.include("site");
      expect(await place.read("site/index.html")).to.include("Content-Security-Policy");
      await place.close();
    });
  });
}

/** Offset of the powers of τ in G1 in a `.ptau` file: section 2. */
function pointsOf(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset);
  let offset = 12;
  for (let i = 0; i < view.getUint32(8, true); i++) {
    if (view.getUint32(offset, true) === 2) return offset + 12;
    offset += 12 + Number(view.getBigUint64(offset + 4, true));
  }
  throw new Error("the file has no powers of tau");
}
