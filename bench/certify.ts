import { commitModel } from "../src/commitment/commit-model.js";
import { openCommitted } from "../src/commitment/open-committed.js";
import { proveCertificate } from "../src/certificate/prove-certificate.js";
import { spreadRule } from "../src/policy/spread-rule.js";
import { tileContents } from "../src/quantize/tile-contents.js";
import { createSystemRandomFr } from "../src/algebra/random.js";
import type { Backend } from "../src/kernels/backend.js";
import type { Setup } from "../src/node/open-setup.js";
import { certifyCalldataBytes } from "../src/registry/encode.js";
import { verifyCertificate } from "../src/certificate/verify-certificate.js";
import { gridModel } from "./grid-model.js";
import { contextOf, gasOfCertifying, type BenchRegistry } from "./jobs/registration.js";
import type { CertifyTable } from "./report.js";

/** Where certificates are measured. */
export interface CertifyPlace {
  readonly setup: Setup;
  readonly backend: Backend;
  readonly chain: BenchRegistry;
}

/** What one certificate costs. */
export type CertifyCost = CertifyTable["byTiles"][number];

/** Proves, verifies and registers a certificate over the first `changedTiles` tiles of a model of `modelTiles`. */
export async function measureCertify(
  { setup, backend, chain }: CertifyPlace,
  modelTiles: number,
  changedTiles: number,
): Promise<CertifyCost> {
  const { tier, srs, artifacts } = setup;
  const common = { tier, srs, insecure: artifacts.insecure, backend };
  const models = [await gridModel(tier.n, modelTiles, 0), await gridModel(tier.n, modelTiles, changedTiles)] as const;
  const base = openCommitted((await commitModel({ ...common, model: models[0] })).committed, models[0]);
  const tuned = openCommitted((await commitModel({ ...common, model: models[1], base })).committed, models[1]);
  const contents = tileContents(base.committed.manifest).slice(0, tier.slots);
  const rule = spreadRule(contents, { maxNonzeros: 0n, maxResidualSq: 2n ** 60n });
  const policy = { baseModelId: base.committed.modelId, rules: [rule] };

  const proveStart = performance.now();
  const certificate = await proveCertificate({
    ...common,
    base,
    tuned,
    policy,
    context: await contextOf(chain),
    artifacts: setup.proving,
    randomFr: createSystemRandomFr(),
  });
  const verifyStart = performance.now();
  const result = verifyCertificate(certificate, setup.anchors);
  const end = performance.now();
  if (!result.valid) throw result.error;
  return {
    modelTiles,
    changedTiles,
    proveMs: Math.round(verifyStart - proveStart),
    verifyMs: Math.round(end - verifyStart),
    gas: await gasOfCertifying(chain, certificate),
    calldata: certifyCalldataBytes(certificate),
  };
}
