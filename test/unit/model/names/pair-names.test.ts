import { expect } from "chai";
import { InputError } from "../../../../src/errors/errors.js";
import { pairModel } from "../../../../src/model/names/pair-names.js";
import { targetOfModel } from "../../../../src/model/names/pair-target.js";
import type { Model } from "../../../../src/model/open-model.js";
import { openCase } from "../../../support/case-files.js";
import type { TensorToWrite } from "../../../support/encode-safetensors.js";
import { openTensors, valuesOf } from "../../../support/models.js";
import { expectError } from "../../../support/rejects.js";

/** Numbers that are told apart by their first one. */
const tensor = (name: string, shape: number[], first = 1, dtype = "F32"): TensorToWrite => ({
  name,
  shape,
  dtype,
  values: Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, i) => first + i),
});

const matrix = (
  name: string,
  shape: readonly [number, number],
  at: (row: number, col: number) => number,
): TensorToWrite => ({
  name,
  shape,
  dtype: "F32",
  values: Array.from({ length: shape[0] * shape[1] }, (_, i) => at(Math.floor(i / shape[1]), i % shape[1])),
});

async function pair(base: readonly TensorToWrite[], tuned: readonly TensorToWrite[]): Promise<Model> {
  return pairModel(targetOfModel(await openTensors(base)), await openTensors(tuned));
}

const shapesOf = (model: Model): Record<string, readonly number[]> =>
  Object.fromEntries(model.tensors.map(({ name, shape }) => [name, shape]));

const BODY = [tensor("layers.0.a.weight", [4, 4]), tensor("layers.0.a.bias", [4], 50), tensor("norm.weight", [4], 60)];
const under = (prefix: string, tensors: readonly TensorToWrite[] = BODY): TensorToWrite[] =>
  tensors.map((each) => ({ ...each, name: prefix + each.name }));

describe("pairing a fine-tune's tensors with its base's", () => {
  for (const [name, note] of [
    ["E08-prefix-ddp", 'all names start with "module.", the base\'s do not: paired without it'],
    ["06b-bert-prefix", 'the base\'s names start with "bert.", all names here do not: paired without it'],
    ["06-bert-gamma", "4 tensors are named .bias and .weight here and .beta and .gamma in the base: paired"],
    ["08-moe-fused", "transposed: paired expert by expert"],
    ["03a-tied-base-only", '"lm_head.weight" is not stored, it is "model.embed_tokens.weight" (tied weights)'],
    ["07-buffers-vanish", "which follow from the configuration: taken as in the base"],
  ] as const) {
    it(`${name}: the same tensors as the base, and says once how`, async () => {
      const { base, tuned } = await openCase(name);
      expect(shapesOf(tuned)).to.deep.equal(shapesOf(base));
      expect(tuned.notes).to.have.lengthOf(1);
      expect(tuned.notes[0]).to.include(note);
      let different = 0;
      for (const { name: each } of base.tensors) {
        const [before, after] = [await valuesOf(base, each), await valuesOf(tuned, each)];
        if (before.some((value, i) => value !== after[i])) different++;
      }
      // Each case changes two tensors; the rest must be found equal, expert by expert.
      expect(different).to.equal(2);
      await Promise.all([base.close(), tuned.close()]);
    });
  }

  it("leaves a model that agrees as it is", async () => {
    const base = await openTensors(BODY);
    const tuned = await openTensors(BODY);
    expect(await pairModel(targetOfModel(base), tuned)).to.equal(tuned);
  });

  it("takes a prefix off or puts it on, of one part or more, and leaves a head without counterpart alone", async () => {
    const head = tensor("classifier.weight", [2, 4]);
    for (const [ofBase, ofTune] of [
      ["", "module."],
      ["", "base_model.model."],
      ["", "_orig_mod."],
      ["transformer.", ""],
      ["model.language_model.", "language_model.model."],
      ["transformer.", "model."],
    ] as const) {
      const paired = await pair(under(ofBase), [...under(ofTune), head]);
      const names = [...under(ofBase).map(({ name }) => name), head.name].sort();
      expect(Object.keys(shapesOf(paired)).sort(), `${ofTune} for ${ofBase}`).to.deep.equal(names);
    }
  });

  it("takes wrappers out of the middle of names", async () => {
    const tuned = BODY.map((each) => ({
      ...each,
      name: each.name.replace("layers.0.", "layers.0._fsdp_wrapped_module."),
    }));
    const paired = await pair(BODY, tuned);
    expect(shapesOf(paired)).to.deep.equal(shapesOf(await openTensors(BODY)));
    expect(paired.notes.join()).to.match(/: names hold "_fsdp_wrapped_module", which training frameworks put in/u);
    const reversed = await pair(tuned, BODY);
    expect(reversed.notes.join()).to.match(/: the base's names hold "_fsdp_wrapped_module"/u);
  });

  it("refuses to choose between two towers of one shape", async () => {
    const towers = [...under("text_encoder."), ...under("text_encoder_2.")];
    await expectError(() => pair(towers, BODY), InputError, '"text_encoder."', '"text_encoder_2."');
    // Two copies of the base in the fine-tune are no better.
    await expectError(() => pair(BODY, [...under("student."), ...under("teacher.")]), InputError, '"teacher."');
  });

  it("pairs nothing that agrees by prefix only here and there, or in no shape", async () => {
    const other = [tensor("x.layers.0.a.weight", [4, 4]), ...["b", "c", "d", "e"].map((name) => tensor(name, [9, 9]))];
    const paired = await pair([...BODY, ...["f", "g", "h"].map((name) => tensor(name, [9, 9]))], other);
    expect(paired.tensors.map(({ name }) => name)).to.include("x.layers.0.a.weight");
    const larger = under(
      "module.",
      BODY.map(({ name, shape }) =>
        tensor(
          name,
          shape.map((side) => 2 * side),
        ),
      ),
    );
    expect((await pair(BODY, larger)).tensors.map(({ name }) => name)).to.include("module.norm.weight");
  });

  describe("experts", () => {
    const at =
      (expert: number, part: number) =>
      (row: number, col: number): number =>
        1000 * expert + 100 * part + 10 * row + col;
    const words = [
      ["gate_proj", [3, 2], 1],
      ["up_proj", [3, 2], 2],
      ["down_proj", [2, 3], 3],
    ] as const;
    const separate = [0, 1].flatMap((expert) =>
      words.map(([word, shape, part]) => matrix(`mlp.experts.${expert}.${word}.weight`, shape, at(expert, part))),
    );
    const stack = (name: string, shape: number[], of: (expert: number) => number[]): TensorToWrite => ({
      name,
      shape,
      dtype: "F32",
      values: [0, 1].flatMap(of),
    });
    const rows = (expert: number, [rowCount, cols]: readonly [number, number], part: number): number[][] =>
      Array.from({ length: rowCount }, (_, row) =>
        Array.from({ length: cols }, (_, col) => at(expert, part)(row, col)),
      );
    const transpose = (matrixRows: number[][]): number[][] =>
      (matrixRows[0] ?? []).map((_, col) => matrixRows.map((row) => row[col] ?? NaN));
    const straight = [
      stack("mlp.experts.gate_up_proj", [2, 6, 2], (e) => [...rows(e, [3, 2], 1), ...rows(e, [3, 2], 2)].flat()),
      stack("mlp.experts.down_proj", [2, 2, 3], (e) => rows(e, [2, 3], 3).flat()),
    ];
    const transposed = [
      stack("mlp.experts.gate_up_proj", [2, 2, 6], (e) =>
        transpose([...rows(e, [3, 2], 1), ...rows(e, [3, 2], 2)]).flat(),
      ),
      stack("mlp.experts.down_proj", [2, 3, 2], (e) => transpose(rows(e, [2, 3], 3)).flat()),
    ];

    for (const [kind, fused] of [
      ["as they are", straight],
      ["transposed", transposed],
    ] as const) {
      it(`fused ${kind}, in the fine-tune or in the base`, async () => {
        for (const [base, tuned] of [
          [separate, fused],
          [fused, separate],
        ] as const) {
          const paired = await pair([...BODY, ...base], [...BODY, ...tuned]);
          for (const { name, values } of base) expect(await valuesOf(paired, name), name).to.deep.equal(values);
          expect(paired.tensors).to.have.lengthOf(BODY.length + base.length);
        }
      });
    }

    it("reads any stretch of a view", async () => {
      const { tensors } = await pair([...BODY, ...transposed], [...BODY, ...separate]);
      const fused = tensors.find(({ name }) => name.endsWith("gate_up_proj"));
      if (fused === undefined || fused.kind === "string") throw new Error("no fused experts");
      const whole = transposed[0]?.values ?? [];
      for (let start = 0; start <= whole.length; start++) {
        for (let count = 0; start + count <= whole.length; count += 3) {
          expect([...(await fused.readValues(start, count))]).to.deep.equal(whole.slice(start, start + count));
        }
      }
    });

    it("takes Mixtral's words and module for the same", async () => {
      const mixtral = separate.map((each) => ({
        ...each,
        name: each.name
          .replace("mlp.", "block_sparse_moe.")
          .replace("gate_proj", "w1")
          .replace("up_proj", "w3")
          .replace("down_proj", "w2"),
      }));
      const paired = await pair([...BODY, ...mixtral], [...BODY, ...straight]);
      for (const { name, values } of mixtral) expect(await valuesOf(paired, name), name).to.deep.equal(values);
    });

    it("does not guess whether square matrices are transposed, and needs all experts", async () => {
      const square = [0, 1].map((expert) => matrix(`experts.${expert}.up_proj.weight`, [2, 2], at(expert, 1)));
      const fused = tensor("experts.up_proj", [2, 2, 2]);
      await expectError(() => pair([...BODY, ...square], [...BODY, fused]), InputError, "square");
      await expectError(
        () => pair([...BODY, ...separate.slice(0, 3)], [...BODY, ...straight]),
        InputError,
        "down_proj",
      );
    });
  });

  describe("tied weights", () => {
    const embedding = tensor("model.embed_tokens.weight", [6, 2]);
    const head = { ...embedding, name: "lm_head.weight" };
    const otherHead = tensor("lm_head.weight", [6, 2], 77);

    it("one stored tensor stands for both, whichever it is", async () => {
      for (const stored of [embedding, head]) {
        const paired = await pair([...BODY, embedding, head], [...BODY, stored]);
        expect(await valuesOf(paired, "lm_head.weight")).to.deep.equal(embedding.values);
        expect(await valuesOf(paired, "model.embed_tokens.weight")).to.deep.equal(embedding.values);
      }
      const renamed = await pair([...BODY, head], [...BODY, embedding]);
      expect(Object.keys(shapesOf(renamed)))
        .to.include("lm_head.weight")
        .and.not.include("model.embed_tokens.weight");
    });

    it("a base whose head is its own is not tied", async () => {
      const paired = await pair([...BODY, embedding, otherHead], [...BODY, embedding]);
      expect(Object.keys(shapesOf(paired))).to.not.include("lm_head.weight");
    });

    it("a copy that only the fine-tune stores is left out if it is one", async () => {
      expect(Object.keys(shapesOf(await pair([...BODY, embedding], [...BODY, embedding, head])))).to.not.include(
        "lm_head.weight",
      );
      expect(Object.keys(shapesOf(await pair([...BODY, embedding], [...BODY, embedding, otherHead])))).to.include(
        "lm_head.weight",
      );
    });
  });

  describe("rows that are added", () => {
    it("04-vocab-resize: the base's rows are compared, the added ones are a tensor of their own", async () => {
      const { base, tuned } = await openCase("04-vocab-resize");
      for (const name of ["lm_head.weight", "model.embed_tokens.weight"]) {
        expect(await valuesOf(tuned, name)).to.deep.equal(await valuesOf(base, name));
        expect(shapesOf(tuned)[`${name}@+4`]).to.deep.equal([4, 16]);
        expect(tuned.notes.join(" ")).to.include(`"${name}": 4 rows added (52, the base has 48)`);
      }
      expect(tuned.tensors).to.have.lengthOf(base.tensors.length + 2);
      await Promise.all([base.close(), tuned.close()]);
    });

    it("E31-pos-embed-resized: says that position embeddings were resized", async () => {
      const { base, tuned } = await openCase("E31-pos-embed-resized");
      expect(tuned.notes.join(" ")).to.include(
        '"vit.pos_embed": position embeddings were resized from [1,17,16] to [1,37,16]',
      );
      expect(shapesOf(tuned)["vit.pos_embed"]).to.deep.equal([1, 37, 16]);
      await Promise.all([base.close(), tuned.close()]);
    });

    it("splits the head's bias as well, and no other tensor that grew", async () => {
      const [embed, bias, classes] = ["wte.weight", "lm_head.bias", "classifier.weight"];
      const paired = await pair(
        [...BODY, tensor(embed, [6, 2]), tensor(bias, [6]), tensor(classes, [2, 2])],
        [...BODY, tensor(embed, [7, 2]), tensor(bias, [7]), tensor(classes, [3, 2])],
      );
      expect(shapesOf(paired)).to.include.all.keys(`${embed}@+1`, `${bias}@+1`);
      expect(shapesOf(paired)[classes]).to.deep.equal([3, 2]);
    });
  });

  describe("buffers", () => {
    it("07b-buffers-appear: those that hold what they should are named and left out", async () => {
      const { base, tuned } = await openCase("07b-buffers-appear");
      expect(shapesOf(tuned)).to.deep.equal(shapesOf(base));
      expect(tuned.notes.join(" ")).to.include('"h.0.attn.masked_bias", "model.embeddings.position_ids"');
      await Promise.all([base.close(), tuned.close()]);
    });

    it("keeps a tensor with a buffer's name and other contents", async () => {
      const ids = tensor("embeddings.position_ids", [1, 4], 0, "I64");
      expect(Object.keys(shapesOf(await pair(BODY, [...BODY, ids])))).to.not.include(ids.name);
      const payload = tensor("embeddings.position_ids", [1, 4], 1, "I64");
      expect(Object.keys(shapesOf(await pair(BODY, [...BODY, payload])))).to.include(payload.name);
      const bias = tensor("h.0.attn.bias", [4]);
      expect(Object.keys(shapesOf(await pair(BODY, [...BODY, bias])))).to.include(bias.name);
    });

    it("07c-int-tensor-added: any other integers stay a tensor of the fine-tune", async () => {
      const { base, tuned } = await openCase("07c-int-tensor-added");
      expect(shapesOf(tuned)["payload"]).to.deep.equal([4096]);
      await Promise.all([base.close(), tuned.close()]);
    });
  });
});
