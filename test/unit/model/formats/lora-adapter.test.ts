import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { openAdapter } from "../../../../src/model/formats/lora-adapter.js";
import { openModel, type Model } from "../../../../src/model/open-model.js";
import { openModelOver } from "../../../../src/model/open-over-base.js";
import { memoryFiles } from "../../../../src/model/source-opener.js";
import { fileSystem } from "../../../../src/node/file-source.js";
import { adapterFiles, f32, refusalOf } from "../../../support/adapters.js";
import type { TensorToWrite } from "../../../support/encode-safetensors.js";
import { openTensors, tensorOf, valuesOf } from "../../../support/models.js";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/transformer/${name}`, import.meta.url));

const PAIR = [
  f32("base_model.model.net.q.lora_A.weight", [1, 3], [1, 10, 100]),
  f32("base_model.model.net.q.lora_B.weight", [2, 1], [1, -1]),
];
const BASE = [f32("net.q.weight", [2, 3], [0, 0, 0, 0, 0, 0]), f32("net.q.bias", [2], [5, 6])];

describe("adapters of low rank", () => {
  const over = async (
    config: Readonly<Record<string, unknown>>,
    tensors: readonly TensorToWrite[] = PAIR,
    base: readonly TensorToWrite[] = BASE,
  ): Promise<Model> => openModelOver(adapterFiles(config, tensors), "lora", await openTensors(base));

  it("add scale·B·A to the weight they adapt, and nothing to others", async () => {
    const model = await over({});
    expect(model.format).to.equal("peft-lora");
    expect(await valuesOf(model, "net.q.weight")).to.deep.equal([2, 20, 200, -2, -20, -200]);
    expect(await valuesOf(model, "net.q.bias")).to.deep.equal([5, 6]);
    expect(Array.from(await tensorOf(model, "net.q.weight").readValues(2, 3))).to.deep.equal([200, -2, -20]);
  });

  it("scale by alpha/√r under rslora, and by module where patterns say so", async () => {
    const two = [
      f32("base_model.model.net.q.lora_A.weight", [4, 1], [1, 0, 0, 0]),
      f32("base_model.model.net.q.lora_B.weight", [1, 4], [1, 0, 0, 0]),
    ];
    const base = [f32("net.q.weight", [1, 1], [0])];
    const weight = async (config: Readonly<Record<string, unknown>>): Promise<number | undefined> =>
      (await valuesOf(await over(config, two, base), "net.q.weight"))[0];
    expect(await weight({ r: 4, lora_alpha: 8 })).to.equal(2);
    expect(await weight({ r: 4, lora_alpha: 8, use_rslora: true })).to.equal(4);
    expect(await weight({ r: 1, rank_pattern: { q: 4 }, lora_alpha: 8 })).to.equal(2);
    expect(await weight({ r: 1, rank_pattern: { "net.q": 4 }, alpha_pattern: { ".*\\.q": 20 } })).to.equal(5);
    expect(await weight({ r: 4, alpha_pattern: { k: 99 }, lora_alpha: 8 })).to.equal(2);
  });

  it("adapt weights that are stored as in × out", async () => {
    const base = [f32("net.q.weight", [3, 2], [0, 0, 0, 0, 0, 0])];
    const model = await over({ fan_in_fan_out: true }, PAIR, base);
    expect(await valuesOf(model, "net.q.weight")).to.deep.equal([2, -2, 20, -20, 200, -200]);
  });

  it("bring whole tensors, also such as the base does not have", async () => {
    const saved = [
      ...PAIR,
      f32("base_model.model.net.q.bias", [2], [7, 8]),
      f32("base_model.model.classifier.modules_to_save.default.weight", [2, 2], [1, 2, 3, 4]),
    ];
    const model = await over({}, saved);
    expect(await valuesOf(model, "net.q.bias")).to.deep.equal([7, 8]);
    expect(await valuesOf(model, "classifier.weight")).to.deep.equal([1, 2, 3, 4]);
  });

  it("find their modules behind prefixes that one side lacks", async () => {
    const base = [f32("transformer.net.q.weight", [2, 3], [1, 1, 1, 1, 1, 1])];
    expect(await valuesOf(await over({}, PAIR, base), "transformer.net.q.weight")).to.deep.equal([
      3, 21, 201, -1, -19, -199,
    ]);
  });

  it("take names with the adapter's own name in them", async () => {
    const named = PAIR.map((tensor) => ({ ...tensor, name: tensor.name.replace(/\.weight$/u, ".default.weight") }));
    expect((await valuesOf(await over({}, named), "net.q.weight"))[0]).to.equal(2);
  });

  it("are refused without a base, of another kind, or for another base", async () => {
    const cases: readonly (readonly [Promise<unknown>, RegExp])[] = [
      [openModelOver(adapterFiles({}, PAIR), "lora", undefined), /only over its base/u],
      [over({ peft_type: "IA3" }), /adapter_config\.json: peft_type/u],
      [over({ use_dora: true }), /"net\.q" has no lora_magnitude_vector, but use_dora is true/u],
      [over({ r: 2 }), /"net\.q": lora_A is \[1,3\] and lora_B \[2,1\], but the rank is 2/u],
      [over({}, PAIR.slice(0, 1)), /has no lora_B/u],
      [over({}, PAIR, [f32("net.k.weight", [2, 3], [0, 0, 0, 0, 0, 0])]), /does not have/u],
      [over({}, PAIR, [f32("net.q.weight", [3, 2], [0, 0, 0, 0, 0, 0])]), /as 2 × 3, but .* \[3,2\]/u],
      [
        over({}, [...PAIR, f32("base_model.model.net.q.lora_magnitude_vector", [2], [1, 1])]),
        /has a lora_magnitude_vector, but use_dora is false/u,
      ],
      [over({}, [f32("base_model.model.q.token_adapter.base", [2], [1, 1])]), /token_adapter.*not supported/u],
      [openModel(adapterFiles({}, PAIR), "lora"), /only over its base.*--base-weights/su],
    ];
    for (const [work, message] of cases) expect(await refusalOf(work)).to.match(message);
  });

  it("are refused where they mean more than factors added to the base", async () => {
    for (const [field, value] of [
      ["use_qalora", true],
      ["kasa_config", { rank: 1 }],
      ["init_lora_weights", "pissa"],
      ["init_lora_weights", "pissa_niter_16"],
      ["init_lora_weights", "olora"],
      ["init_lora_weights", "loftq"],
      ["layer_replication", [[0, 2]]],
      ["target_parameters", ["experts.weight"]],
      ["trainable_token_indices", [1]],
      ["alora_invocation_tokens", [7]],
    ] as const) {
      expect(await refusalOf(over({ [field]: value }))).to.include(`adapter_config.json: ${field}: `);
    }
    for (const start of [true, false, "gaussian", "eva"]) {
      const model = await over({ init_lora_weights: start, layer_replication: null, target_parameters: [] });
      expect((await valuesOf(model, "net.q.weight"))[0], String(start)).to.equal(2);
    }
  });

  it("are refused where two of their tensors would come to one", async () => {
    const other = PAIR.map((tensor) => ({ ...tensor, name: tensor.name.replace(/\.weight$/u, ".other.weight") }));
    expect(await refusalOf(over({}, [...PAIR, ...other]))).to.match(/"net\.q" has lora_[AB] twice/u);
    const prefixed = PAIR.map((tensor) => ({ ...tensor, name: tensor.name.replace("net.q", "model.net.q") }));
    expect(await refusalOf(over({}, [...PAIR, ...prefixed]))).to.match(/changes "net\.q\.weight" of the base twice/u);
    const whole = f32("base_model.model.net.q.weight", [2, 3], [1, 1, 1, 1, 1, 1]);
    expect(await refusalOf(over({}, [...PAIR, whole]))).to.match(/changes "net\.q\.weight" of the base twice/u);
  });

  it("adapt embeddings, whose rows are the layer's inputs", async () => {
    const factors = [
      f32("base_model.model.embed.lora_embedding_A", [1, 3], [1, 10, 100]),
      f32("base_model.model.embed.lora_embedding_B", [2, 1], [1, -1]),
    ];
    const model = await over({}, factors, [f32("embed.weight", [3, 2], [0, 0, 0, 0, 0, 1])]);
    expect(await valuesOf(model, "embed.weight")).to.deep.equal([2, -2, 20, -20, 200, -199]);
  });

  it("tell their factors by the base's names, and that the sum is rounded to no format", async () => {
    const base = [{ ...f32("model.net.q.weight", [2, 3], [0, 0, 0, 0, 0, 0]), dtype: "BF16" as const }];
    const model = await over({}, PAIR, base);
    expect(
      model.adapter?.modules.map(({ tensor, module, rank, scale }) => [tensor, module, rank, scale]),
    ).to.deep.equal([["model.net.q.weight", "net.q", 1, 2]]);
    expect(tensorOf(model, "model.net.q.weight").dtype).to.equal("F64");
  });

  it("are refused without their weights, and a pickle is not opened", async () => {
    const config = new TextEncoder().encode(JSON.stringify({ peft_type: "LORA", r: 1, lora_alpha: 1 }));
    const files = new Map([
      ["lora/adapter_config.json", config],
      ["lora/adapter_model.bin", new Uint8Array(4)],
    ]);
    expect(await refusalOf(openAdapter(memoryFiles(files), "lora"))).to.match(
      /no adapter_model\.safetensors.*pickle/su,
    );
  });

  it("give a trained adapter's merge, up to the float32 that it was rounded to", async () => {
    const base = await openModel(fileSystem, fixture("base.safetensors"));
    const merged = await openModel(fileSystem, fixture("lora-merged-f32.safetensors"));
    const model = await openModelOver(fileSystem, fixture("lora"), base);
    expect(model.tensors.map(({ name }) => name)).to.deep.equal(base.tensors.map(({ name }) => name));
    let changed = 0;
    for (const { name } of base.tensors) {
      const [ours, theirs, before] = await Promise.all([model, merged, base].map((each) => valuesOf(each, name)));
      if (String(ours) !== String(before)) changed++;
      // The merge itself is computed in float32: an error of a few steps of the product and one of the sum.
      const isNear = (ours ?? []).every((value, i) => Math.abs(value - (theirs?.[i] ?? NaN)) < 2 ** -24);
      expect(isNear, name).to.equal(true);
    }
    expect(changed).to.equal(4);
    const { files } = await model.provenance();
    expect(files.map(({ name }) => name)).to.deep.equal([
      "adapter_config.json",
      "adapter_model.safetensors",
      "base/base.safetensors",
    ]);
    // The scale is in the configuration, so that is among the files.
    for (const { name, sha256 } of files.slice(0, 2)) {
      const bytes = await readFile(fixture(`lora/${name}`));
      expect(sha256).to.equal(createHash("sha256").update(bytes).digest("hex"));
    }
    for (const each of [model, merged, base]) await each.close();
  });
});
