import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { recognizeArchitecture } from "../../../../src/model/architecture/recognize.js";
import { parseRoleMapping } from "../../../../src/model/architecture/role-mapping-file.js";
import { roleMatches, type NamedShape } from "../../../../src/model/architecture/role.js";
import { FormatError } from "../../../../src/errors/errors.js";
import { openModel } from "../../../../src/model/open-model.js";
import { fileSystem } from "../../../../src/node/file-source.js";

/** Names and shapes as the families' published models have them, and what each tensor does: `role part block`. */
const FAMILIES: Readonly<Record<string, readonly (readonly [name: string, shape: string, role: string])[]>> = {
  "GPT-2": [
    ["transformer.wte.weight", "50257x768", "embedding weight"],
    ["transformer.wpe.weight", "1024x768", "embedding.position weight"],
    ["transformer.h.0.ln_1.bias", "768", "norm bias 0"],
    ["transformer.h.0.attn.c_attn.weight", "768x2304", "attention.qkv weight 0"],
    ["transformer.h.11.attn.c_proj.weight", "768x768", "attention.o weight 11"],
    ["transformer.h.3.mlp.c_fc.weight", "768x3072", "mlp.up weight 3"],
    ["transformer.h.3.mlp.c_proj.bias", "768", "mlp.down bias 3"],
    ["transformer.ln_f.weight", "768", "norm weight"],
    ["lm_head.weight", "50257x768", "head weight"],
  ],
  "LLaMA-like": [
    ["model.embed_tokens.weight", "32000x4096", "embedding weight"],
    ["model.layers.7.self_attn.q_proj.weight", "4096x4096", "attention.q weight 7"],
    ["model.layers.7.self_attn.k_proj.weight", "1024x4096", "attention.k weight 7"],
    ["model.layers.7.self_attn.v_proj.bias", "1024", "attention.v bias 7"],
    ["model.layers.7.self_attn.o_proj.weight", "4096x4096", "attention.o weight 7"],
    ["model.layers.7.self_attn.qkv_proj.weight", "9216x3072", "attention.qkv weight 7"],
    ["model.layers.7.mlp.gate_proj.weight", "11008x4096", "mlp.gate weight 7"],
    ["model.layers.7.mlp.up_proj.weight", "11008x4096", "mlp.up weight 7"],
    ["model.layers.7.mlp.gate_up_proj.weight", "16384x3072", "mlp.up weight 7"],
    ["model.layers.7.mlp.down_proj.weight", "4096x11008", "mlp.down weight 7"],
    ["model.layers.7.input_layernorm.weight", "4096", "norm weight 7"],
    ["model.norm.weight", "4096", "norm weight"],
    ["lm_head.weight", "32000x4096", "head weight"],
  ],
  BERT: [
    ["bert.embeddings.word_embeddings.weight", "30522x768", "embedding weight"],
    ["bert.embeddings.position_embeddings.weight", "512x768", "embedding.position weight"],
    ["bert.embeddings.LayerNorm.weight", "768", "norm weight"],
    ["bert.encoder.layer.2.attention.self.query.weight", "768x768", "attention.q weight 2"],
    ["bert.encoder.layer.2.attention.self.key.bias", "768", "attention.k bias 2"],
    ["bert.encoder.layer.2.attention.output.dense.weight", "768x768", "attention.o weight 2"],
    ["bert.encoder.layer.2.attention.output.LayerNorm.bias", "768", "norm bias 2"],
    ["bert.encoder.layer.2.intermediate.dense.weight", "3072x768", "mlp.up weight 2"],
    ["bert.encoder.layer.2.output.dense.weight", "768x3072", "mlp.down weight 2"],
    ["bert.pooler.dense.weight", "768x768", "dense weight"],
    ["classifier.weight", "2x768", "head weight"],
  ],
  ViT: [
    ["pos_embed", "1x197x768", "embedding.position weight"],
    ["cls_token", "1x1x768", "embedding weight"],
    ["patch_embed.proj.weight", "768x3x16x16", "embedding weight"],
    ["blocks.4.norm1.weight", "768", "norm weight 4"],
    ["blocks.4.attn.qkv.weight", "2304x768", "attention.qkv weight 4"],
    ["blocks.4.attn.proj.weight", "768x768", "attention.o weight 4"],
    ["blocks.4.mlp.fc1.weight", "3072x768", "mlp.up weight 4"],
    ["blocks.4.mlp.fc2.weight", "768x3072", "mlp.down weight 4"],
    ["head.weight", "1000x768", "head weight"],
  ],
  T5: [
    ["shared.weight", "32128x512", "embedding weight"],
    ["encoder.block.1.layer.0.SelfAttention.q.weight", "512x512", "attention.q weight 1"],
    ["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", "32x8", "embedding.position weight 0"],
    ["encoder.block.1.layer.0.layer_norm.weight", "512", "norm weight 1"],
    ["encoder.block.1.layer.1.DenseReluDense.wi_0.weight", "1024x512", "mlp.gate weight 1"],
    ["encoder.block.1.layer.1.DenseReluDense.wo.weight", "512x1024", "mlp.down weight 1"],
    ["decoder.block.2.layer.1.EncDecAttention.o.weight", "512x512", "attention.o weight decoder 2"],
    ["lm_head.weight", "32128x512", "head weight"],
  ],
  "ResNet-like CNN": [
    ["conv1.weight", "64x3x7x7", "conv weight conv1"],
    ["bn1.weight", "64", "norm weight"],
    ["bn1.running_mean", "64", "norm statistic"],
    ["layer1.0.conv1.weight", "64x64x3x3", "conv weight layer1.0"],
    ["layer2.0.downsample.0.weight", "128x64x1x1", "conv weight layer2.0"],
    ["layer2.0.downsample.1.weight", "128", "norm weight layer2.0"],
    ["fc.weight", "1000x512", "head weight"],
    ["fc.bias", "1000", "head bias"],
  ],
  "MobileNet-like CNN": [
    ["features.1.conv.0.0.weight", "32x1x3x3", "conv weight 1"],
    ["features.1.conv.0.1.weight", "32", "norm weight 1"],
    ["features.1.conv.0.1.bias", "32", "norm bias 1"],
    ["features.1.conv.0.1.running_var", "32", "norm statistic 1"],
    ["classifier.1.weight", "1000x1280", "head weight"],
  ],
  "recurrent network": [
    ["decoder.rnn.weight_ih", "512x128", "recurrent weight"],
    ["decoder.rnn.bias_hh", "512", "recurrent bias"],
    ["encoder.0.reparam_conv.weight", "128x65x3", "conv weight"],
  ],
  MLP: [
    ["fc1.weight", "256x64", "dense weight"],
    ["fc2.bias", "128", "dense bias"],
    ["fc2.weight", "128x256", "dense weight"],
    ["fc3.weight", "10x128", "head weight"],
    ["fc3.bias", "10", "head bias"],
  ],
};

const require = createRequire(import.meta.url);

describe("recognizing architectures", () => {
  for (const [family, lines] of Object.entries(FAMILIES)) {
    it(`knows the tensors of ${family}`, () => {
      const tensors = lines.map(([name, shape]): NamedShape => ({ name, shape: shape.split("x").map(Number) }));
      const architecture = recognizeArchitecture(tensors);
      expect(architecture.family).to.equal(family);
      const found = tensors.map(({ name }) => {
        const { role, part, block } = architecture.roleOf(name);
        return [role, part, ...(block === undefined ? [] : [block])].join(" ");
      });
      expect(found).to.deep.equal(lines.map(([, , role]) => role));
    });
  }

  it("leaves no tensor of the trained fixtures without a role", async () => {
    for (const [file, family] of [
      ["transformer/base", "transformer encoder"],
      ["cnn/base", "CNN"],
      ["mlp/base", "MLP"],
    ] as const) {
      const path = fileURLToPath(new URL(`../../../fixtures/${file}.safetensors`, import.meta.url));
      const model = await openModel(fileSystem, path);
      await model.close();
      const { tensors } = model;
      const architecture = recognizeArchitecture(tensors);
      expect(architecture.family).to.equal(family);
      expect(tensors.map(({ name }) => architecture.roleOf(name).role)).to.not.include("other");
    }
  });

  it("sees convolutions of TensorFlow.js with their output channels as columns", async () => {
    const folder = dirname(require.resolve("@vladmandic/face-api/package.json"));
    const path = join(folder, "model", "face_expression_model-weights_manifest.json");
    const model = await openModel(fileSystem, path);
    await model.close();
    const { tensors } = model;
    const architecture = recognizeArchitecture(tensors, { layout: "channels-last" });
    const axes = (name: string): number => architecture.roleOf(name).rowAxes;
    expect(axes("dense0/conv0/filters")).to.equal(3);
    expect(axes("dense1/conv1/depthwise_filter")).to.equal(2);
    expect(axes("dense1/conv1/pointwise_filter")).to.equal(3);
    expect(architecture.roleOf("fc/weights").role).to.equal("head");
    expect(recognizeArchitecture(tensors).roleOf("dense0/conv0/filters").rowAxes).to.equal(1);
  });

  it("sees fused attention weights [3, d, d] as 3·d × d", () => {
    const name = "blocks.0.attn.qkv.weight";
    expect(recognizeArchitecture([{ name, shape: [3, 64, 64] }]).roleOf(name).rowAxes).to.equal(2);
  });

  it("lets a mapping have the first word, in part or whole", () => {
    const mapping = parseRoleMapping(
      [
        "version: 1",
        "roles:",
        "  - tensors: 'tower.*.mix.weight'",
        "    role: attention.qkv",
        "    block: tower",
        "  - { tensors: 'out.**', role: head }",
        "",
      ].join("\n"),
      "roles.yaml",
    );
    const tensors = ["tower.0.mix.weight", "out.proj.bias", "fc1.weight"].map((name) => ({ name, shape: [4, 4] }));
    const architecture = recognizeArchitecture(tensors, { mapping });
    expect(architecture.roleOf("tower.0.mix.weight")).to.include({
      role: "attention.qkv",
      block: "tower",
      part: "weight",
    });
    expect(architecture.roleOf("out.proj.bias")).to.include({ role: "head", part: "bias" });
    expect(architecture.roleOf("fc1.weight").role).to.equal("head");
  });

  it("names what is wrong with a mapping", () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ["version: 1\nroles:\n  - tensors: a\n    role: attentoin", /roles\.0\.role/u],
      ["version: 1\nroles: []", /roles/u],
      ["version: 1\nroles:\n  - role: head", /roles\.0\.tensors/u],
      ["version: [", /YAML/u],
    ];
    for (const [text, message] of wrong) {
      expect(() => parseRoleMapping(text, "roles.yaml"), text).to.throw(FormatError, message);
    }
  });

  it("means all parts of attention and mlp by their first word", () => {
    expect(roleMatches("attention.q", "attention")).to.equal(true);
    expect(roleMatches("mlp.up", "mlp.up")).to.equal(true);
    expect(roleMatches("embedding.position", "embedding")).to.equal(true);
    expect(roleMatches("embedding", "embedding.position")).to.equal(false);
  });
});
