import { expect } from "chai";
import { parseCertificate } from "../../src/certificate/certificate-codec.js";
import { findChromium } from "./support/chromium.js";
import { Stage } from "./support/stage.js";

const chromiumPath = findChromium();

if (chromiumPath !== undefined) {
  describe("what the explorer page verifies by itself, in Chromium", () => {
    const stage = Stage.around(chromiumPath);

    /** The consumer's whole check: from files to a verdict. */
    async function checkFile(srs?: string): Promise<void> {
      await stage.open("#/check");
      await stage.page.getByLabel("The model's weights").setInputFiles(stage.at("b.safetensors"));
      await stage.page.getByLabel("The base's model.json").setInputFiles(stage.at("a.model.json"));
      if (srs !== undefined) await stage.page.getByLabel("The registry's SRS").setInputFiles(srs);
      await stage.button("Check this file").click();
    }

    afterEach(() => stage.offerConfig());

    /** Lets the node tell something else of transactions, from the next page on. */
    const lieOfTransactions = (lie: (calldata: string) => string | undefined): Promise<unknown> =>
      stage.page.route(`${stage.node.url}/**`, async (route) => {
        const { method } = JSON.parse(route.request().postData() ?? "{}") as { method?: string };
        if (method !== "eth_getTransactionByHash") return route.continue();
        const response = await route.fetch();
        const answer = (await response.json()) as { result: { input: string } };
        const input = lie(answer.result.input);
        const result = input === undefined ? null : { ...answer.result, input };
        return route.fulfill({ response, body: JSON.stringify({ ...answer, result }) });
      });

    /** Calldata with another value in place of one that is known to be there. */
    const replacing =
      (value: bigint) =>
      (calldata: string): string => {
        const [word, other] = [value, value ^ 1n].map((each) => each.toString(16).padStart(64, "0")) as [
          string,
          string,
        ];
        expect(calldata).to.include(word);
        return calldata.replaceAll(word, other);
      };

    it("checks a file: its id recomputed, its certificate found, its proof verified in a worker", async () => {
      const workers: string[] = [];
      stage.page.on("worker", (worker) => workers.push(worker.url()));
      await checkFile();
      await stage.state("development-keys").waitFor();
      expect(await stage.page.locator(".whole-id").innerText()).to.include(stage.scene.ids.b);
      expect(await stage.state("development-keys").innerText())
        .to.include("INSECURE")
        .and.include("with the keys of this page's host");
      const card = stage.page.getByRole("article");
      expect(await card.innerText())
        .to.include("verified here, under INSECURE keys")
        .and.include("not revoked or superseded since");
      // With the base's manifest at hand the policy is checked against it too.
      expect(await card.locator(".checks li.ok").count()).to.equal(6);
      // One for the id, one for the proof.
      expect(workers.length).to.equal(2);
      await stage.shoot("check-verified");
    });

    it("verifies a certificate on its page, and says what it did not check", async () => {
      await stage.open(`#/certificate/${stage.scene.certificateId}`);
      await stage.button("Verify here").click();
      await stage.state("insecure").waitFor();
      const text = await stage.state("insecure").innerText();
      expect(text).to.include("proves nothing").and.include("the manifest is missing");
      expect(await stage.page.locator(".checks li.ok").count()).to.equal(5);
      await stage.shoot("certificate-verified");
    });

    it("calls a proof invalid that a node has changed, and certifies nothing by it", async () => {
      const { segments } = parseCertificate(await stage.place.read("b.certificate.json"), "b");
      await lieOfTransactions(replacing(segments[0]?.groth16.a.x ?? 0n));
      await checkFile();
      await stage.state("not-certified").waitFor();
      expect(await stage.state("not-certified").innerText()).to.include("is INVALID: segment 0");
      expect(await stage.page.getByRole("article").innerText()).to.include("INVALID: segment 0");
      for (const state of ["certified", "development-keys"]) expect(await stage.state(state).count()).to.equal(0);
      await stage.shoot("check-invalid");
      await stage.open(`#/certificate/${stage.scene.certificateId}`);
      await stage.button("Verify here").click();
      await stage.state("invalid").waitFor();
      await stage.shoot("certificate-invalid");
    });

    it("could not check where a node tells of other models, or keeps the transaction to itself", async () => {
      const { base } = parseCertificate(await stage.place.read("b.certificate.json"), "b");
      for (const [lie, words] of [
        [replacing(BigInt(base.merkleRoot)), "is not in its transaction"],
        [() => undefined, "does not have the transaction"],
      ] as const) {
        await stage.newPage();
        await lieOfTransactions(lie);
        await checkFile();
        await stage.state("could-not-check").waitFor();
        expect(await stage.state("could-not-check").innerText()).to.include(words);
        for (const state of ["certified", "development-keys"]) expect(await stage.state(state).count()).to.equal(0);
        await stage.open(`#/certificate/${stage.scene.certificateId}`);
        await stage.button("Verify here").click();
        await stage.state("could-not-check").waitFor();
        expect(await stage.state("could-not-check").innerText()).to.include(words);
      }
      await stage.shoot("certificate-could-not-check");
    });

    it("could not check under keys that the host offers and does not have, or that are not the registry's", async () => {
      const key = JSON.parse(stage.scene.verifyingKey) as { IC: unknown[] };
      stage.site.offer("other.vkey.json", JSON.stringify({ ...key, IC: [...key.IC].reverse() }));
      for (const [nano, words] of [
        ["missing.vkey.json", "answers 404"],
        ["other.vkey.json", "that is not in your setup"],
      ] as const) {
        stage.offerConfig({ verifyingKeys: { nano } });
        await checkFile();
        await stage.state("could-not-check").waitFor();
        expect(await stage.state("could-not-check").innerText()).to.include(words);
        for (const state of ["certified", "development-keys"]) expect(await stage.state(state).count()).to.equal(0);
      }
      // The browser itself reports what is missing.
      stage.complaints = stage.complaints.filter((text) => !text.includes("404"));
    });

    it("says that it verified nothing where the host offers no keys", async () => {
      stage.offerConfig({ srs: undefined, verifyingKeys: undefined });
      await checkFile(await stage.place.write("own.ptau", stage.scene.srs));
      await stage.state("development-keys").waitFor();
      expect(await stage.state("development-keys").innerText()).to.include("Proofs were not verified here");
      expect(await stage.page.getByRole("article").innerText()).to.include("Its proof was not verified here");
      await stage.open(`#/certificate/${stage.scene.certificateId}`);
      await stage.page.getByRole("link", { name: "verify the certificate's file" }).waitFor();
      expect(await stage.button("Verify here").count()).to.equal(0);
    });

    it("stays loud about development keys when somebody else's registry uses them", async () => {
      // The host's word is about another registry; its keys are the same, and are known.
      stage.offerConfig({ registry: `0x${"22".repeat(20)}` });
      await stage.open("#/settings");
      await stage.page.getByLabel("Address of the registry").fill(stage.scene.registry);
      await stage.button("Save").click();
      await stage.page.getByText("A drift registry is there").waitFor();
      await checkFile();
      await stage.state("development-keys").waitFor();
      expect(await stage.state("development-keys").innerText()).to.include("INSECURE");
      await stage.open(`#/certificate/${stage.scene.certificateId}`);
      await stage.button("Verify here").click();
      await stage.state("insecure").waitFor();
    });

    for (const [name, options] of [
      ["dark", { colorScheme: "dark" }],
      ["phone", { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
    ] as const) {
      it(`shows it on a ${name} screen, no wider than that`, async () => {
        await stage.openContext(options);
        await stage.newPage();
        await stage.open(`#/certificate/${stage.scene.certificateId}`);
        await stage.button("Verify here").click();
        await stage.state("insecure").waitFor();
        const isWider = "document.documentElement.scrollWidth > window.innerWidth";
        expect(await stage.page.evaluate(isWider)).to.equal(false);
        await stage.shoot(`${name}-certificate-verified`);
        await checkFile();
        await stage.state("development-keys").waitFor();
        expect(await stage.page.evaluate(isWider)).to.equal(false);
        await stage.shoot(`${name}-check-verified`);
      });
    }
  });
}
