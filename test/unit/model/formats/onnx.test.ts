import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect } from "chai";
import onnxProto from "onnx-proto";
import type { onnx } from "onnx-proto";
import { FormatError } from "../../../../src/errors/errors.js";
import { memorySource, type ByteSource } from "../../../../src/model/byte-source.js";
import { openModel, type Model } from "../../../../src/model/open-model.js";
import { memoryFiles, type SourceOpener } from "../../../../src/model/source-opener.js";
import { fileSystem } from "../../../../src/node/file-source.js";
import { TIERS } from "../../../../src/protocol/tiers.js";
import { buildManifest } from "../../../../src/quantize/build-manifest.js";
import { openFile, openFiles, tensorOf, valuesOf } from "../../../support/models.js";

const require = createRequire(import.meta.url);
const { ModelProto, TensorProto } = onnxProto.onnx;

function encode(initializer: readonly onnx.ITensorProto[], node: readonly onnx.INodeProto[] = []): Uint8Array {
  return ModelProto.encode({
    irVersion: 8,
    graph: { name: "g", initializer: [...initializer], node: [...node] },
  }).finish();
}

const open = (bytes: Uint8Array, more: readonly (readonly [string, Uint8Array])[] = []): Promise<Model> =>
  openFiles(new Map([["model.onnx", bytes], ...more]));

const raw = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const failure = async (opened: Promise<unknown>): Promise<FormatError> => {
  const thrown: unknown = await opened.catch((error: unknown) => error);
  expect(thrown).to.be.instanceOf(FormatError);
  return thrown as FormatError;
};

describe("ONNX", () => {
  const NUMBERS: readonly (readonly [string, onnx.ITensorProto, number[]])[] = [
    ["float, raw", { dataType: 1, rawData: raw(Float32Array.of(1.5, -2)) }, [1.5, -2]],
    ["float, listed", { dataType: 1, floatData: [0.25, 3] }, [0.25, 3]],
    ["double, raw", { dataType: 11, rawData: raw(Float64Array.of(1e-300, 2)) }, [1e-300, 2]],
    ["double, listed", { dataType: 11, doubleData: [0.1, 2] }, [0.1, 2]],
    ["float16, listed", { dataType: 10, int32Data: [0x3c00, 0xc000] }, [1, -2]],
    ["bfloat16, listed", { dataType: 16, int32Data: [0x3f80, 0xc040] }, [1, -3]],
    ["int32, listed", { dataType: 6, int32Data: [-7, 2 ** 31 - 1] }, [-7, 2 ** 31 - 1]],
    ["int8, listed", { dataType: 3, int32Data: [-7, 100] }, [-7, 100]],
    ["uint8, raw", { dataType: 2, rawData: Uint8Array.of(0, 255) }, [0, 255]],
    ["uint16, listed", { dataType: 4, int32Data: [1, 65535] }, [1, 65535]],
    ["uint32, listed", { dataType: 12, uint64Data: [1, 2 ** 32 - 1] }, [1, 2 ** 32 - 1]],
    ["bool, listed", { dataType: 9, int32Data: [0, 1] }, [0, 1]],
  ];
  for (const [what, tensor, expected] of NUMBERS) {
    it(`reads ${what}`, async () => {
      const model = await open(encode([{ ...tensor, name: "w", dims: [2] }]));
      expect(model.format).to.equal("onnx");
      expect(await valuesOf(model, "w")).to.deep.equal(expected);
      expect(tensorOf(model, "w").shape).to.deep.equal([2]);
    });
  }

  it("reads int64 of more than eight elements, and leaves shapes, axes and ends of slices out", async () => {
    const long = [-1, 2 ** 40, 2, 3, 4, 5, 6, 7, 8];
    const model = await open(
      encode([
        { name: "table", dims: [9], dataType: 7, int64Data: long },
        { name: "column", dims: [2, 1], dataType: 7, int64Data: [1, 2] },
        { name: "shape", dims: [8], dataType: 7, int64Data: long.slice(1) },
        { name: "count", dims: [], dataType: 7, int64Data: [3] },
        { name: "zero_point", dims: [], dataType: 3, int32Data: [-5] },
      ]),
    );
    expect(model.tensors.map(({ name }) => name)).to.deep.equal(["column", "table", "zero_point"]);
    expect(await valuesOf(model, "table")).to.deep.equal(long);
  });

  it("binds strings of Constants by their digest, and refuses sparse ones", async () => {
    const constant = (attribute: onnx.IAttributeProto): onnx.INodeProto => ({
      opType: "Constant",
      output: ["labels"],
      attribute: [attribute],
    });
    const texts = (...strings: string[]): onnx.INodeProto =>
      constant({ name: "value_strings", strings: strings.map((text) => new TextEncoder().encode(text)) });
    const digestOf = async (node: onnx.INodeProto): Promise<unknown> => {
      const [tensor] = (await open(encode([], [node]))).tensors;
      return tensor?.kind === "string" ? tensor.sha256 : undefined;
    };
    expect(await digestOf(texts("a", "bc"))).to.match(/^[0-9a-f]{64}$/u);
    expect(await digestOf(texts("a", "bc"))).to.not.equal(await digestOf(texts("ab", "c")));
    const error = await failure(open(encode([], [constant({ name: "sparse_value" })])));
    expect(error.message).to.match(/"labels" is sparse/u);
  });

  it("is known by its content where the name does not tell", async () => {
    const bytes = encode([{ name: "w", dims: [1], dataType: 1, floatData: [4] }]);
    const model = await openFile(bytes, "weights.bin");
    expect(model.format).to.equal("onnx");
    expect(await valuesOf(model, "w")).to.deep.equal([4]);
  });

  it("refuses a file that is larger than the format allows before reading it", async () => {
    const huge: ByteSource = { ...memorySource("huge.onnx", new Uint8Array(2000).fill(8)), size: 2 ** 31 };
    const opener: SourceOpener = { ...memoryFiles(new Map()), open: () => Promise.resolve(huge) };
    expect((await failure(openModel(opener, "huge.onnx"))).message).to.match(/2147483648 bytes.*external data/su);
  });

  it("reads Constants of every kind, in branches inside branches too, with one name each", async () => {
    const constant = (output: string, name: string, value: Partial<onnx.IAttributeProto>): onnx.INodeProto => ({
      opType: "Constant",
      output: [output],
      attribute: [{ name, ...value }],
    });
    const tensor = { dataType: 1, dims: [2], floatData: [7, 8] };
    const inner = { name: "inner", node: [constant("w", "value", { t: tensor })] };
    const branch = {
      name: "branch",
      node: [
        constant("w", "value_floats", { floats: [5, 6] }),
        { opType: "If", name: "If_1", attribute: [{ name: "else_branch", g: inner }] },
      ],
    };
    const model = await open(
      encode(
        [{ name: "w", dims: [1], dataType: 1, floatData: [1] }],
        [
          constant("scalar", "value_float", { f: 2.5 }),
          constant("listed", "value_ints", { ints: [3, 4, 5, 6, 7, 8, 9, 10, 11] }),
          { opType: "If", name: "If_0", attribute: [{ name: "then_branch", g: branch }] },
        ],
      ),
    );
    const found = await Promise.all(model.tensors.map(async ({ name }) => [name, await valuesOf(model, name)]));
    expect(found).to.deep.equal([
      ["If_0/then_branch/If_1/else_branch/w", [7, 8]],
      ["If_0/then_branch/w", [5, 6]],
      ["listed", [3, 4, 5, 6, 7, 8, 9, 10, 11]],
      ["scalar", [2.5]],
      ["w", [1]],
    ]);
  });

  const external = (location: string, offset?: number, length?: number): onnx.ITensorProto => ({
    name: "w",
    dims: [2],
    dataType: 1,
    dataLocation: TensorProto.DataLocation.EXTERNAL,
    externalData: [
      { key: "location", value: location },
      ...(offset === undefined ? [] : [{ key: "offset", value: String(offset) }]),
      ...(length === undefined ? [] : [{ key: "length", value: String(length) }]),
    ],
  });
  const weights = raw(Float32Array.of(9, 8, 7, 6));

  it("reads weights from other files, at their places", async () => {
    const model = await open(encode([external("model.weights", 4, 8)]), [["model.weights", weights]]);
    expect(await valuesOf(model, "w")).to.deep.equal([8, 7]);
    expect((await model.provenance()).files.map(({ name }) => name)).to.deep.equal(["model.onnx", "model.weights"]);
  });

  it("refuses weights that are not beside the model, missing, or cut off", async () => {
    for (const [location, offset, length, message] of [
      ["../model.weights", 0, 8, /not a file beside/u],
      ["/etc/passwd", 0, 8, /not a file beside/u],
      ["other.weights", 0, 8, /missing/u],
      ["model.weights", 12, 8, /from byte 12/u],
      ["model.weights", 0, 4, /is given 4/u],
    ] as const) {
      const error = await failure(open(encode([external(location, offset, length)]), [["model.weights", weights]]));
      expect(error.message, location).to.match(message);
    }
  });

  it("refuses what it cannot read, naming the tensor", async () => {
    const cases: readonly (readonly [Uint8Array, RegExp])[] = [
      [encode([{ name: "w", dims: [3], dataType: 1, floatData: [1, 2] }]), /"w": has 8 bytes/u],
      [encode([{ name: "w", dims: [2], dataType: 14, floatData: [1, 2] }]), /"w": dtype number 14/u],
      [encode([{ name: "w", dims: [-1], dataType: 1 }]), /"w".*shape/su],
      [encode([{ name: "", dims: [1], dataType: 1, floatData: [1] }]), /empty/u],
      [
        encode([
          { name: "w", dims: [1], dataType: 1, floatData: [1] },
          { name: "w", dims: [1], dataType: 1, floatData: [1] },
        ]),
        /there twice/u,
      ],
      [Uint8Array.of(8, 8, 0xff, 0xff, 0xff), /damaged/u],
      [ModelProto.encode({ irVersion: 8 }).finish(), /no graph/u],
    ];
    for (const [bytes, message] of cases) expect((await failure(open(bytes))).message).to.match(message);
  });

  it("reads both published versions of a voice detector, whose weights are Constants of two branches", async () => {
    const folder = join(dirname(require.resolve("@ricky0123/vad-web/package.json")), "dist");
    const models = await Promise.all(
      ["silero_vad_v5.onnx", "silero_vad_v6.onnx"].map((name) => openModel(fileSystem, join(folder, name))),
    );
    const [v5, v6] = models as [Model, Model];
    const shapes = (model: Model): string[] =>
      model.tensors.map(({ name, shape, dtype }) => `${name} ${shape.join("x")} ${dtype}`);
    expect(shapes(v5)).to.deep.equal(shapes(v6));
    expect(v5.tensors.map(({ kind }) => kind)).to.deep.equal(Array.from({ length: 34 }, () => "float"));
    const large = v5.tensors.filter(({ elementCount }) => elementCount > 1);
    expect(large).to.have.lengthOf(28);
    const changed: string[] = [];
    for (const { name } of large) {
      if (String(await valuesOf(v5, name)) !== String(await valuesOf(v6, name))) changed.push(name);
    }
    const frozen = large.map(({ name }) => name).filter((name) => !changed.includes(name));
    expect(frozen.every((name) => name.includes("stft"))).to.equal(true);
    expect(frozen).to.have.lengthOf(2);
    // All of it can be committed: nothing is left that is no weight, such as an end of 2^63 - 1.
    const { manifest } = await buildManifest(v5, TIERS.small);
    expect(manifest.tensors).to.have.lengthOf(34);
    for (const model of models) await model.close();
  });
});
