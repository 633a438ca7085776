import { mkdir } from "node:fs/promises";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import type { Hex } from "../../../src/algebra/hex.js";
import { DriftRegistryClient } from "../../../src/registry/client.js";
import { Workplace } from "../../support/cli.js";
import { startRpcNode, type RpcNode } from "../../support/rpc-node.js";
import { launchChromium } from "./chromium.js";
import { setScene, type Scene } from "./scene.js";
import { buildSite, serveSite, type Site } from "./site.js";

/** A folder for pictures of what was tested, to be looked at; none are taken without. */
const SHOTS = process.env["FTI_WEB_SHOTS"];

/** The built page in a browser, beside a chain with a scene on it. Its fields are there while tests run. */
export class Stage {
  place!: Workplace;
  node!: RpcNode;
  site!: Site;
  scene!: Scene;
  browser!: Browser;
  context!: BrowserContext;
  page!: Page;
  /** Whatever a page complained about: a refused script, an exception. */
  complaints: string[] = [];

  /** Sets the stage around the tests of the suite that is being described: each has a browser context of its own. */
  static around(chromiumPath: string): Stage {
    const stage = new Stage();
    before(() => stage.#open(chromiumPath));
    beforeEach(async () => {
      stage.complaints = [];
      await stage.openContext();
      await stage.newPage();
    });
    afterEach(async () => {
      for (const each of stage.browser.contexts()) await each.close();
      expect(stage.complaints).to.deep.equal([]);
    });
    after(() => stage.#close());
    return stage;
  }

  at(name: string): string {
    return this.place.path(name);
  }

  state(value: string): Locator {
    return this.page.locator(`[data-state="${value}"]`);
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  async open(fragment: string): Promise<void> {
    // By way of nothing: going from fragment to fragment would load nothing anew.
    await this.page.goto("about:blank");
    await this.page.goto(`${this.site.url}${fragment}`);
  }

  async shoot(name: string): Promise<void> {
    if (SHOTS !== undefined) await this.page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  }

  async openContext(options: BrowserContextOptions = {}): Promise<void> {
    this.context = await this.browser.newContext({ viewport: { width: 1000, height: 800 }, ...options });
    this.context.setDefaultTimeout(60_000);
  }

  async newPage(): Promise<void> {
    this.page = await this.context.newPage();
    this.page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    this.page.on("pageerror", (error) => this.complaints.push(error.message));
  }

  /** What the page's host offers, but for what is changed. */
  offerConfig(changed: Readonly<Record<string, unknown>> = {}): void {
    const files = { srs: "srs.ptau", verifyingKeys: { nano: "nano.vkey.json" } };
    const { registry } = this.scene;
    const host = { rpc: this.node.url, registry, chainId: 31337, keys: "development", ...files, ...changed };
    this.site.offer("config.json", JSON.stringify(host));
  }

  /** Does something on the chain, as its accounts, and undoes it after `look`. */
  async meanwhile(
    change: (registry: DriftRegistryClient, provider: JsonRpcProvider) => Promise<unknown>,
    look: () => Promise<void>,
  ): Promise<void> {
    const provider = new JsonRpcProvider(this.node.url, undefined, { cacheTimeout: -1 });
    const before: unknown = await provider.send("evm_snapshot", []);
    try {
      await change(new DriftRegistryClient(this.scene.registry as Hex, provider), provider);
      await look();
    } finally {
      await provider.send("evm_revert", [before]);
      provider.destroy();
    }
  }

  async #open(chromiumPath: string): Promise<void> {
    if (SHOTS !== undefined) await mkdir(SHOTS, { recursive: true });
    this.place = await Workplace.open();
    this.node = await startRpcNode();
    [this.scene] = await Promise.all([setScene(this.place, this.node), buildSite(this.at("site"))]);
    const { srs, verifyingKey } = this.scene;
    this.site = await serveSite(this.at("site"));
    this.site.offer("srs.ptau", srs);
    this.site.offer("nano.vkey.json", verifyingKey);
    this.offerConfig();
    this.browser = await launchChromium(chromiumPath);
  }

  async #close(): Promise<void> {
    await this.browser.close();
    await this.site.close();
    await this.node.close();
    await this.place.close();
  }
}
