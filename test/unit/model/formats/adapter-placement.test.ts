import { expect } from "chai";
import { f32, openOver, pairOf, refusalOf, zeros } from "../../../support/adapters.js";
import type { TensorToWrite } from "../../../support/encode-safetensors.js";
import { tensorOf, valuesOf } from "../../../support/models.js";

const LAYER = "layers.0.self_attn.q_proj";
const PAIR = pairOf(LAYER, 3, 2);
const BASE = [zeros(`${LAYER}.weight`, 2, 3), f32(`${LAYER}.bias`, [2], [5, 6])];
const saved = (name: string, shape: readonly number[], values: readonly number[]): TensorToWrite =>
  f32(`base_model.model.${name}`, shape, values);

describe("the place of an adapter's tensors in its base", () => {
  const names = async (
    tensors: readonly TensorToWrite[],
    config: Readonly<Record<string, unknown>> = {},
    base: readonly TensorToWrite[] = BASE,
  ): Promise<string[]> => (await openOver(base, tensors, config)).tensors.map(({ name }) => name);
  const own = BASE.map(({ name }) => name).sort();

  it("is that of the wrapped layer: base_layer is taken out of names", async () => {
    const model = await openOver(BASE, [...PAIR, saved(`${LAYER}.base_layer.bias`, [2], [7, 8])]);
    expect(await valuesOf(model, `${LAYER}.bias`)).to.deep.equal([7, 8]);
    expect(model.tensors.map(({ name }) => name)).to.deep.equal(own);
  });

  it("is none for the copies that PEFT keeps", async () => {
    expect(await names([...PAIR, saved(`${LAYER}.original_module.weight`, [1], [9])])).to.deep.equal(own);
  });

  it("is what factors are added to, for a weight of their own", async () => {
    const weight = saved(`${LAYER}.base_layer.weight`, [2, 3], [1, 1, 1, 1, 1, 1]);
    const other = await openOver(BASE, [...PAIR, weight]);
    expect(await valuesOf(other, `${LAYER}.weight`)).to.deep.equal([3, 21, 201, -1, -19, -199]);
    expect(other.notes.join()).to.include("of its own, which is not that of");
    const same = await openOver(BASE, [...PAIR, { ...weight, values: [0, 0, 0, 0, 0, 0] }]);
    expect(same.notes).to.deep.equal([]);
    expect(same.adapter?.modules.length).to.equal(1);
  });

  it("takes an embedding with more rows from the adapter's own files", async () => {
    const factors = [
      saved("embed.lora_embedding_A", [1, 3], [1, 10, 100]),
      saved("embed.lora_embedding_B", [2, 1], [1, -1]),
    ];
    const base = [zeros("embed.weight", 2, 2)];
    for (const name of ["embed.base_layer.weight", "embed.weight"]) {
      const model = await openOver(base, [...factors, saved(name, [3, 2], [0, 0, 0, 0, 1, 1])]);
      expect(tensorOf(model, "embed.weight").shape).to.deep.equal([3, 2]);
      expect(await valuesOf(model, "embed.weight")).to.deep.equal([2, -2, 20, -20, 201, -199]);
      expect(model.notes.join()).to.include('brings "embed.weight" as [3,2], in').and.to.include("it is [2,2]");
    }
    expect(await refusalOf(openOver(base, factors))).to.include("1 row more than the base's vocabulary");
    expect(await refusalOf(openOver([zeros("embed.weight", 5, 2)], factors))).to.include("2 rows fewer than");
    expect(await refusalOf(openOver([zeros("lm_head.weight", 2, 3)], pairOf("lm_head", 3, 4)))).to.include(
      "2 rows more",
    );
  });

  it("is a new tensor's only for a module that the adapter brings along, and that is said", async () => {
    const head = saved("score.weight", [2, 2], [1, 2, 3, 4]);
    expect(await refusalOf(names([...PAIR, head]))).to.include('holds "score.weight", which');
    for (const config of [{ modules_to_save: ["score"] }, { task_type: "SEQ_CLS" }]) {
      const model = await openOver(BASE, [...PAIR, head], config);
      expect(await valuesOf(model, "score.weight")).to.deep.equal([1, 2, 3, 4]);
      expect(model.notes.join()).to.include('brings "score.weight" [2,2], which');
    }
    expect(await refusalOf(names([...PAIR, saved(`${LAYER}.base_layer.scale`, [1], [1])]))).to.include("q_proj.scale");
  });

  it("knows the adapter's name from a part of a module after modules_to_save", async () => {
    const marked = (rest: string): TensorToWrite => saved(`score.modules_to_save.${rest}`, [1], [1]);
    const added = async (...tensors: TensorToWrite[]): Promise<string[]> =>
      (await names([...PAIR, ...tensors])).filter((name) => name.startsWith("score"));
    expect(await added(marked("default.weight"))).to.deep.equal(["score.weight"]);
    expect(await added(marked("mine.weight"), marked("mine.bias"))).to.deep.equal(["score.bias", "score.weight"]);
    expect(await added(marked("dense.weight"), marked("out.weight"))).to.deep.equal([
      "score.dense.weight",
      "score.out.weight",
    ]);
    expect(await added(marked("weight"))).to.deep.equal(["score.weight"]);
  });

  it("is refused for a name that fits two tensors, naming both", async () => {
    const towers = ["text_model", "vision_model"].map((tower) => zeros(`${tower}.encoder.${LAYER}.weight`, 2, 3));
    expect(await refusalOf(names(PAIR, {}, towers))).to.match(
      /fits two tensors of .*"text_model\.encoder\.layers\.0.* and "vision_model\.encoder\.layers\.0/u,
    );
    const exact = [...towers, zeros(`${LAYER}.weight`, 2, 3)];
    expect(await names(PAIR, {}, exact)).to.have.length(3);
  });

  it("is behind one prefix for all modules", async () => {
    const other = pairOf("layers.1.self_attn.q_proj", 3, 2);
    const base = [
      zeros(`text.${LAYER}.weight`, 2, 3),
      zeros("vision.layers.1.self_attn.q_proj.weight", 2, 3),
      zeros("text.norm.weight", 2),
    ];
    expect(await refusalOf(names([...PAIR, ...other], {}, base))).to.include("behind different prefixes");
    const prefixed = [zeros(`text.${LAYER}.weight`, 2, 3), zeros("norm.weight", 2), zeros("text.final.bias", 2)];
    // The bias has the factors' prefix; the norm is another one, whose name is only the end of the adapter's.
    const model = await openOver(prefixed, [...PAIR, saved("final.bias", [2], [1, 2])]);
    expect(await valuesOf(model, "text.final.bias")).to.deep.equal([1, 2]);
    expect(await refusalOf(names([...PAIR, saved("head.norm.weight", [2], [1, 2])], {}, prefixed))).to.include(
      'holds "head.norm.weight"',
    );
  });

  it("is refused for a head that the base ties to its embedding", async () => {
    const base = [...BASE, zeros("model.embed_tokens.weight", 4, 3)];
    expect(await refusalOf(names(pairOf("lm_head", 3, 4), {}, base))).to.match(
      /adapts "lm_head", which .* does not store: it seems tied to "model\.embed_tokens\.weight".*tie_word_embeddings/su,
    );
  });

  it("is none for a head that is a copy of the embedding, and another's is said", async () => {
    const embedding = f32("embed_tokens.weight", [2, 2], [1, 2, 3, 4]);
    const base = [...BASE, embedding];
    const copy = saved("lm_head.weight", [2, 2], embedding.values);
    expect(
      await names([...PAIR, copy, saved("embed_tokens.weight", [2, 2], embedding.values)], {}, base),
    ).to.deep.equal(["embed_tokens.weight", ...own]);
    // Rows were added: both are saved, and one is the other.
    const longer = [1, 2, 3, 4, 5, 6];
    const resized = [saved("embed_tokens.weight", [3, 2], longer), saved("lm_head.weight", [3, 2], longer)];
    const model = await openOver(base, [...PAIR, ...resized]);
    expect(model.tensors.map(({ name }) => name)).to.not.include("lm_head.weight");
    expect(await valuesOf(model, "embed_tokens.weight")).to.deep.equal([1, 2, 3, 4]);
    expect(await valuesOf(model, "embed_tokens.weight@+1")).to.deep.equal([5, 6]);
    const other = { ...copy, values: [1, 2, 3, 5] };
    expect(await refusalOf(names([...PAIR, other], {}, base))).to.include('holds "lm_head.weight"');
    const headOnly = [...BASE, f32("lm_head.weight", [2, 2], embedding.values)];
    expect(await names([...PAIR, saved("embed_tokens.weight", [2, 2], embedding.values)], {}, headOnly)).to.deep.equal([
      ...own,
      "lm_head.weight",
    ]);
    const untied = await openOver(base, [...PAIR, other], { modules_to_save: ["lm_head"] });
    expect(untied.notes.join()).to.include('brings "lm_head.weight"');
  });

  it("is an embedding's, and that a head may be tied to it is said", async () => {
    const factors = [
      saved("embed_tokens.lora_embedding_A", [1, 2], [1, 10]),
      saved("embed_tokens.lora_embedding_B", [2, 1], [1, -1]),
    ];
    const table = zeros("embed_tokens.weight", 2, 2);
    expect((await openOver([table], factors)).notes.join()).to.include("stores no head beside it");
    expect((await openOver([table, zeros("lm_head.weight", 2, 2)], factors)).notes).to.deep.equal([]);
  });

  it("is no tensor of integers", async () => {
    const counts = [{ ...zeros(`${LAYER}.weight`, 2, 3), dtype: "I64" }];
    expect(await refusalOf(names(PAIR, {}, counts))).to.include("stores as I64: codes or counts, not weights");
    // Codes without a scale are refused when the base is opened.
    const packed = [{ ...zeros(`${LAYER}.weight`, 2, 3), dtype: "I8" }];
    expect(await refusalOf(names(PAIR, {}, packed))).to.include("holds I8 codes, not weights: no scale is beside it");
  });

  it("is the fused matrix of PyTorch's attention", async () => {
    const base = [zeros("attn.in_proj_weight", 6, 2), zeros("attn.out_proj.weight", 2, 2)];
    const factors = [...pairOf("attn", 2, 6), ...pairOf("attn.base_layer.out_proj", 2, 2)];
    const model = await openOver(base, factors);
    expect((await valuesOf(model, "attn.in_proj_weight")).slice(0, 4)).to.deep.equal([2, 20, -2, -20]);
    expect(await valuesOf(model, "attn.out_proj.weight")).to.deep.equal([2, 20, -2, -20]);
  });

  it("takes a bias of the adapter's own, times the scale", async () => {
    const bias = saved(`${LAYER}.lora_B.bias`, [2], [1, -1]);
    const model = await openOver(BASE, [...PAIR, bias], { lora_bias: true });
    expect(await valuesOf(model, `${LAYER}.bias`)).to.deep.equal([7, 4]);
    expect(await refusalOf(names([...PAIR, bias], {}, BASE.slice(0, 1)))).to.include("adds to the bias of");
  });

  it("is refused for parameters that are no layer's weight, and for other adapters' tensors", async () => {
    expect(await refusalOf(names(pairOf("experts.base_layer", 3, 2)))).to.include("not a layer's weight");
    for (const name of ["q.ia3_l", "q.hada_w1_a", "embed.token_adapter.trainable_tokens_delta", "q.lora_ga"]) {
      expect(await refusalOf(names([...PAIR, saved(name, [1], [1])]))).to.include("adapter that is not supported");
    }
  });

  it("tells fields and patterns that meant nothing", async () => {
    const model = await openOver(BASE, PAIR, { alpha_pattern: { k_proj: 4 }, rank_pattern: {}, use_magic: true });
    expect(model.notes).to.deep.equal([
      'lora/adapter_config.json: "k_proj" in alpha_pattern matches no module of the adapter',
      'lora/adapter_config.json: the field "use_magic" is not known here and was left aside',
    ]);
  });
});

describe("DoRA", () => {
  it("scales the outputs of a Conv1D, which are columns, and of embeddings", async () => {
    const values = [3, 1, 4, 1, 5, 9];
    const factors = [
      saved("embed.lora_embedding_A", [1, 3], [1, 10, 100]),
      saved("embed.lora_embedding_B", [2, 1], [1, -1]),
      saved("embed.lora_magnitude_vector", [2], [2, 6]),
    ];
    const model = await openOver([f32("embed.weight", [3, 2], values)], factors, { use_dora: true });
    const merged = [3 + 2, 1 - 2, 4 + 20, 1 - 20, 5 + 200, 9 - 200];
    const norms = [0, 1].map((column) => Math.hypot(...merged.filter((_, i) => i % 2 === column)));
    const result = await valuesOf(model, "embed.weight");
    result.forEach((value, i) => {
      expect(value).to.be.closeTo(((merged[i] ?? 0) * (i % 2 === 0 ? 2 : 6)) / (norms[i % 2] ?? 0), 1e-12);
    });
    expect(Array.from(await tensorOf(model, "embed.weight").readValues(3, 2))).to.deep.equal(result.slice(3, 5));
  });
});
