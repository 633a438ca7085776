import { expect } from "chai";
import { inspectModels } from "../../../src/inspect/inspect-models.js";
import type { Inspection } from "../../../src/inspect/inspection.js";
import { judge } from "../../../src/inspect/judge.js";
import type { VerdictKind } from "../../../src/inspect/verdict.js";
import { openModel } from "../../../src/model/open-model.js";
import { openModelOver } from "../../../src/model/open-over-base.js";
import { fileSystem } from "../../../src/node/file-source.js";
import { caseFile } from "../../support/cases.js";

async function inspect(name: string, tune = "tuned.safetensors"): Promise<Inspection> {
  const base = await openModel(fileSystem, caseFile(name, "base.safetensors"));
  const tuned = await openModelOver(fileSystem, caseFile(name, tune), base);
  try {
    return await inspectModels({ base, tuned });
  } finally {
    await tuned.close();
    await base.close();
  }
}

const CASES: readonly (readonly [name: string, kind: VerdictKind, words: RegExp])[] = [
  ["00-plain-full-ft", "full", /^full fine-tune, small drift of 2 % of the base's norm in matrices$/u],
  [
    "07b-buffers-appear",
    "full-rank",
    /^full-rank change of 2 matrices, not a LoRA: 1\.9 to 2\.1 % \(median 2\.1 %\) of the norm of each; the rest frozen$/u,
  ],
  ["07c-int-tensor-added", "partial", /^the tensors of both are identical; only the fine-tune has payload$/u],
  ["08b-moe-3d-lora", "lora", /^looks like LoRA of rank 1 in each matrix of a stack merged in f32$/u],
  [
    "18a-bf16-base-f32-tune",
    "full-rank",
    /^full-rank change of 1 matrix, not a LoRA: 2 % of the norm of \S*q_proj\.weight; the rest frozen$/u,
  ],
  ["18b-fp16-vs-bf16-same", "rounding", /^rounding only \(bf16 and f16\)$/u],
  ["18c-f32-vs-bf16-lora", "lora", /^looks like LoRA of rank 4 merged in bf16, elsewhere rounding \(bf16\)$/u],
  [
    "19a-nan-tune",
    "broken",
    /^broken, and cannot be certified: NaN in the fine-tune's \S*0\.self_attn\.q_proj\.weight\[0, 3\]$/u,
  ],
  [
    "19f-outlier-1e8",
    "full-rank",
    /^full-rank change of 1 matrix, not a LoRA: 2\.1 % of the norm of \S*q_proj\.weight; the rest frozen$/u,
  ],
  [
    "19g-outlier-tune",
    "full-rank",
    /^full-rank change of 1 matrix.* 2\.1 % .* and 1 outlier: \S*q_proj\.weight\[0, 3\] changed by 100000000$/u,
  ],
  ["20d-modules-to-save", "lora", /^looks like LoRA of rank 2 not merged, new head$/u],
  [
    "21a-twin",
    "independent",
    /^independent model: 14 of 14 matrices \(100 % of their weights\) have no trace of the base; but 5 frozen/u,
  ],
  ["21e-average", "full", /^full fine-tune, small drift of 4\.2 % of the base's norm in matrices$/u],
  [
    "21i-swapped-layers",
    "independent",
    /layers look swapped: block 0 matches the base's block 1, block 1 matches the base's block 0$/u,
  ],
  [
    "G1b-outlier-30",
    "full-rank",
    /^full-rank change of 1 matrix.*: 140 % of the norm of b\.weight, b\.weight replaced with no trace of the base/u,
  ],
  [
    "G1d-ft-10pct",
    "full-rank",
    /^full-rank change of 1 matrix, not a LoRA: 9\.9 % of the norm of b\.weight; the rest frozen$/u,
  ],
];

describe("kinds of checkpoints that people meet", () => {
  for (const [name, kind, words] of CASES) {
    it(`${name}: ${kind}`, async () => {
      const verdict = judge(await inspect(name, name.startsWith("20d") ? "lora" : undefined));
      expect(verdict.sentence).to.match(words);
      expect(verdict.kind).to.equal(kind);
    });
  }

  it("leaves out buffers that only the fine-tune stores, and names them", async () => {
    const base = await openModel(fileSystem, caseFile("07b-buffers-appear", "base.safetensors"));
    const tuned = await openModelOver(fileSystem, caseFile("07b-buffers-appear", "tuned.safetensors"), base);
    expect(tuned.notes.join()).to.include(
      'only the fine-tune stores "h.0.attn.masked_bias", "model.embeddings.position_ids", which follow from the configuration: left out',
    );
    expect((await inspectModels({ base, tuned })).onlyInTune).to.deep.equal([]);
    await tuned.close();
    await base.close();
  });

  it("names NaN for machines too: which tensor, where, how many", async () => {
    const { tensors } = JSON.parse(JSON.stringify(await inspect("19a-nan-tune"))) as Inspection;
    const broken = tensors.filter(({ notFinite }) => notFinite !== undefined);
    expect(broken.map(({ name, notFinite }) => ({ name, notFinite }))).to.deep.equal([
      { name: "model.layers.0.self_attn.q_proj.weight", notFinite: { tuned: { index: 3, value: "NaN", count: 1 } } },
    ]);
    expect(Number.isFinite(broken[0]?.norm)).to.equal(true);
  });

  it("measures a change beside an outlier, and the outlier", async () => {
    for (const name of ["19f-outlier-1e8", "19g-outlier-tune"]) {
      const { tensors } = await inspect(name);
      const [changed] = tensors.filter(({ nonzeros }) => nonzeros > 0);
      expect(changed?.outliers?.count, name).to.equal(1);
      expect(changed?.core.relative, name).to.be.closeTo(0.021, 0.001);
      expect(changed?.matrix?.rank, name).to.equal(16);
    }
  });

  it("takes each expert of a stack for a matrix", async () => {
    const { tensors } = await inspect("08b-moe-3d-lora");
    const [changed] = tensors.filter(({ nonzeros }) => nonzeros > 0);
    const { count, rows, cols, rank } = changed?.matrix ?? {};
    expect([count, rank]).to.deep.equal([4, 1]);
    expect([count, rows, cols]).to.deep.equal(changed?.shape);
  });
});
