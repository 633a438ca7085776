import { expect } from "chai";
import { FormatError, InputError } from "../../../../src/errors/errors.js";
import { openModelOver } from "../../../../src/model/open-over-base.js";
import { memoryFiles } from "../../../../src/model/source-opener.js";
import { caseFile } from "../../../support/cases.js";
import { runCli, runJson } from "../../../support/cli.js";
import { encodeSafetensors, type TensorToWrite } from "../../../support/encode-safetensors.js";
import { openTensors, tensorOf, valuesOf } from "../../../support/models.js";
import { expectError } from "../../../support/rejects.js";

const tensor = (name: string, dtype: string, shape: readonly number[], values?: readonly number[]): TensorToWrite => ({
  name,
  dtype,
  shape,
  values: values ?? Array.from({ length: shape.reduce((count, side) => count * side, 1) }, (_, i) => i % 100),
});
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe("8-bit codes with scales", () => {
  /** Codes 0 … 5 of shape 2 × 3 with a scale; the weights that come out. */
  const SCALES: readonly (readonly [what: string, tensors: readonly TensorToWrite[], expected: readonly number[]])[] = [
    ["one for all", [tensor("l.weight_scale", "F32", [], [0.5])], [0, 0.5, 1, 1.5, 2, 2.5]],
    ["one for all, as a vector", [tensor("l.weight_scale", "F32", [1], [2])], [0, 2, 4, 6, 8, 10]],
    ["beside the weight", [tensor("l.scale", "F32", [], [3])], [0, 3, 6, 9, 12, 15]],
    ["inside the weight", [tensor("l.weight.scale", "F32", [], [3])], [0, 3, 6, 9, 12, 15]],
    ["one a row", [tensor("l.weight_scale", "BF16", [2, 1], [1, 2])], [0, 1, 2, 6, 8, 10]],
    ["one a row, as a vector", [tensor("l.weight_scale", "F16", [2], [1, 2])], [0, 1, 2, 6, 8, 10]],
    ["one a column", [tensor("l.weight_scale", "F32", [1, 3], [1, 2, 4])], [0, 2, 8, 3, 8, 20]],
    [
      "a zero point a row",
      [tensor("l.weight_scale", "F32", [2, 1], [1, 2]), tensor("l.weight_zero_point", "I8", [2, 1], [1, 3])],
      [-1, 0, 1, 0, 2, 4],
    ],
    [
      "bitsandbytes, by the largest weight of a row",
      [tensor("l.SCB", "F32", [2], [127, 254]), tensor("l.weight_format", "U8", [], [0])],
      [0, 1, 2, 6, 8, 10],
    ],
  ];
  for (const [what, scales, expected] of SCALES) {
    it(`are read by value: ${what}`, async () => {
      const model = await openTensors([tensor("l.weight", "I8", [2, 3], range(6)), ...scales]);
      expect(model.tensors.map(({ name, kind }) => [name, kind])).to.deep.equal([["l.weight", "float"]]);
      expect(await valuesOf(model, "l.weight")).to.deep.equal(expected);
      const reader = tensorOf(model, "l.weight");
      const pieces = await Promise.all(range(6).map((i) => reader.readValues(i, 1)));
      expect(
        pieces.map(([value]) => value),
        "piece by piece",
      ).to.deep.equal(expected);
      expect(model.notes.join()).to.match(/"l\.weight" is stored as codes with scales/u);
    });
  }

  it("are read by value in blocks of 128 × 128, the last ones smaller, and in groups along rows", async () => {
    const scale = [1, 2, 4, 8];
    const blocks = await openTensors([
      tensor("l.weight", "F8_E4M3", [130, 200], Array<number>(130 * 200).fill(0x38)), // ones
      tensor("l.weight_scale_inv", "F32", [2, 2], scale),
    ]);
    const values = await valuesOf(blocks, "l.weight");
    const at = (row: number, col: number): number => values[200 * row + col]!;
    expect([at(0, 0), at(0, 127), at(0, 128), at(127, 199), at(128, 0), at(129, 127), at(129, 128)]).to.deep.equal([
      1, 1, 2, 2, 4, 4, 8,
    ]);
    const groups = await openTensors([
      tensor("l.weight", "I8", [2, 4], Array<number>(8).fill(1)),
      tensor("l.weight_scale", "F32", [2, 2], scale),
    ]);
    expect(await valuesOf(groups, "l.weight")).to.deep.equal([1, 1, 2, 2, 4, 4, 8, 8]);
    const experts = await openTensors([
      tensor("e.gate_up_proj", "F8_E4M3", [2, 1, 2], [0x38, 0x38, 0x38, 0x38]),
      tensor("e.gate_up_proj_scale_inv", "F8_E8M0", [2, 1, 1], [128, 129]),
    ]);
    expect(await valuesOf(experts, "e.gate_up_proj")).to.deep.equal([2, 2, 4, 4]);
  });

  it("leave scales of inputs alone, and observers of quantization-aware training", async () => {
    const model = await openTensors([
      tensor("l.weight", "F8_E4M3", [2, 2], [0x38, 0x38, 0x38, 0x38]),
      tensor("l.weight_scale", "F32", [], [2]),
      tensor("l.input_scale", "F32", [], [5]),
      tensor("fq.scale", "F32", [1], [5]),
      tensor("fq.zero_point", "I32", [1], [0]),
      tensor("fq.observer_enabled", "U8", [1], [1]),
    ]);
    expect(model.tensors.map(({ name }) => name)).to.deep.equal([
      "fq.observer_enabled",
      "fq.scale",
      "fq.zero_point",
      "l.input_scale",
      "l.weight",
    ]);
  });

  it("floats of 8 bits without any scale are what they are", async () => {
    const model = await openTensors([tensor("w", "F8_E5M2", [2], [0x3c, 0xc0])]);
    expect(await valuesOf(model, "w")).to.deep.equal([1, -2]);
    expect(tensorOf(model, "w").kind).to.equal("float");
  });

  const REFUSED: readonly (readonly [what: string, tensors: readonly TensorToWrite[], words: readonly string[]])[] = [
    ["no scale", [tensor("l.weight", "I8", [2, 3])], ["I8 codes", "no scale"]],
    [
      "packed bytes beside a scale",
      [tensor("l.weight", "U8", [2, 3]), tensor("l.weight_scale", "F32", [])],
      ["U8 codes", "packs"],
    ],
    [
      "two scales",
      [tensor("l.weight", "I8", [2, 3]), tensor("l.scale", "F32", []), tensor("l.weight_scale", "F32", [])],
      ["l.scale", "l.weight_scale"],
    ],
    [
      "an unknown companion",
      [tensor("l.weight", "I8", [2, 3]), tensor("l.weight_shift", "F32", [2, 1]), tensor("l.weight_scale", "F32", [])],
      ["l.weight_shift", "not understood"],
    ],
    [
      "a scale of columns or of no known place",
      [tensor("l.weight", "I8", [2, 3]), tensor("l.weight_scale", "F32", [3])],
      ["l.weight_scale", "[3]", "[2,3]"],
    ],
    [
      "blocks of an unknown size",
      [tensor("l.weight", "F8_E4M3", [64, 64]), tensor("l.weight_scale_inv", "F32", [2, 2])],
      ["[2,2]", "[64,64]"],
    ],
    [
      "a layout for tensor cores",
      [tensor("l.weight", "I8", [2, 3]), tensor("l.SCB", "F32", [2]), tensor("l.weight_format", "U8", [], [2])],
      ["l.weight_format", "order"],
    ],
    [
      "a tensor without a scale among others",
      [
        tensor("a.weight", "F8_E4M3", [1, 2]),
        tensor("a.weight_scale", "F32", []),
        tensor("b.weight", "F8_E4M3", [1, 2]),
      ],
      ["b.weight", "no scale"],
    ],
  ];
  for (const [what, tensors, words] of REFUSED) {
    it(`are refused with ${what}`, () =>
      expectError(
        () => openTensors(tensors),
        FormatError,
        "l.weight".length > 0 ? "codes" : "",
        ...words,
        "dequantize",
      ));
  }
});

describe("packed weights", () => {
  const q = (...lasts: readonly (readonly [string, string, readonly number[]])[]): TensorToWrite[] =>
    lasts.map(([last, dtype, shape]) => tensor(`m.layers.3.q_proj.${last}`, dtype, shape));
  const SCHEMES: readonly (readonly [scheme: string, tensors: readonly TensorToWrite[]])[] = [
    [
      "bitsandbytes 4-bit",
      q(
        ["weight", "U8", [8, 1]],
        ["weight.absmax", "F32", [1]],
        ["weight.quant_map", "F32", [16]],
        ["weight.quant_state.bitsandbytes__fp4", "U8", [4]],
      ),
    ],
    [
      "GPTQ",
      q(["qweight", "I32", [2, 4]], ["qzeros", "I32", [1, 1]], ["scales", "F16", [1, 4]], ["g_idx", "I32", [16]]),
    ],
    ["AWQ", q(["qweight", "I32", [4, 2]], ["qzeros", "I32", [1, 1]], ["scales", "F16", [1, 4]])],
    ["EETQ", q(["qweight", "I8", [4, 2]], ["scales", "F16", [2]])],
    ["MLX", q(["weight", "U32", [4, 2]], ["scales", "F16", [4, 1]], ["biases", "F16", [4, 1]])],
    [
      "compressed-tensors",
      q(["weight_packed", "I32", [4, 2]], ["weight_scale", "BF16", [4, 1]], ["weight_shape", "I64", [2]]),
    ],
    ["NVFP4", q(["weight", "U8", [4, 8]], ["weight_scale", "F8_E4M3", [4, 1]], ["weight_scale_2", "F32", []])],
    [
      "MXFP4",
      [
        tensor("m.experts.gate_up_proj_blocks", "U8", [1, 2, 1, 16]),
        tensor("m.experts.gate_up_proj_scales", "U8", [1, 2, 1]),
      ],
    ],
    ["torchao", [tensor("l.weight:qdata", "I8", [2, 2]), tensor("l.weight:scale", "F32", [2])]],
    ["torchao", [tensor("l._weight_qdata", "I8", [2, 2]), tensor("l._weight_scale", "F32", [2])]],
    ["optimum-quanto", q(["weight._data", "I8", [2, 2]], ["weight._scale", "F32", [2, 1]])],
    ["HQQ", q(["W_q", "U8", [2, 2]], ["scale", "F16", [2]], ["zero", "F16", [2]])],
    ["AQLM", q(["codes", "I8", [2, 2, 1]], ["codebooks", "F16", [1, 4, 1, 2]], ["scales", "F16", [2, 1, 1, 1]])],
    ["codes", q(["weight", "U8", [2, 2]], ["weight_scale", "BF16", [1]])], // BitNet
  ];
  for (const [scheme, tensors] of SCHEMES) {
    it(`of ${scheme} (${tensors[0]?.name ?? ""}) are named and refused`, () =>
      expectError(
        () => openTensors([tensor("norm.weight", "F16", [4]), ...tensors]),
        FormatError,
        scheme,
        tensors[0]!.name.replace(/([.:]|_(?!proj))\w*$/u, ""),
        "dequantize",
      ));
  }

  it("do not include what other tensors of a network are called", async () => {
    const model = await openTensors([
      tensor("attn.logit_scale", "F32", [2, 1, 1]),
      tensor("attn.relative_position_index", "I64", [4, 4]),
      tensor("attn.bias", "U8", [1, 1, 2, 2], [1, 0, 1, 1]),
      tensor("bn.num_batches_tracked", "I64", []),
      tensor("norm.scale", "F32", [4]),
      tensor("blocks.0.weight", "F32", [2]),
      tensor("position_ids", "I32", [1, 4]),
    ]);
    expect(model.tensors).to.have.lengthOf(7);
    expect(model.notes).to.deep.equal([]);
  });
});

describe("integers against floats", () => {
  it("of one name are refused by name, either way round", async () => {
    const opener = memoryFiles(
      new Map([
        ["f", encodeSafetensors([tensor("a", "F32", [1]), tensor("table", "F32", [2])])],
        ["i", encodeSafetensors([tensor("a", "F32", [1]), tensor("table", "I32", [2])])],
        ["b", encodeSafetensors([tensor("a", "F32", [1]), tensor("table", "BOOL", [2], [0, 1])])],
      ]),
    );
    for (const [base, tuned] of [
      ["f", "i"],
      ["i", "f"],
    ] as const) {
      const opened = await openModelOver(opener, base, undefined);
      await expectError(() => openModelOver(opener, tuned, opened), InputError, '"table"', "I32", "F32", "dequantize");
    }
    // A mask is the same numbers as floats and as booleans.
    expect((await openModelOver(opener, "b", await openModelOver(opener, "f", undefined))).tensors).to.have.lengthOf(2);
  });
});

describe("codes on the command line", () => {
  const pair = (name: string, ending = "safetensors"): string[] => [
    caseFile(name, `base.${ending}`),
    caseFile(name, `tuned.${ending}`),
  ];

  it("int8 with its scale tripled is a change of 200 % of every such weight", async () => {
    const { tensors, verdict } = (await runJson(["inspect", ...pair("22b-int8-scale-changed")])) as {
      verdict: { kind: string };
      tensors: { name: string; relative: number; nonzeros: number }[];
    };
    const changed = tensors.filter(({ nonzeros }) => nonzeros > 0);
    expect(changed).to.have.lengthOf(14);
    expect(verdict.kind).not.to.be.oneOf(["rounding", "identical"]);
    for (const { name, relative } of changed) expect(relative, name).to.be.closeTo(2, 1e-6);
  });

  it("8-bit floats with scales are read", async () => {
    const { tensors, verdict } = (await runJson(["inspect", ...pair("12-f8_e4m3")])) as {
      tensors: { dtype: string; baseNorm: number }[];
      verdict: { kind: string };
    };
    expect(verdict.kind).to.equal("identical");
    expect(tensors.filter(({ dtype }) => dtype === "F8_E4M3 × F32")).to.have.lengthOf(14);
  });

  it("ONNX weights are paired with their dequantized form", async () => {
    const { tensors } = (await runJson(["inspect", ...pair("15-onnx-qdq", "onnx")])) as {
      tensors: { name: string; relative: number; nonzeros: number }[];
    };
    const [w] = tensors.filter(({ nonzeros }) => nonzeros > 0);
    expect(w?.name).to.equal("W");
    expect(w?.relative).to.be.within(0.001, 0.02);
  });

  for (const [name, scheme] of [
    ["11-bnb4-vs-bf16", "bitsandbytes 4-bit"],
    ["14b-gptq-vs-fp16", "GPTQ"],
  ] as const) {
    it(`${name} is refused by name`, async () => {
      const { exitCode, stderr } = await runCli(["inspect", ...pair(name)]);
      expect(exitCode).to.equal(2);
      expect(stderr).to.include(scheme).and.to.include("self_attn.q_proj").and.to.include("dequantize");
    });
  }
});
