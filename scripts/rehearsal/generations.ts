import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { recognizeArchitecture } from "../../src/model/architecture/recognize.js";
import { commitModel } from "../../src/commitment/commit-model.js";
import { openCommitted } from "../../src/commitment/open-committed.js";
import { proveCertificate } from "../../src/certificate/prove-certificate.js";
import type { OpenedModel } from "../../src/commitment/commit-tiles.js";
import type { Hex } from "../../src/algebra/hex.js";
import { createSystemRandomFr } from "../../src/algebra/random.js";
import type { Backend } from "../../src/kernels/backend.js";
import { openModel, type Model } from "../../src/model/open-model.js";
import { fileSystem } from "../../src/node/file-source.js";
import type { Setup } from "../../src/node/open-setup.js";
import { compilePolicy } from "../../src/policy/compile-policy.js";
import { measureBase } from "../../src/policy/measure-base.js";
import { parsePolicyDocument } from "../../src/policy/policy-document.js";
import { viewsOfBase } from "../../src/quantize/base-views.js";
import type { DriftRegistryClient } from "../../src/registry/client.js";
import type { Signer } from "ethers";

const FIXTURES = fileURLToPath(new URL("../../test/fixtures/transformer", import.meta.url));

/** Small enough a step for every one of the single weights to be seen. */
const FRACTION_BITS = 18;

/** A model that was made from the one before it, and what may have changed. */
export const GENERATIONS = [
  {
    name: "LoRA of rank 4, merged",
    file: "lora-merged-f32.safetensors",
    document: `version: 1
rules:
  - tensors: "*.self_attn.{q,v}_proj.weight"
    rank: 4
    drift: 0.001
    per: tensor
`,
  },
  {
    name: "200 single weights of that, edited",
    file: "lora-plus-sparse.safetensors",
    document: `version: 1
rules:
  - tensors: "**"
    nonzeros: 200
`,
  },
] as const;

export interface Published {
  readonly name: string;
  readonly modelId: Hex;
  /** The certificate that leads there; `undefined` for the base. */
  readonly certificateId: Hex | undefined;
}

/** Commits, proves and registers a base and its two generations, one after the other. The oldest comes first. */
export async function publishGenerations(
  setup: Setup,
  backend: Backend,
  registry: DriftRegistryClient,
  signer: Signer,
  say: (line: string) => void,
): Promise<Published[]> {
  const { tier, srs, proving } = setup;
  const common = { tier, srs, insecure: true, backend };
  const open = (file: string): Promise<Model> => openModel(fileSystem, join(FIXTURES, file));
  const context = {
    chainId: await registry.chainId(),
    registry: registry.address,
    publisher: (await signer.getAddress()).toLowerCase() as Hex,
  };

  say("… base: commit, register");
  let model = await open("base.safetensors");
  const { views } = viewsOfBase(model);
  const fractionBits = { fractionBits: FRACTION_BITS };
  const first = await commitModel({ ...common, model, views, fractionBits });
  let base: OpenedModel = openCommitted(first.committed, model);
  await registry.registerModel(signer, base.committed.parts);
  const published: Published[] = [{ name: "base", modelId: base.committed.modelId, certificateId: undefined }];

  const manifest = base.committed.manifest;
  for (const { name, file, document } of GENERATIONS) {
    say(`… ${name}: commit, prove, register`);
    const tunedModel = await open(file);
    const tuned = openCommitted((await commitModel({ ...common, model: tunedModel, base })).committed, tunedModel);
    const { policy } = await compilePolicy({
      document: parsePolicyDocument(document, name),
      baseModelId: base.committed.modelId,
      manifest,
      architecture: recognizeArchitecture(manifest.tensors),
      tier,
      base: measureBase(model, manifest),
    });
    const certificate = await proveCertificate({
      ...common,
      base,
      tuned,
      policy,
      context,
      artifacts: proving,
      randomFr: createSystemRandomFr(),
    });
    await registry.registerPolicy(signer, certificate);
    const { certificateId, tunedModelId } = await registry.certify(signer, certificate);
    published.push({ name, modelId: tunedModelId, certificateId });
    await model.close();
    [model, base] = [tunedModel, tuned];
  }
  await model.close();
  return published;
}
