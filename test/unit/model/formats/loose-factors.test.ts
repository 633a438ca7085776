import { expect } from "chai";
import { openModelOver } from "../../../../src/model/open-over-base.js";
import type { Model } from "../../../../src/model/open-model.js";
import { memoryFiles } from "../../../../src/model/source-opener.js";
import { adapterFiles, openOver, pairOf, refusalOf, zeros } from "../../../support/adapters.js";
import { encodeSafetensors } from "../../../support/encode-safetensors.js";
import { openTensors } from "../../../support/models.js";

const BASE = [zeros("net.q.weight", 2, 2), zeros("net.k.weight", 2, 2)];

/** Opens a file of tensors of those names as a fine-tune, or alone. */
async function open(names: readonly string[], base?: readonly string[]): Promise<Model> {
  const bytes = encodeSafetensors(names.map((name) => zeros(name, 2, 2)));
  const under = base === undefined ? undefined : await openTensors(base.map((name) => zeros(name, 2, 2)));
  return openModelOver(memoryFiles(new Map([["folder/file.safetensors", bytes]])), "folder/file.safetensors", under);
}

describe("factors that are given as a model", () => {
  const own = BASE.map(({ name }) => name);
  const UNET = "down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";

  for (const [what, names, remedy] of [
    ["LoRA factors", ["base_model.model.net.q.lora_A.weight", "base_model.model.net.q.lora_B.weight"], /missing here/u],
    ["LoRA factors", ["transformer.h.0.attn.c_attn.lora_A.default.weight"], /adapter_config\.json/u],
    ["LoRA factors", ["embed.lora_embedding_A", "embed.lora_embedding_B"], /adapter_config\.json/u],
    [
      "LoRA factors in kohya's format",
      [`lora_unet_${UNET}.lora_down.weight`, `lora_unet_${UNET}.lora_up.weight`, `lora_unet_${UNET}.alpha`],
      /fuse_lora/u,
    ],
    ["LoRA factors in kohya's format", ["lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_down.weight"], /fuse_lora/u],
    ["factors of LyCORIS", [`lora_unet_${UNET}.hada_w1_a`, `lora_unet_${UNET}.alpha`], /merged model/u],
    ["LoRA factors in the format of diffusers", ["unet.mid_block.attn.to_q.lora_A.weight"], /fuse_lora/u],
    ["LoRA factors in an older format of diffusers", ["unet.mid_block.attn.to_q.lora.down.weight"], /fuse_lora/u],
    ["LoRA factors in an older format of diffusers", ["mid_block.attn1.processor.to_q_lora.up.weight"], /fuse_lora/u],
    ["LoRA factors of MLX", ["model.layers.0.self_attn.q_proj.lora_a"], /mlx_lm\.fuse/u],
    ["weights of an adapter that is not a LoRA", ["base_model.model.net.q.ia3_l"], /merge_and_unload/u],
  ] as const) {
    it(`are named: ${what}, ${names[0]}`, async () => {
      for (const base of [undefined, own]) {
        const message = await refusalOf(open(names, base));
        expect(message).to.include(`holds ${what}`).and.to.include("and no model's weights, such as");
        expect(message).to.match(remedy);
      }
    });
  }

  it("are told from a model with an adapter inside, which must be in both or in none", async () => {
    const inside = [
      "net.q.base_layer.weight",
      "net.q.lora_A.default.weight",
      "net.q.lora_B.default.weight",
      own[1] ?? "",
    ];
    const message = /is a model with an adapter inside that is not merged, such as "net\.q\.lora_A.*merge_and_unload/su;
    expect(await refusalOf(open(inside, own))).to.match(message);
    expect(await refusalOf(open(own, inside))).to.match(message);
    expect((await open(inside, inside)).notes).to.deep.equal([]);
    expect((await open(inside)).notes.join()).to.include("with an adapter inside");
    expect((await open(own, own)).notes).to.deep.equal([]);
  });
});

describe("adapters of other kinds", () => {
  for (const [config, message] of [
    [{ peft_type: "IA3" }, /peft_type: IA3 is not supported \(IA³ scales activations\).*merge_and_unload/su],
    [{ peft_type: "LOHA" }, /LoHa multiplies/u],
    [{ peft_type: "LOKR" }, /LoKr is a Kronecker product/u],
    [{ peft_type: "OFT" }, /orthogonal/u],
    [{ peft_type: "VERA" }, /VeRA/u],
    [{ peft_type: "ADALORA" }, /AdaLoRA has singular values/u],
    [{ peft_type: "TRAINABLE_TOKENS" }, /single rows of the embedding/u],
    [{ peft_type: "SOMETHING_NEW" }, /peft_type: SOMETHING_NEW is not supported\n.*merge/su],
    [{ peft_type: "PREFIX_TUNING" }, /changes none of its weights.*no weights to compare/su],
    [{ peft_type: undefined, fine_tune_type: "lora", lora_parameters: { rank: 8 } }, /of MLX.*mlx_lm\.fuse/su],
    [{ peft_type: undefined }, /has no peft_type/u],
    [{ trainable_token_indices: [1] }, /trainable_token_indices: rows of embeddings.*merge_and_unload/su],
  ] as const) {
    it(`are refused by name: ${JSON.stringify(config)}`, async () => {
      expect(await refusalOf(openOver(BASE, pairOf("net.q", 2, 2), config))).to.match(message);
    });
  }

  it("are refused if they hold nothing", async () => {
    const copy = [zeros("base_model.model.net.q.original_module.weight", 2, 2)];
    expect(await refusalOf(openModelOver(adapterFiles({}, copy), "lora", await openTensors(BASE)))).to.include(
      "holds no factors",
    );
  });
});
