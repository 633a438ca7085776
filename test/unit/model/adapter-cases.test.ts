import { expect } from "chai";
import { openModel, type Model } from "../../../src/model/open-model.js";
import { openModelOver } from "../../../src/model/open-over-base.js";
import type { AskedOrientation } from "../../../src/model/formats/lora-orientation.js";
import { fileSystem } from "../../../src/node/file-source.js";
import { refusalOf } from "../../support/adapters.js";
import { caseFile } from "../../support/cases.js";
import { valuesOf } from "../../support/models.js";

/** Opens a case, and closes it after the test. */
const opened: Model[] = [];

async function openCase(
  name: string,
  tune = "lora",
  orientations: readonly AskedOrientation[] = [],
): Promise<{ readonly base: Model; readonly model: Model }> {
  const base = await openModel(fileSystem, caseFile(name, "base.safetensors"));
  opened.push(base);
  const model = await openModelOver(fileSystem, caseFile(name, tune), base, orientations);
  opened.unshift(model);
  return { base, model };
}

/** The names of tensors whose values are not the base's; all tensors must be the base's. */
async function changedNames({ base, model }: { readonly base: Model; readonly model: Model }): Promise<string[]> {
  expect(model.tensors.map(({ name }) => name)).to.deep.equal(base.tensors.map(({ name }) => name));
  const changed: string[] = [];
  for (const { name } of base.tensors) {
    if (String(await valuesOf(base, name)) !== String(await valuesOf(model, name))) changed.push(name);
  }
  return changed;
}

/** The largest difference from a merge of the case, which was computed in float64 and rounded to float32. */
async function distance(model: Model, path: string): Promise<number> {
  const merged = await openModel(fileSystem, path);
  opened.push(merged);
  let largest = 0;
  for (const { name } of merged.tensors) {
    const [ours, theirs] = [await valuesOf(model, name), await valuesOf(merged, name)];
    expect(ours.length, name).to.equal(theirs.length);
    ours.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value - (theirs[i] ?? NaN)));
    });
  }
  return largest;
}

const queries = [0, 1].map((layer) => `model.layers.${String(layer)}.self_attn.q_proj.weight`);

describe("adapters as people meet them", () => {
  afterEach(async () => {
    for (const model of opened.splice(0)) await model.close();
  });

  for (const [name, expected, changed] of [
    ["20a-rslora", "expected", queries],
    ["20b-alpha-pattern", "expected", queries],
    ["20d-modules-to-save", "expected", ["lm_head.weight", ...queries]],
    ["20d2-modules-to-save-names", "expected", ["lm_head.weight", ...queries]],
    ["20e-embedding-lora", "expected", ["model.embed_tokens.weight", ...queries]],
    ["E13b-python-regex", "expected", queries],
    ["02c-gpt2-mixed-fan", "merged", ["h.0.attn.c_proj.weight", "score.weight"]],
  ] as const) {
    it(`${name}: as merged, up to float32`, async () => {
      const pair = await openCase(name);
      expect(await changedNames(pair)).to.deep.equal(changed);
      expect(await distance(pair.model, caseFile(name, `${expected}.safetensors`))).to.be.lessThan(2 ** -26);
      expect(pair.model.notes).to.deep.equal([]);
    });
  }

  it("01b-peft-bias-nonlora: all eight biases are replaced, and no other tensor appears", async () => {
    const pair = await openCase("01b-peft-bias-nonlora");
    const biases = [0, 1].flatMap((layer) =>
      ["k", "o", "q", "v"].map((side) => `model.layers.${String(layer)}.self_attn.${side}_proj.bias`),
    );
    expect((await changedNames(pair)).filter((name) => name.endsWith("bias"))).to.deep.equal(biases);
    const stored = await openModel(fileSystem, caseFile("01b-peft-bias-nonlora", "lora", "adapter_model.safetensors"));
    opened.push(stored);
    expect(await valuesOf(pair.model, "model.layers.1.self_attn.q_proj.bias")).to.deep.equal(
      await valuesOf(stored, "base_model.model.model.layers.1.self_attn.q_proj.base_layer.bias"),
    );
  });

  it("20c-dora: the rows of what was adapted have the norms that the adapter has", async () => {
    const pair = await openCase("20c-dora");
    expect(await changedNames(pair)).to.deep.equal(queries);
    const stored = await openModel(fileSystem, caseFile("20c-dora", "lora", "adapter_model.safetensors"));
    opened.push(stored);
    for (const name of queries) {
      const [weights, norms] = [
        await valuesOf(pair.model, name),
        await valuesOf(stored, `base_model.model.${name.replace("weight", "lora_magnitude_vector")}`),
      ];
      norms.forEach((norm, row) => {
        expect(Math.hypot(...weights.slice(row * 16, row * 16 + 16))).to.be.closeTo(norm, 1e-12);
      });
    }
    expect(pair.model.adapter?.modules).to.deep.equal([]);
    expect(pair.model.notes.join()).to.include("DoRA scales the outputs of 2 modules");
  });

  it("16b-adapter-file-alone: says to give the folder", async () => {
    expect(await refusalOf(openCase("16b-adapter-file-alone", "tune/adapter_model.safetensors"))).to.match(
      /holds LoRA factors and no model's weights.*These are LoRA factors: give the folder with adapter_config\.json, .*tune, over/su,
    );
  });

  it("E10-lora-embed-extra-rows: says how many rows were added, and what to do", async () => {
    expect(await refusalOf(openCase("E10-lora-embed-extra-rows"))).to.match(
      /the adapter has 4 rows more than the base's vocabulary \(added tokens\): 52 .*has 48.*resize_token_embeddings\(52\)/su,
    );
  });

  it("02c-gpt2-mixed-fan: an answer of the user's goes before all", async () => {
    const asked = await openCase("02c-gpt2-mixed-fan", "lora", [{ name: "score", order: "conv1d" }]);
    const plain = await openCase("02c-gpt2-mixed-fan");
    expect(await valuesOf(asked.model, "score.weight")).to.not.deep.equal(await valuesOf(plain.model, "score.weight"));
    expect(await valuesOf(asked.model, "h.0.attn.c_proj.weight")).to.deep.equal(
      await valuesOf(plain.model, "h.0.attn.c_proj.weight"),
    );
  });
});
