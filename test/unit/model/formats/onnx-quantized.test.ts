import { expect } from "chai";
import onnxProto from "onnx-proto";
import type { onnx } from "onnx-proto";
import { FormatError } from "../../../../src/errors/errors.js";
import { openFile, tensorOf, valuesOf } from "../../../support/models.js";
import { expectError } from "../../../support/rejects.js";
import type { Model } from "../../../../src/model/open-model.js";

const { ModelProto } = onnxProto.onnx;
const FLOAT = 1;
const UINT8 = 2;
const INT8 = 3;
const INT32 = 6;

const open = (initializer: readonly onnx.ITensorProto[], node: readonly onnx.INodeProto[]): Promise<Model> =>
  openFile(
    ModelProto.encode({ irVersion: 8, graph: { name: "g", initializer: [...initializer], node: [...node] } }).finish(),
    "model.onnx",
  );
const codes = (name: string, dims: number[], values: number[], dataType = INT8): onnx.ITensorProto => ({
  name,
  dims,
  dataType,
  int32Data: values,
});
const floats = (name: string, dims: number[], floatData: number[]): onnx.ITensorProto => ({
  name,
  dims,
  dataType: FLOAT,
  floatData,
});
const dequantize = (input: string[], attributes: Readonly<Record<string, number>> = {}): onnx.INodeProto => ({
  opType: "DequantizeLinear",
  input,
  output: [`${input[0] ?? ""}_out`],
  attribute: Object.entries(attributes).map(([name, i]) => ({ name, i })),
});

describe("quantized ONNX", () => {
  const W = codes("W_quantized", [2, 3], [0, 1, 2, 3, 4, 5]);
  const READ: readonly (readonly [
    what: string,
    initializers: readonly onnx.ITensorProto[],
    node: onnx.INodeProto,
    expected: readonly number[],
  ])[] = [
    ["a scale for all", [W, floats("s", [], [0.5])], dequantize(["W_quantized", "s"]), [0, 0.5, 1, 1.5, 2, 2.5]],
    [
      "a zero point",
      [codes("W_quantized", [2, 3], [0, 1, 2, 3, 4, 255], UINT8), floats("s", [], [2]), codes("z", [], [1], UINT8)],
      dequantize(["W_quantized", "s", "z"]),
      [-2, 0, 2, 4, 6, 508],
    ],
    ["the axis 1 by default", [W, floats("s", [3], [1, 2, 4])], dequantize(["W_quantized", "s"]), [0, 2, 8, 3, 8, 20]],
    [
      "another axis, each with a zero point",
      [W, floats("s", [2], [1, 2]), codes("z", [2], [1, 3])],
      dequantize(["W_quantized", "s", "z"], { axis: -2 }),
      [-1, 0, 1, 0, 2, 4],
    ],
    [
      "blocks along an axis",
      [W, floats("s", [2, 2], [1, 2, 4, 8])],
      dequantize(["W_quantized", "s"], { axis: 1, block_size: 2 }),
      [0, 1, 4, 12, 16, 40],
    ],
  ];
  for (const [what, initializers, node, expected] of READ) {
    it(`is read by value, with ${what}`, async () => {
      const model = await open([...initializers, floats("other", [1], [7])], [node]);
      expect(model.tensors.map(({ name, kind }) => [name, kind])).to.deep.equal([
        ["W", "float"],
        ["other", "float"],
      ]);
      expect(await valuesOf(model, "W")).to.deep.equal(expected);
    });
  }

  it("reads biases, and codes of a Constant in a branch with the scale outside it", async () => {
    const inner = {
      name: "then",
      node: [
        { opType: "Constant", output: ["c"], attribute: [{ name: "value", t: codes("", [1, 2], [3, 4]) }] },
        dequantize(["c", "s"]),
      ],
    };
    const model = await open(
      [floats("s", [], [2]), codes("b_quantized", [2], [10, 20], INT32)],
      [
        dequantize(["b_quantized", "s"]),
        { opType: "If", name: "If_0", attribute: [{ name: "then_branch", g: inner }] },
      ],
    );
    expect(model.tensors.map(({ name }) => name)).to.deep.equal(["b", "c"]);
    expect(await valuesOf(model, "b")).to.deep.equal([20, 40]);
    expect(await valuesOf(model, "c")).to.deep.equal([6, 8]);
    expect(tensorOf(model, "b").dtype).to.equal("INT32 × FLOAT");
  });

  it("keeps the codes' name where the weight's own is taken, and leaves what flows through alone", async () => {
    const model = await open(
      [W, floats("W", [1], [1]), floats("s", [], [2]), floats("x_scale", [], [3]), codes("x_zero_point", [], [0])],
      [dequantize(["W_quantized", "s"]), dequantize(["x", "x_scale", "x_zero_point"])],
    );
    expect(model.tensors.map(({ name }) => name)).to.deep.equal(["W", "W_quantized", "x_scale", "x_zero_point"]);
  });

  const operator = (opType: string, ...input: string[]): onnx.INodeProto => ({ opType, input, output: ["y"] });
  const REFUSED: readonly (readonly [
    what: string,
    initializers: readonly onnx.ITensorProto[],
    nodes: readonly onnx.INodeProto[],
    words: readonly string[],
  ])[] = [
    [
      "QLinearConv",
      [W, floats("s", [], [2])],
      [operator("QLinearConv", "x", "s", "z", "W_quantized", "s")],
      ["QLinearConv"],
    ],
    ["MatMulInteger", [W], [operator("MatMulInteger", "x", "W_quantized")], ["MatMulInteger"]],
    [
      "MatMulNBits",
      [codes("W_quantized", [2, 2], [0, 1, 2, 3], UINT8)],
      [operator("MatMulNBits", "x", "W_quantized")],
      ["MatMulNBits"],
    ],
    [
      "a table that is dequantized after a look-up",
      [W],
      [operator("Gather", "W_quantized", "x")],
      ["no DequantizeLinear"],
    ],
    ["a scale that is computed", [W], [dequantize(["W_quantized", "computed"])], ["computed"]],
    ["a scale of another length", [W, floats("s", [2], [1, 2])], [dequantize(["W_quantized", "s"])], ["[2,3], [2]"]],
    [
      "two scales",
      [W, floats("s", [], [1]), floats("t", [], [2])],
      [dequantize(["W_quantized", "s"]), dequantize(["W_quantized", "t"])],
      ["two ways"],
    ],
    ["4 bits", [{ name: "W_quantized", dims: [2], dataType: 22, int32Data: [1] }], [], ["dtype number 22"]],
  ];
  for (const [what, initializers, nodes, words] of REFUSED) {
    it(`is refused by name with ${what}`, () =>
      expectError(() => open(initializers, nodes), FormatError, '"W_quantized"', "float model", ...words));
  }
});
