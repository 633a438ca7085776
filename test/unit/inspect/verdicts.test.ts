import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { demoModelPath } from "../../../src/cli/demo/models.js";
import { inspectModels } from "../../../src/inspect/inspect-models.js";
import { inspectionPage } from "../../../src/inspect/inspection-page.js";
import type { Inspection } from "../../../src/inspect/inspection.js";
import { judge } from "../../../src/inspect/judge.js";
import type { VerdictKind } from "../../../src/inspect/verdict.js";
import { openModel } from "../../../src/model/open-model.js";
import { openModelOver } from "../../../src/model/open-over-base.js";
import { fileSystem } from "../../../src/node/file-source.js";

const require = createRequire(import.meta.url);
const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const transformer = (name: string): string => fixture(`transformer/${name}`);
const inPackage = (name: string, path: string): string => join(dirname(require.resolve(`${name}/package.json`)), path);
const BASE = transformer("base.safetensors");

async function inspect(basePath: string, tunePath: string): Promise<Inspection> {
  const base = await openModel(fileSystem, basePath);
  const tuned = await openModelOver(fileSystem, tunePath, base);
  try {
    return await inspectModels({ base, tuned });
  } finally {
    await tuned.close();
    await base.close();
  }
}

const CASES: readonly (readonly [base: string, tune: string, kind: VerdictKind, words: RegExp])[] = [
  [BASE, BASE, "identical", /identical/u],
  [BASE, transformer("full.safetensors"), "full", /^full fine-tune, small drift of 6\.9 %/u],
  [BASE, transformer("lora"), "lora", /^looks like LoRA of rank 4 not merged$/u],
  [BASE, transformer("lora-merged-f32.safetensors"), "lora", /^looks like LoRA of rank 4 merged in f32$/u],
  [transformer("base-f16.safetensors"), transformer("lora-merged-f16.safetensors"), "lora", /rank 4 merged in f16$/u],
  [
    transformer("base-bf16.safetensors"),
    transformer("lora-merged-bf16.safetensors"),
    "lora",
    /rank 4 merged in bf16$/u,
  ],
  [BASE, transformer("sparse.safetensors"), "sparse", /^sparse: 500 single weights in 6 tensors$/u],
  [BASE, transformer("head.safetensors"), "head", /^frozen backbone, new head$/u],
  [BASE, transformer("lora-plus-sparse.safetensors"), "lora-plus-sparse", /LoRA of rank 4 plus 200 single weights/u],
  [
    BASE,
    transformer("lora-plus-sparse-same.safetensors"),
    "lora-plus-sparse",
    /LoRA of rank 4 plus 200 single weights/u,
  ],
  [BASE, transformer("backdoor.safetensors"), "full-rank", /full-rank change of 4 matrices, not a LoRA/u],
  [
    BASE,
    transformer("overwrite.safetensors"),
    "independent",
    /^independent model: 12 of 12 matrices \(100 % of their weights\) have no trace of the base$/u,
  ],
  [BASE, transformer("base-bf16.safetensors"), "rounding", /^rounding only \(bf16\)$/u],
  [BASE, transformer("base-f16.safetensors"), "rounding", /^rounding only \(f16\)$/u],
  [fixture("cnn/base.safetensors"), fixture("cnn/finetuned.safetensors"), "full", /drift of 51 %/u],
  [fixture("cnn/base.safetensors"), fixture("cnn/frozen-conv.safetensors"), "head", /frozen backbone/u],
  [fixture("mlp/base.safetensors"), fixture("mlp/finetuned.safetensors"), "full", /drift of 49 %/u],
  [BASE, fixture("mlp/base.safetensors"), "other-architecture", /another architecture/u],
  [demoModelPath("base"), demoModelPath("tuned"), "rounding", /^rounding only \(8 bits\)$/u],
  [
    inPackage("@ricky0123/vad-web", "dist/silero_vad_v5.onnx"),
    inPackage("@ricky0123/vad-web", "dist/silero_vad_v6.onnx"),
    "independent",
    /frozen tensors: \S*stft\.forward_basis_buffer, \S*stft\.forward_basis_buffer/u,
  ],
  [
    inPackage("@vladmandic/face-api", "model/face_landmark_68_model-weights_manifest.json"),
    inPackage("@vladmandic/face-api", "model/face_expression_model-weights_manifest.json"),
    "full",
    /^new head; backbone: full fine-tune, drift of 53 %/u,
  ],
];

describe("what fine-tunes look like", () => {
  for (const [base, tune, kind, words] of CASES) {
    const name = tune.split(/[/\\]/u).slice(-2).join("/");
    it(`${name} over ${base.split(/[/\\]/u).at(-1) ?? ""}: ${kind}`, async () => {
      const verdict = judge(await inspect(base, tune));
      expect(verdict.sentence).to.match(words);
      expect(verdict.kind).to.equal(kind);
    });
  }

  it("measures what the fixtures are known to have", async () => {
    // From the fixtures' own measurements: L2 norm, largest entry, nonzeros, rank above the noise of float32.
    const known: readonly (readonly [string, string, number, number, number, number])[] = [
      ["lora-merged-f32", "layers.0.self_attn.v_proj.weight", 3.6955, 0.220945, 16384, 4],
      ["sparse", "layers.0.self_attn.v_proj.weight", 9.28409, 2.49713, 289, 25],
      ["backdoor", "layers.1.self_attn.q_proj.weight", 6.06145, 0.303422, 16384, 128],
      ["overwrite", "layers.0.fc1.weight", 14.1841, 0.261755, 32768, 128],
    ];
    for (const [file, suffix, norm, largest, nonzeros, rank] of known) {
      const { tensors } = await inspect(BASE, transformer(`${file}.safetensors`));
      const tensor = tensors.find(({ name }) => name.endsWith(suffix));
      const isNear = (actual = 0, expected = 0): boolean => Math.abs(actual / expected - 1) < 1e-5;
      expect(isNear(tensor?.norm, norm), `${file}: L2 ${tensor?.norm ?? 0}`).to.equal(true);
      expect(isNear(Math.abs(tensor?.largest.value ?? 0), largest), `${file}: largest`).to.equal(true);
      expect([tensor?.nonzeros, tensor?.matrix?.rank], file).to.deep.equal([nonzeros, rank]);
    }
  });

  it("expects about the noise that a merge in bfloat16 really has", async () => {
    const { tensors } = await inspect(
      transformer("base-bf16.safetensors"),
      transformer("lora-merged-bf16.safetensors"),
    );
    for (const { name, matrix, expectedRounding } of tensors.filter(({ nonzeros }) => nonzeros > 0)) {
      const ratio = (matrix?.residual ?? 0) / expectedRounding;
      expect(ratio > 0.8 && ratio < 1.2, `${name}: ${ratio}`).to.equal(true);
    }
  });

  it("draws one page with everything in it and nothing from elsewhere", async () => {
    const inspection = await inspect(BASE, transformer("backdoor.safetensors"));
    const page = await inspectionPage(inspection, judge(inspection));
    expect(page.match(/<svg/gu)).to.have.lengthOf(2);
    expect(page).to.include("not a LoRA").and.include("self_attn.v_proj.weight");
    expect(page).to.not.match(/<script|<link|<img|src=|url\(http|@import/u);
    const named = { ...inspection, tuned: "<b>&\"'" };
    expect(await inspectionPage(named, judge(named)))
      .to.include("&lt;b&gt;&amp;&quot;&#39;")
      .and.not.include("<b>");
  });
});
