import { expect } from "chai";
import type { AskedOrientation } from "../../../../src/model/formats/lora-orientation.js";
import { adapterFiles, f32, openOver, pairOf, refusalOf, zeros } from "../../../support/adapters.js";
import type { TensorToWrite } from "../../../support/encode-safetensors.js";
import { openFiles, valuesOf } from "../../../support/models.js";
import { openModelOver } from "../../../../src/model/open-over-base.js";

/** A block of GPT-2 with Conv1D (in × out), or the same names with Linear layers (out × in). */
function gpt2(isConv1d: boolean, ...more: readonly TensorToWrite[]): readonly TensorToWrite[] {
  const matrix = (name: string, inputs: number, outputs: number): TensorToWrite =>
    isConv1d ? zeros(name, inputs, outputs) : zeros(name, outputs, inputs);
  return [
    matrix("h.0.attn.c_attn.weight", 2, 6),
    zeros("h.0.attn.c_attn.bias", 6),
    matrix("h.0.attn.c_proj.weight", 2, 2),
    zeros("h.0.attn.c_proj.bias", 2),
    matrix("h.0.mlp.c_fc.weight", 2, 8),
    ...more,
  ];
}

const llama = [zeros("layers.0.mlp.down_proj.weight", 2, 4), zeros("layers.0.self_attn.q_proj.weight", 2, 2)];
const PROJ = "h.0.attn.c_proj";
const LINEAR = [2, 20, -2, -20];
const CONV1D = [2, -2, 20, -20];

describe("orientation of an adapter's modules", () => {
  const weight = async (
    base: readonly TensorToWrite[],
    module: string,
    fanInFanOut: boolean | undefined,
    factors: readonly TensorToWrite[] = pairOf(module, 2, 2),
    asked: readonly AskedOrientation[] = [],
  ): Promise<number[]> =>
    valuesOf(
      await openOver(base, factors, fanInFanOut === undefined ? {} : { fan_in_fan_out: fanInFanOut }, asked),
      `${module}.weight`,
    );

  it("is that of the base's kind of layer where a square leaves it open", async () => {
    expect(await weight(gpt2(true), PROJ, true)).to.deep.equal(CONV1D);
    expect(await weight(gpt2(true), PROJ, undefined)).to.deep.equal(CONV1D);
    expect(await weight(llama, "layers.0.self_attn.q_proj", false)).to.deep.equal(LINEAR);
  });

  it("knows GPT-2's names with Linear layers from GPT-2, by the other matrices", async () => {
    expect(await weight(gpt2(false), PROJ, false)).to.deep.equal(LINEAR);
    expect(await refusalOf(weight(gpt2(false), PROJ, true))).to.include("Linear (out × in) by the base's architecture");
  });

  it("takes either flag where another module of the adapter explains it", async () => {
    const base = gpt2(true, zeros("score.weight", 2, 2));
    const both = [...pairOf(PROJ, 2, 2), ...pairOf("score", 2, 2)];
    for (const flag of [true, false]) {
      expect(await weight(base, PROJ, flag, both)).to.deep.equal(CONV1D);
      expect(await weight(base, "score", flag, both)).to.deep.equal(LINEAR);
    }
  });

  it("is asked for where the configuration contradicts the architecture", async () => {
    const base = gpt2(true, zeros("score.weight", 2, 2));
    expect(await refusalOf(weight(base, PROJ, false))).to.match(
      /"h\.0\.attn\.c_proj\.weight" is square \(\[2,2\]\): a Conv1D .* but fan_in_fan_out is false.*--orientation h\.0\.attn\.c_proj=linear or =conv1d/su,
    );
    expect(await refusalOf(weight(base, "score", true))).to.include("a Linear (out × in) by the base's architecture");
    const query = "layers.0.self_attn.q_proj";
    expect(await refusalOf(weight(llama, query, true))).to.include("but fan_in_fan_out is true");
    for (const name of [PROJ, "*.c_proj", "c_proj", "h.*", `${PROJ}.weight`]) {
      expect(await weight(base, PROJ, false, undefined, [{ name, order: "conv1d" }])).to.deep.equal(CONV1D);
      expect(await weight(base, PROJ, false, undefined, [{ name, order: "linear" }])).to.deep.equal(LINEAR);
    }
  });

  it("is the shapes' where they say it and the base may be so, whatever the configuration says", async () => {
    const turned = [2, -2, 2, -2, 2, -2, 20, -20, 20, -20, 20, -20];
    expect(await weight(gpt2(true), "h.0.attn.c_attn", false, pairOf("h.0.attn.c_attn", 2, 6))).to.deep.equal(turned);
    const straight = [2, 20, 200, -2, -20, -200];
    const base = [zeros("net.q.weight", 2, 3), zeros("net.k.weight", 3, 2)];
    expect(await weight(base, "net.q", true, pairOf("net.q", 3, 2))).to.deep.equal(straight);
    expect(await weight(base, "net.k", true, pairOf("net.k", 3, 2))).to.deep.equal([2, -2, 20, -20, 200, -200]);
    // A Linear layer with its sides exchanged is another model's.
    expect(await refusalOf(weight(base, "net.k", false, pairOf("net.k", 3, 2)))).to.match(
      /as 2 × 3, but in .* it is \[3,2\].*--orientation net\.k=conv1d/su,
    );
    expect(
      await refusalOf(weight(llama, "layers.0.mlp.down_proj", true, pairOf("layers.0.mlp.down_proj", 2, 4))),
    ).to.match(/as 4 × 2, but in .* it is \[2,4\]/u);
  });

  it("is the configuration's in an unknown network, unless other modules say otherwise", async () => {
    const base = [zeros("net.q.weight", 2, 2), zeros("net.k.weight", 3, 2)];
    expect(await weight(base, "net.q", true)).to.deep.equal(CONV1D);
    expect(await weight(base, "net.q", false)).to.deep.equal(LINEAR);
    const both = [...pairOf("net.q", 2, 2), ...pairOf("net.k", 2, 3)];
    expect(await refusalOf(weight(base, "net.q", true, both))).to.include("other modules of the adapter are a Linear");
    expect(await weight(base, "net.q", false, both)).to.deep.equal(LINEAR);
  });

  it("is asked for in formats that store either order", async () => {
    const manifest = JSON.stringify([
      { paths: ["w.bin"], weights: [{ name: "net.q.weight", shape: [2, 2], dtype: "float32" }] },
    ]);
    const files = new Map([
      ["weights_manifest.json", new TextEncoder().encode(manifest)],
      ["w.bin", new Uint8Array(16)],
    ]);
    const base = await openFiles(files);
    const opener = adapterFiles({}, pairOf("net.q", 2, 2));
    expect(await refusalOf(openModelOver(opener, "lora", base))).to.include("tfjs files store either order");
    const model = await openModelOver(opener, "lora", base, [{ name: "net.q", order: "conv1d" }]);
    expect(await valuesOf(model, "net.q.weight")).to.deep.equal(CONV1D);
  });

  it("refuses answers that name no module or do not fit", async () => {
    const base = [zeros("net.q.weight", 3, 2)];
    const asked = (name: string, order: "linear" | "conv1d"): Promise<unknown> =>
      openOver(base, pairOf("net.q", 2, 3), {}, [{ name, order }]);
    expect(await refusalOf(asked("net.k", "linear"))).to.include('orientation of "net.k" is given, but no module');
    expect(await refusalOf(asked("net.q", "conv1d"))).to.include("is given as conv1d, but is [3,2]");
    await asked("net.*", "linear");
  });

  it("does not ask for embeddings and convolutions", async () => {
    const embedding = [
      f32("base_model.model.embed.lora_embedding_A", [1, 2], [1, 10]),
      f32("base_model.model.embed.lora_embedding_B", [2, 1], [1, -1]),
    ];
    const table = await openOver([zeros("embed.weight", 2, 2)], embedding);
    expect(await valuesOf(table, "embed.weight")).to.deep.equal(CONV1D);
    const window = [
      f32("base_model.model.conv.lora_A.weight", [1, 2, 1, 2], [1, 10, 100, 1000]),
      f32("base_model.model.conv.lora_B.weight", [2, 1, 1, 1], [1, -1]),
    ];
    const network = await openOver([zeros("conv.weight", 2, 2, 1, 2)], window);
    expect(await valuesOf(network, "conv.weight")).to.deep.equal([2, 20, 200, 2000, -2, -20, -200, -2000]);
    expect(await refusalOf(openOver([zeros("conv.weight", 2, 2, 2, 1)], window))).to.include("as 2 × 2 × 1 × 2, but");
  });
});
