import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { runJson, Workplace } from "../support/cli.js";
import { findChromium } from "./support/chromium.js";
import { OTHER, PUBLISHER } from "./support/scene.js";
import { buildSite } from "./support/site.js";
import { Stage } from "./support/stage.js";
import { installWallet } from "./support/wallet.js";

const chromiumPath = findChromium();
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** Sum of the page's layout shifts so far. Those that are known are handed over at once, if there are any. */
const LAYOUT_SHIFT = `new Promise((resolve) => {
  const sum = (list) => resolve(list.getEntries().reduce((total, { value }) => total + value, 0));
  new PerformanceObserver(sum).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(0), 100);
})`;

if (chromiumPath !== undefined) {
  describe("the explorer page in Chromium", () => {
    const stage = Stage.around(chromiumPath);

    it("finds a model by its id, in words, and says loudly that its keys are insecure", async () => {
      await stage.open("#/");
      await stage.shoot("home");
      await stage.page.getByLabel("Model id, certificate id").fill(stage.scene.ids.b);
      await stage.page.keyboard.press("Enter");
      await stage.state("report").waitFor();
      expect(await stage.state("report").innerText()).to.include("INSECURE");
      expect(await stage.state("certified").count()).to.equal(0);
      expect(new URL(stage.page.url()).hash).to.equal(`#/model/${stage.scene.ids.b}`);
      expect(await stage.page.getByRole("article").innerText()).to.include("frozen");
      await stage.page.locator("svg.lineage a.model").nth(1).waitFor();
      expect(await stage.page.locator("svg.lineage a.model").count()).to.equal(2);
      await stage.shoot("model");
    });

    it("tells a base, unknown and could-not-check apart", async () => {
      await stage.open(`#/model/${stage.scene.ids.a}`);
      await stage.state("report").waitFor();
      expect(await stage.state("report").innerText()).to.include("it is a base");
      await stage.shoot("model-base");

      await stage.open(`#/model/${stage.scene.ids.c}`);
      await stage.state("report").waitFor();
      expect(await stage.state("report").innerText()).to.include("is not in this registry");

      await stage.page.route(`${stage.node.url}/**`, (route) => route.abort());
      await stage.open(`#/model/${stage.scene.ids.b}`);
      await stage.state("could-not-check").first().waitFor();
      expect(await stage.state("certified").count()).to.equal(0);
      expect(await stage.state("not-certified").count()).to.equal(0);
      await stage.shoot("model-offline");
      // The browser itself reports the requests that were cut off here.
      stage.complaints = stage.complaints.filter((text) => !text.includes("ERR_FAILED"));
    });

    it("does not believe a node whose answer has another id", async () => {
      await stage.page.route(`${stage.node.url}/**`, async (route) => {
        const response = await route.fetch();
        const text = await response.text();
        // The publisher in the certificate's record.
        await route.fulfill({ response, body: text.replaceAll(PUBLISHER.slice(2), OTHER.slice(2)) });
      });
      await stage.open(`#/certificate/${stage.scene.certificateId}`);
      await stage.state("could-not-check").waitFor();
      expect(await stage.state("could-not-check").innerText()).to.include("answers about certificate");
    });

    it("does not certify a model by the certificate of another, whatever a node sends", async () => {
      await stage.page.route(`${stage.node.url}/**`, async (route) => {
        // The node answers every search as if all were asked for.
        const body = route.request().postData() ?? "";
        const asked = JSON.parse(body) as { method: string; params: [{ topics?: unknown[] }] };
        if (asked.method !== "eth_getLogs") return route.continue();
        asked.params[0].topics = asked.params[0].topics?.slice(0, 1) ?? [];
        return route.continue({ postData: JSON.stringify(asked) });
      });
      await stage.open(`#/model/${stage.scene.ids.a}`);
      await stage.state("could-not-check").waitFor();
      expect(await stage.state("could-not-check").innerText()).to.include("log outside the request");
      expect(await stage.state("certified").count()).to.equal(0);
    });

    it("shows a certificate in tiles, and by the names of tensors once it has the manifest", async () => {
      await stage.open(`#/certificate/${stage.scene.certificateId}`);
      await stage.page.getByRole("heading", { name: "What may have changed" }).waitFor();
      expect(await stage.page.locator("main").innerText())
        .to.include("In tiles and integers")
        .and.include("INSECURE");
      await stage.shoot("certificate");
      await stage.page.getByLabel("base.model.json").setInputFiles(stage.at("c.certificate.json"));
      await stage.page.getByRole("heading", { name: "That manifest cannot be used" }).waitFor();
      await stage.page.getByLabel("base.model.json").setInputFiles(stage.at("a.model.json"));
      await stage.page.getByText("Weights are compared in steps").first().waitFor();
      const text = await stage.page.locator("main").innerText();
      expect(text)
        .to.include("head.weight")
        .and.match(/Frozen: \d+ other tiles/u);
      await stage.shoot("certificate-words");
    });

    it("lists what a publisher has registered, and nothing for others", async () => {
      await stage.open(`#/publisher/${PUBLISHER}`);
      await stage.page.getByRole("heading", { name: "1 certificate" }).waitFor();
      await stage.shoot("publisher");
      await stage.open(`#/publisher/${OTHER}`);
      await stage.page.getByRole("heading", { name: "No certificates" }).waitFor();
    });

    it("recomputes the id of files in a worker and matches it", async () => {
      await stage.open("#/check");
      await stage.page.getByLabel("The model's weights").setInputFiles(stage.at("b.safetensors"));
      await stage.page.getByLabel("The base's model.json").setInputFiles(stage.at("a.model.json"));
      await stage.shoot("check-form");
      await stage.button("Check this file").click();
      await stage.state("development-keys").waitFor();
      expect(await stage.page.locator(".whole-id").innerText()).to.include(stage.scene.ids.b);
      expect(await stage.page.locator("main").innerText()).to.match(/wasm (fused|plain) kernels/u);
      await stage.shoot("check-certified");
    });

    it("certifies nothing from a base that the reader did not name, or by a publisher whom they do not accept", async () => {
      for (const [label, value, words] of [
        ["Publishers whose certificates count", OTHER, "whose certificates you do not accept"],
        ["Tensors that must be unchanged", "head.*", "may have changed"],
      ] as const) {
        await stage.open("#/check");
        await stage.page.getByLabel("The model's weights").setInputFiles(stage.at("b.safetensors"));
        await stage.page.getByLabel("The base's model.json").setInputFiles(stage.at("a.model.json"));
        await stage.page.getByText("What you accept").click();
        await stage.page.getByLabel(label).fill(value);
        await stage.button("Check this file").click();
        await stage.state("not-certified").waitFor();
        expect(await stage.state("not-certified").innerText()).to.include(words);
      }
    });

    it("recomputes the id of a real CNN as the command line does, which nobody has registered", async () => {
      const committed = await runJson([
        "commit",
        fixture("cnn/base.safetensors"),
        "--tier",
        "nano",
        "-o",
        stage.at("cnn.json"),
      ]);
      await stage.open("#/check");
      await stage.page.getByLabel("The model's weights").setInputFiles(fixture("cnn/base.safetensors"));
      await stage.page.getByLabel("This is").selectOption("nano");
      await stage.button("Check this file").click();
      await stage.state("report").waitFor();
      expect(await stage.page.locator(".whole-id").innerText()).to.include(String(committed["modelId"]));
    });

    it("refuses weights that do not fit the base, another SRS, and a damaged one", async () => {
      const check = async (weights: string, srs?: string): Promise<string> => {
        await stage.open("#/check");
        await stage.page.getByLabel("The model's weights").setInputFiles(weights);
        await stage.page.getByLabel("The base's model.json").setInputFiles(stage.at("a.model.json"));
        if (srs !== undefined) await stage.page.getByLabel("The registry's SRS").setInputFiles(srs);
        await stage.button("Check this file").click();
        await stage.page.getByRole("heading", { name: "The id could not be recomputed" }).waitFor();
        return stage.page.locator(".notice.bad").innerText();
      };
      expect(await check(fixture("cnn/base.safetensors"))).to.include("base.safetensors");
      expect(await check(stage.at("b.safetensors"), stage.at("a.safetensors"))).to.include("a.safetensors");
      const damaged = Uint8Array.from(stage.scene.srs);
      // Swaps two points behind the first two: all of them stay on the curve, and the SRS's id stays the same.
      const points = pointsOf(damaged);
      const tenth = damaged.slice(points + 640, points + 704);
      damaged.copyWithin(points + 640, points + 704, points + 768);
      damaged.set(tenth, points + 704);
      expect(await check(stage.at("b.safetensors"), await stage.place.write("damaged.ptau", damaged))).to.include(
        "is damaged",
      );
    });

    it("shows progress, and ends the work when it is canceled", async () => {
      await stage.open("#/check");
      await stage.page.getByLabel("The model's weights").setInputFiles(fixture("transformer/base.safetensors"));
      await stage.page.getByLabel("This is").selectOption("nano");
      await stage.button("Check this file").click();
      await stage.page.getByText(/committing tiles: \d+ of \d+/u).waitFor();
      await stage.shoot("check-progress");
      const [worker] = stage.page.workers();
      const ended = new Promise((resolve) => worker?.once("close", resolve));
      await stage.button("Cancel").click();
      await stage.page.getByRole("heading", { name: "Canceled" }).waitFor();
      await ended;
      expect(await stage.button("Check this file").isEnabled()).to.equal(true);
    });

    it("verifies a certificate's file and lists every check; a changed one is invalid", async () => {
      await stage.open("#/verify");
      await stage.page.getByLabel("The certificate").setInputFiles(stage.at("c.certificate.json"));
      await stage.button("Verify").click();
      await stage.state("insecure").waitFor();
      expect(await stage.page.locator(".checks li.ok").count()).to.equal(4);
      await stage.page.getByText("It is not registered").waitFor();
      await stage.shoot("verify-valid");

      const text = await stage.place.read("c.certificate.json");
      await stage.place.write("changed.json", text.replaceAll(PUBLISHER, OTHER));
      await stage.open("#/verify");
      await stage.page.getByLabel("The certificate").setInputFiles(stage.at("changed.json"));
      await stage.button("Verify").click();
      await stage.state("invalid").waitFor();
      expect(await stage.state("invalid").innerText()).to.include("groth16");
      await stage.shoot("verify-invalid");
    });

    it("publishes through a wallet, and the lineage grows by it", async () => {
      await installWallet(stage.context, stage.node.url, PUBLISHER);
      await stage.newPage();
      for (const [file, name] of [
        ["b.policy.json", "A policy"],
        ["c.certificate.json", "A certificate"],
      ] as const) {
        await stage.open("#/publish");
        await stage.page.getByLabel("What to register").setInputFiles(stage.at(file));
        await stage.page.getByText(name, { exact: true }).waitFor();
        if (name === "A policy") {
          await stage.button("Register with the wallet").click();
          await stage.page.getByText("Choose the base's file above").waitFor();
          await stage.page.getByLabel("Its base").setInputFiles(stage.at("b.model.json"));
        }
        await stage.shoot(`publish-${file}`);
        await stage.button("Register with the wallet").click();
        await stage.page.getByRole("heading", { name: "Registered", exact: true }).waitFor();
      }
      await stage.page.getByRole("link", { name: "Look at the certificate" }).click();
      await stage.page.getByRole("heading", { name: "What may have changed" }).waitFor();
      await stage.open(`#/model/${stage.scene.ids.b}`);
      await stage.page.locator("svg.lineage a.model").nth(2).waitFor();
      expect(await stage.page.locator("svg.lineage a.model").count()).to.equal(3);
      expect(await stage.page.locator("svg.lineage a.certificate").count()).to.equal(2);
      // By keyboard: to the model at the end of the line.
      await stage.page.locator(`svg.lineage a.model[href$="${stage.scene.ids.c}"]`).focus();
      await stage.page.keyboard.press("Enter");
      await stage.page.waitForURL(`**/#/model/${stage.scene.ids.c}`);
      await stage.state("report").waitFor();
      await stage.shoot("lineage");
    });

    it("refuses a certificate of another publisher before the wallet is asked to pay", async () => {
      await installWallet(stage.context, stage.node.url, OTHER);
      await stage.newPage();
      await stage.open("#/publish");
      await stage.page.getByLabel("What to register").setInputFiles(stage.at("b.certificate.json"));
      await stage.button("Register with the wallet").click();
      await stage.page.getByRole("heading", { name: "Not registered" }).waitFor();
      expect(await stage.page.locator(".notice.bad").innerText()).to.include(PUBLISHER);
    });

    it("is reached by keyboard alone: past the navigation, into the search, and on", async () => {
      await stage.open("#/");
      await stage.page.keyboard.press("Tab");
      expect(await stage.page.evaluate("document.activeElement.className")).to.equal("skip");
      await stage.page.keyboard.press("Enter");
      expect(await stage.page.evaluate("document.activeElement.id")).to.equal("main");
      expect(await stage.page.locator("h1").innerText()).to.include("How far");
      await stage.page.keyboard.press("Tab");
      expect(await stage.page.evaluate("document.activeElement.id")).to.equal("search");
      await stage.page.keyboard.type("0x12");
      await stage.page.keyboard.press("Enter");
      await stage.page.getByText("That has 2 hex digits").waitFor();
      await stage.page.getByLabel("Model id, certificate id").fill(stage.scene.certificateId);
      await stage.page.keyboard.press("Enter");
      await stage.page.waitForURL(`**/#/certificate/${stage.scene.certificateId}`);
    });

    it("keeps settings, refuses addresses that are none, and forgets them", async () => {
      await stage.open("#/settings");
      await stage.page.getByText("A drift registry is there, on chain 31337").waitFor();
      await stage.shoot("settings");
      await stage.page.getByLabel("Address of the registry").fill("0x12");
      await stage.button("Save").click();
      await stage.page.getByText("is not an address").waitFor();
      await stage.page.getByLabel("Address of the registry").fill(OTHER);
      await stage.button("Save").click();
      await stage.page.getByText("there is no drift registry at").waitFor();
      await stage.open(`#/model/${stage.scene.ids.b}`);
      await stage.state("could-not-check").first().waitFor();
      await stage.open("#/settings");
      await stage.button("Use the host's settings").click();
      await stage.page.getByText("A drift registry is there").waitFor();
    });

    for (const [name, options] of [
      ["dark", { colorScheme: "dark" }],
      ["phone", { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
    ] as const) {
      it(`fits a ${name} screen: nothing is wider than it`, async () => {
        await stage.openContext(options);
        await stage.newPage();
        for (const [title, fragment] of [
          ["home", "#/"],
          ["model", `#/model/${stage.scene.ids.b}`],
          ["certificate", `#/certificate/${stage.scene.certificateId}`],
          ["publisher", `#/publisher/${PUBLISHER}`],
          ["check", "#/check"],
          ["verify", "#/verify"],
          ["publish", "#/publish"],
          ["settings", "#/settings"],
          ["nowhere", "#/nowhere"],
        ] as const) {
          await stage.open(fragment);
          await stage.page.locator("main h1").waitFor();
          await stage.page.locator("[aria-busy]").first().waitFor({ state: "detached" });
          const isWider = await stage.page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
          expect(isWider, title).to.equal(false);
          // Chromium's own measure; what comes in later must not move what is read. 0.1 counts as good.
          const shift = Number(await stage.page.evaluate(LAYOUT_SHIFT));
          expect(shift < 0.02, `${title} moved by ${shift}`).to.equal(true);
          await stage.shoot(`${name}-${title}`);
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
