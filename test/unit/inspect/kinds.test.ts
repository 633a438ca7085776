import { expect } from "chai";
import { inspectModels } from "../../../src/inspect/inspect-models.js";
import type { Inspection } from "../../../src/inspect/inspection.js";
import { judge } from "../../../src/inspect/judge.js";
import type { Verdict } from "../../../src/inspect/verdict.js";
import type { TensorToWrite } from "../../support/encode-safetensors.js";
import { openTensors } from "../../support/models.js";
import { seededRandom } from "../../support/random.js";

/** Weights of about the size of trained ones. */
function weights(seed: number, count: number, size = 0.05): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => size * (random() + random() + random() - 1.5));
}

const matrix = (name: string, values: readonly number[], side = 32, dtype = "F32"): TensorToWrite => ({
  name: `layers.${name}.self_attn.q_proj.weight`,
  shape: [values.length / side, side],
  values,
  dtype,
});
const toBf16 = (values: readonly number[]): number[] =>
  values.map((value) => {
    const bits = new Uint32Array(Float32Array.of(value).buffer);
    const [low = 0] = bits;
    bits[0] = ((low + 0x7fff + ((low >>> 16) & 1)) >>> 16) << 16;
    return new Float32Array(bits.buffer)[0] as number;
  });
const toF32 = (values: readonly number[]): number[] => values.map(Math.fround);

async function compare(
  before: readonly TensorToWrite[],
  after: readonly TensorToWrite[],
): Promise<Verdict & { inspection: Inspection }> {
  const inspection = await inspectModels({ base: await openTensors(before), tuned: await openTensors(after) });
  return { ...judge(inspection), inspection };
}

describe("telling changes apart", () => {
  it("knows a twin though its norms and one large matrix are the same", async () => {
    const large = matrix("shared", weights(1, 64 * 1024), 64);
    const norm = { name: "norm.weight", shape: [4096], values: weights(2, 4096).map((w) => 1 + w), dtype: "F32" };
    const twin = (seed: number): TensorToWrite[] => [
      large,
      norm,
      ...[0, 1, 2, 3].map((block) => matrix(String(block), weights(seed + block, 1024))),
    ];
    const { kind, sentence } = await compare(twin(10), twin(20));
    expect(kind).to.equal("independent");
    expect(sentence).to.match(/4 of 5 matrices .* no trace of the base; but 2 frozen tensors/u);
  });

  it("calls a small fine-tune none of rounding, whatever the base is stored in", async () => {
    const base = toBf16(weights(1, 4096));
    // A tenth of half a step of bfloat16: a cast to it gives the base again.
    const moved = toF32(base.map((w, i) => w * (1 + 2 ** -13 * Math.sin(i * i))));
    const f32 = await compare([matrix("0", base, 64, "BF16")], [matrix("0", moved, 64)]);
    expect(f32.kind).to.equal("full");
    const same = await compare([matrix("0", toF32(base), 64)], [matrix("0", moved, 64)]);
    expect(same.kind).to.equal("full");
    const steps = base.map((w, i) => (i % 3 === 0 ? w * (1 + 2 ** -7) : w));
    const half = await compare([matrix("0", base, 64, "BF16")], [matrix("0", toBf16(steps), 64, "BF16")]);
    expect(half.kind).to.equal("full");
    expect(half.evidence.join()).to.match(/at most [12] steps? of BF16/u);
  });

  it("calls a cast rounding, though it is stored as float32", async () => {
    const base = toF32(weights(1, 4096));
    const { sentence } = await compare([matrix("0", base, 64)], [matrix("0", toBf16(base), 64)]);
    expect(sentence).to.equal("rounding only (bf16)");
    const truer = await compare([matrix("0", toBf16(base), 64, "BF16")], [matrix("0", base, 64)]);
    expect(truer.sentence).to.equal("rounding only (bf16)");
  });

  it("calls single weights that became round numbers none of rounding", async () => {
    const base = toF32(weights(1, 4096).map((w, i) => (i === 7 ? 0.50001 : w)));
    const round = await compare(
      [matrix("0", base, 64)],
      [
        matrix(
          "0",
          base.map((w, i) => (i === 7 ? 0.5 : w)),
          64,
        ),
      ],
    );
    expect(round.sentence).to.equal("sparse: 1 single weight in 1 tensor");
    const last = await compare(
      [matrix("0", base, 64)],
      [matrix("0", toF32(base.map((w, i) => (i === 7 ? w + 2 ** -24 : w))), 64)],
    );
    expect(last.kind).to.equal("sparse");
  });

  it("counts integers that differ, and says by how much", async () => {
    const ids = (values: readonly number[]): TensorToWrite => ({ name: "ids", shape: [2, 3], values, dtype: "I64" });
    const { sentence, inspection } = await compare([ids([0, 1, 2, 3, 4, 5])], [ids([0, 1, 9, 3, 4, 6])]);
    expect(sentence).to.equal(
      "only integers or strings changed: ids: 2 of 6 integers differ, by at most 7 (ids[0, 2])",
    );
    expect(inspection.others.changed[0]).to.include({ differ: 2, elements: 6 });
  });

  it("names infinities of one model, and takes those of both for a mask", async () => {
    const mask = (last: number): TensorToWrite => ({
      name: "mask",
      shape: [2, 2],
      values: [0, -Infinity, 0, last],
      dtype: "F32",
    });
    const same = await compare([mask(0)], [mask(0)]);
    expect(same.kind).to.equal("identical");
    expect(same.evidence.join()).to.match(/1 infinity in mask\[0, 1\] and on, the same in both: a mask/u);
    const broken = await compare([mask(0)], [mask(Infinity)]);
    expect(broken.sentence).to.match(/^broken, and cannot be certified: Infinity in the fine-tune's mask\[1, 1\]$/u);
  });

  it("says when a tensor is of another type, and names NaN in a new one", async () => {
    const base = matrix("0", weights(1, 1024));
    const integers = { ...base, values: base.values.map(() => 1), dtype: "I64" };
    const added = { name: "extra", shape: [2], values: [0, NaN], dtype: "F32" };
    const other = matrix("1", weights(2, 4096));
    const { kind, evidence, sentence } = await compare([base, other], [integers, other, added]);
    expect(kind).to.equal("broken");
    expect(sentence).to.match(/NaN in the fine-tune's extra\[1\]/u);
    expect(evidence.join()).to.match(/layers\.0\.self_attn\.q_proj\.weight \(F32 \[32, 32\], then I64 \[32, 32\]\)/u);
  });

  it("judges each expert of a stack: some at low rank, one retrained", async () => {
    const side = 32;
    const base = weights(1, 4 * side * side);
    const experts = (values: readonly number[]): TensorToWrite => ({
      name: "mlp.experts.up_proj",
      shape: [4, side, side],
      values: toF32(values),
      dtype: "F32",
    });
    const [a, b] = [weights(2, 4 * side, 0.5), weights(3, 4 * side, 0.5)];
    const adapted = base.map((w, i) => {
      const [expert, row, col] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
      return w + (a[expert * side + row] as number) * (b[expert * side + col] as number);
    });
    const lora = await compare([experts(base)], [experts(adapted)]);
    expect(lora.sentence).to.match(/LoRA of rank 1 in each matrix of a stack/u);
    const noise = weights(4, side * side, 0.01);
    const mixed = adapted.map((w, i) => (i < side * side ? w + (noise[i] as number) : w));
    expect((await compare([experts(base)], [experts(mixed)])).kind).to.not.match(/^lora/u);
  });
});
