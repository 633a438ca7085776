import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { findAnvil } from "../support/foundry.js";
import { findChromium } from "../web/support/chromium.js";

interface Rehearsal {
  readonly deployment: { readonly chainId: number; readonly insecure: boolean; readonly routes: readonly object[] };
  readonly published: readonly { readonly modelId: string; readonly certificateId?: string }[];
  readonly ancestors: readonly { readonly modelId: string; readonly certificateId: string; readonly status: string }[];
  readonly drift: readonly { readonly maxRank: number; readonly maxNonzeros: string }[];
}

/** Anvil's npm package is for Linux on x64: elsewhere, without one on the PATH, there is nothing to rehearse on. */
if (findAnvil() !== undefined) {
  describe("rehearsal on anvil", () => {
    it("deploys as on a testnet, publishes three generations and tells their lineage", function () {
      this.timeout(600_000);
      const script = fileURLToPath(new URL("../../scripts/rehearsal.ts", import.meta.url));
      const picture = join(tmpdir(), `fti-rehearsal-${process.pid}.png`);
      const photo = findChromium() === undefined ? [] : ["--screenshot", picture];
      const { status, stdout, stderr } = spawnSync(process.execPath, ["--import=tsx", script, "--json", ...photo], {
        encoding: "utf8",
      });
      expect(status, stderr).to.equal(0);
      expect(stderr).to.include("INSECURE").and.to.include("--confirm-chain");
      const { deployment, published, ancestors, drift } = JSON.parse(stdout) as Rehearsal;
      expect(deployment).to.deep.include({ chainId: 17_077_000, insecure: true });
      expect(deployment.routes).to.have.length(1);
      const [base, lora, edit] = published;
      expect(ancestors).to.have.length(2);
      expect(ancestors.map(({ modelId }) => modelId)).to.deep.equal([lora?.modelId, base?.modelId]);
      expect(ancestors.map(({ certificateId }) => certificateId)).to.deep.equal([
        edit?.certificateId,
        lora?.certificateId,
      ]);
      expect(ancestors.every((ancestor) => ancestor.status === "active")).to.equal(true);
      expect(Math.max(...drift.map(({ maxRank }) => maxRank))).to.equal(4);
      expect(drift.every(({ maxNonzeros }) => BigInt(maxNonzeros) <= 200n)).to.equal(true);
      // Its deployments keep no journal, which a second rehearsal in this clone would take up.
      const journal = new URL(`../../ignition/deployments/chain-${deployment.chainId}`, import.meta.url);
      expect(existsSync(journal)).to.equal(false);
      if (photo.length > 0) expect(statSync(picture).size).to.be.above(10_000);
    });
  });
}
