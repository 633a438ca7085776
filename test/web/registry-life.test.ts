import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { JsonRpcProvider } from "ethers";
import type { Hex } from "../../src/algebra/hex.js";
import type { DriftRegistryClient } from "../../src/registry/client.js";
import { driftRegistryInterface } from "../../src/registry/abi-values.js";
import { parseCertificate } from "../../src/certificate/certificate-codec.js";
import { runJson } from "../support/cli.js";
import { findChromium } from "./support/chromium.js";
import { OTHER, PUBLISHER } from "./support/scene.js";
import { Stage } from "./support/stage.js";
import { installWallet } from "./support/wallet.js";

const chromiumPath = findChromium();

if (chromiumPath !== undefined) {
  describe("what becomes of certificates, on the explorer page in Chromium", () => {
    const stage = Stage.around(chromiumPath);

    it("never certifies by a revoked certificate, and gives its publisher's reason", async () => {
      const id = stage.scene.certificateId as Hex;
      const revoke = async (registry: DriftRegistryClient, provider: JsonRpcProvider): Promise<void> => {
        const publisher = await provider.getSigner(PUBLISHER);
        await registry.publishMetadata(publisher, id, { uri: "https://example.org/card", contentHash: id });
        const stranger = await provider.getSigner(OTHER);
        await registry.publishMetadata(stranger, id, { uri: "javascript:alert(1)", contentHash: id });
        await registry.revoke(publisher, [id], "the base was stolen <b>");
      };
      await stage.meanwhile(revoke, async () => {
        await stage.open(`#/model/${stage.scene.ids.b}`);
        await stage.state("report").waitFor();
        expect(await stage.state("report").innerText()).to.include("1 revoked");
        expect(await stage.state("certified").count()).to.equal(0);
        expect(await stage.page.getByRole("article").innerText()).to.include("“the base was stolen <b>”");
        await stage.page.locator("svg.lineage a.certificate.ended").waitFor();
        await stage.shoot("model-revoked");
        await stage.open(`#/certificate/${id}`);
        await stage.state("revoked").waitFor();
        expect(await stage.state("revoked").innerText()).to.include("“the base was stolen <b>”");
        await stage.page.getByText("Its publisher 0xf39f").waitFor();
        await stage.page.getByText("Another account").waitFor();
        expect(await stage.page.locator("a.uri").count()).to.equal(1);
        await stage.shoot("certificate-revoked");
        await stage.open(`#/publisher/${PUBLISHER}`);
        await stage.page.getByText("No longer valid: revoked").waitFor();
      });
    });

    it("publishes with an end and an address through the wallet that is chosen, and revokes", async () => {
      await installWallet(stage.context, stage.node.url, OTHER, "Stranger");
      await installWallet(stage.context, stage.node.url, PUBLISHER, "Publisher");
      await stage.newPage();
      await stage.open("#/settings");
      await stage.page.getByLabel("Wallet", { exact: true }).selectOption({ label: "Publisher" });
      await stage.button("Save").click();
      await stage.page.getByText("A drift registry is there").waitFor();
      const undone = async (): Promise<void> => {
        await stage.open("#/publish");
        await stage.page.getByLabel("What to register").setInputFiles(stage.at("b.policy.json"));
        await stage.page.getByLabel("Its base").setInputFiles(stage.at("b.model.json"));
        await stage.button("Register with the wallet").click();
        await stage.page.getByRole("heading", { name: "Registered", exact: true }).waitFor();
        await stage.open("#/publish");
        await stage.page.getByLabel("What to register").setInputFiles(stage.at("c.certificate.json"));
        await stage.page.getByText("Expiry and further information").click();
        await stage.page.getByLabel("Not valid from this day").fill("2100-01-31");
        await stage.page.getByLabel("Address of further information").fill("https://example.org/card.md");
        await stage.button("Register with the wallet").click();
        await stage.page.getByText("the file at that address is not chosen").waitFor();
        await stage.page.getByLabel("The file at that address").setInputFiles(stage.at("a.model.json"));
        await stage.shoot("publish-terms");
        await stage.button("Register with the wallet").click();
        await stage.page.getByRole("link", { name: "Look at the certificate" }).click();
        await stage.page.getByText("Active until 2100-01-31 00:00 UTC").waitFor();
        await stage.page.getByRole("link", { name: "https://example.org/card.md" }).waitFor();
        await stage.page.getByText("Revoke it, as its publisher").click();
        await stage.page.getByLabel("Reason").fill("a mistake");
        await stage.shoot("certificate-revoke");
        await stage.button("Revoke for good").click();
        await stage.state("revoked").waitFor();
        expect(await stage.state("revoked").innerText()).to.include("“a mistake”");
        await stage.open(`#/model/${stage.scene.ids.c}`);
        await stage.state("report").waitFor();
      };
      await stage.meanwhile(() => Promise.resolve(), undone);
    });

    it("adds up how far a model can be from its oldest ancestor, while every certificate on the way is active", async () => {
      const [upper, certificate] = [stage.scene.certificateId as Hex, await stage.place.read("c.certificate.json")];
      const grow = async (registry: DriftRegistryClient, provider: JsonRpcProvider): Promise<void> => {
        const publisher = await provider.getSigner(PUBLISHER);
        const parsed = parseCertificate(certificate, "c.certificate.json");
        await registry.registerPolicy(publisher, parsed);
        await registry.certify(publisher, parsed);
      };
      const drift = stage.page.locator(".part", { hasText: "Lineage" }).last();
      await stage.meanwhile(grow, async () => {
        await stage.open(`#/model/${stage.scene.ids.c}`);
        await drift.getByText("2 certificates above").waitFor();
        expect(await drift.innerText())
          .to.match(/Tiles? \d[^(]*? may differ by a change of L2 norm at most 2\b/u)
          .and.include("INSECURE");
        // The rule over head.weight and that over dense.weight, and the rest.
        expect(await drift.locator(".words li").count()).to.equal(3);
        await stage.page.getByLabel("base.model.json").setInputFiles(stage.at("a.model.json"));
        await drift.getByText("head.weight").waitFor();
        expect(await drift.locator(".words").innerText())
          .to.match(/"head.weight"\) may differ by a change of L2 norm at most 2 /u)
          .and.match(/"dense.weight"\) may differ by a change of L2 norm at most 2 /u);
        await stage.shoot("model-drift");

        // A node that puts another certificate on the way.
        await stage.page.route(`${stage.node.url}/**`, async (route) => {
          const selector = driftRegistryInterface.getFunction("ancestors")?.selector ?? "";
          if (!(route.request().postData() ?? "").includes(selector)) return route.continue();
          const response = await route.fetch();
          return route.fulfill({
            response,
            body: (await response.text()).replace(stage.scene.ids.a.slice(2), stage.scene.ids.c.slice(2)),
          });
        });
        await stage.open(`#/model/${stage.scene.ids.c}`);
        await drift.getByText("does not lead there").waitFor();
      });
      const revoke = async (registry: DriftRegistryClient, provider: JsonRpcProvider): Promise<void> => {
        await grow(registry, provider);
        await registry.revoke(await provider.getSigner(PUBLISHER), [upper], "a mistake");
      };
      await stage.page.unrouteAll();
      await stage.meanwhile(revoke, async () => {
        await stage.open(`#/model/${stage.scene.ids.c}`);
        await drift.getByText("it is revoked").waitFor();
        expect(await drift.innerText()).to.include("Nothing bounds how far it is");
        expect(await drift.locator(".words").count()).to.equal(0);
        await stage.shoot("model-drift-revoked");
      });
    });

    it("fetches a manifest from IPFS through the reader's gateway, after a click, and checks its hash", async () => {
      const model = await stage.place.read("a.model.json");
      stage.site.offer("ipfs/bafyright/model.json", model);
      const cnn = fileURLToPath(new URL("../fixtures/cnn/base.safetensors", import.meta.url));
      await runJson(["commit", cnn, "--tier", "nano", "-o", stage.at("cnn.json")]);
      stage.site.offer("ipfs/bafywrong", await stage.place.read("cnn.json"));
      const publish = async (registry: DriftRegistryClient, provider: JsonRpcProvider): Promise<void> => {
        const id = stage.scene.ids.a as Hex;
        const manifestHash = (await registry.getModel(id))?.manifestHash as Hex;
        for (const uri of ["ipfs://bafyright/model.json", "ipfs://bafywrong"]) {
          await registry.publishMetadata(await provider.getSigner(OTHER), id, { uri, contentHash: manifestHash });
        }
      };
      const asked: string[] = [];
      stage.page.on("request", (request) => asked.push(request.url()));
      await stage.meanwhile(publish, async () => {
        await stage.open(`#/certificate/${stage.scene.certificateId}`);
        await stage.page.getByText("name a gateway in").waitFor();
        await stage.open("#/settings");
        await stage.page.getByLabel("IPFS gateway").fill(stage.site.url);
        await stage.button("Save").click();
        await stage.open(`#/certificate/${stage.scene.certificateId}`);
        await stage.page.getByRole("button", { name: "Fetch it from" }).nth(1).waitFor();
        expect(asked.filter((url) => url.includes("/ipfs/"))).to.deep.equal([]);
        await stage.page.getByRole("button", { name: "Fetch it from" }).nth(1).click();
        await stage.page.getByText("is another model's manifest").waitFor();
        await stage.page.getByRole("button", { name: "Fetch it from" }).nth(0).click();
        await stage.page.getByText("Weights are compared in steps").first().waitFor();
      });
    });
  });
}
