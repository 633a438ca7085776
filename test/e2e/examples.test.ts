import { expect } from "chai";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import type { Pool } from "../../src/kernels/wasm/pool.js";
import { startEmbeddedChain, type EmbeddedChain } from "../../src/node/embedded-chain.js";
import { createKernelThreads } from "../../src/node/kernel-threads.js";
import { EXAMPLES } from "../../scripts/examples/catalog.js";
import { runExample } from "../../scripts/examples/run-example.js";
import { setStage, type Stage } from "../../scripts/examples/stage.js";
import { examplesTable } from "../../scripts/examples/table.js";
import { testSetup } from "../support/nano-setup.js";

describe("real fine-tunes, with real proofs and a registry", () => {
  let pool: Pool;
  let chain: EmbeddedChain;
  let stage: Stage;

  before(async () => {
    const setups = new Map([
      ["small" as const, await testSetup("small")],
      ["medium" as const, await testSetup("medium")],
    ]);
    pool = await createKernelThreads({ jobs: 2 });
    chain = await startEmbeddedChain();
    stage = await setStage(setups, createWasmBackend(pool), chain.provider);
  });

  after(async () => {
    await chain.close();
    await pool.close();
  });

  for (const example of EXAMPLES) {
    const claims = example.refused.map(({ words }) => words).join(", ");
    it(`${example.name}: ${example.accepted.words}; not ${claims}`, async () => {
      // Throws where anybody decides otherwise than the example says.
      const report = await runExample(example, stage);
      expect(report.accepted.changedTiles > 0).to.equal(true);
      report.refused.forEach((refusal, i) => {
        const { words, forged } = example.refused[i] ?? { words: "", forged: false };
        expect(refusal.prover, words).to.equal("PolicyViolation");
        expect(refusal.circuit !== undefined && refusal.segmentVerifier !== undefined, words).to.equal(forged);
        expect(refusal.verifier, words).to.match(/^segment \d+\/|^rules|^policy|^shares/u);
        expect(refusal.registry, words).to.be.a("string");
        if (forged) expect(refusal.registry, words).to.equal("InvalidGroth16Proof");
      });
      expect(examplesTable([report])).to.include(report.verdict.split(" ")[0]);
    });
  }
});
