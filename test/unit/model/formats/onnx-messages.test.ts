import { expect } from "chai";
import onnxProto from "onnx-proto";
import { decodeOnnx } from "../../../../src/model/formats/onnx-messages.js";

const { ModelProto } = onnxProto.onnx;

/** A field of wire type 2: its key, its length and its bytes. */
const field = (number: number, bytes: readonly number[]): number[] => [(number << 3) | 2, bytes.length, ...bytes];
const model = (...graph: readonly number[][]): Uint8Array => Uint8Array.from(field(7, graph.flat()));

describe("ONNX messages", () => {
  it("are those that protobufjs writes, in every field that is read", () => {
    const initializer = [
      { name: "w", dims: [2, 3], dataType: 1, floatData: [0.5, -1], dataLocation: 1 },
      { name: "i", int32Data: [-1, 7], int64Data: [5], uint64Data: [6], doubleData: [1e-300] },
      {
        rawData: Uint8Array.of(1, 2),
        stringData: [Uint8Array.of(104)],
        externalData: [{ key: "location", value: "x" }],
      },
    ];
    const attribute = [
      { name: "a", f: 1.5, i: 3, s: Uint8Array.of(1), t: { name: "t" }, g: { node: [{ name: "inner" }] } },
      { floats: [1, 2], ints: [1, 2], strings: [Uint8Array.of(2)], graphs: [{ node: [{ name: "deep" }] }] },
    ];
    const node = [{ input: ["x", ""], output: ["y"], name: "n", opType: "Constant", attribute, domain: "skipped" }];
    const encoded = ModelProto.encode({
      irVersion: 8,
      producerName: "skipped",
      graph: { name: "skipped", node, initializer },
      functions: [{ name: "f", node: [{ name: "g" }] }],
    }).finish();
    const { graph, functions } = decodeOnnx(encoded);
    expect(graph?.initializer.map(({ name }) => name)).to.deep.equal(["w", "i", undefined]);
    expect(graph?.initializer[0]).to.deep.include({
      dims: [2n, 3n],
      dataType: 1,
      floatData: [0.5, -1],
      dataLocation: 1,
    });
    expect(graph?.initializer[1]).to.deep.include({ int32Data: [-1, 7], int64Data: [5n], uint64Data: [6n] });
    expect(graph?.initializer[1]).to.deep.include({ doubleData: [1e-300] });
    expect(graph?.initializer[2]?.externalData).to.deep.equal([{ key: "location", value: "x" }]);
    expect([...(graph?.initializer[2]?.rawData ?? [])]).to.deep.equal([1, 2]);
    const [first, second] = graph?.node[0]?.attribute ?? [];
    expect(graph?.node[0]).to.deep.include({ input: ["x", ""], output: ["y"], name: "n", opType: "Constant" });
    expect(first).to.deep.include({ name: "a", f: 1.5, i: 3n });
    expect(first?.t?.name).to.equal("t");
    expect(first?.g?.node[0]?.name).to.equal("inner");
    expect(second).to.deep.include({ floats: [1, 2], ints: [1n, 2n] });
    expect(second?.graphs[0]?.node[0]?.name).to.equal("deep");
    expect(functions.map(({ name, node: [inner] }) => [name, inner?.name])).to.deep.equal([["f", "g"]]);
  });

  it("take lists packed and one by one", () => {
    const packed = decodeOnnx(model(field(5, field(1, [2, 3]))));
    const single = decodeOnnx(model(field(5, [8, 2, 8, 3])));
    for (const { graph } of [packed, single]) expect(graph?.initializer[0]?.dims).to.deep.equal([2n, 3n]);
  });

  const BROKEN: readonly (readonly [string, Uint8Array])[] = [
    ["a field that may be there once is there twice", model(field(5, [16, 1, 16, 1]))],
    ["a number is stored as bytes", model(field(5, field(2, [1])))],
    ["a name is stored as a number", model(field(5, [8 << 3, 1]))],
    ["a name is not UTF-8", model(field(5, field(8, [0xff])))],
    ["a message is longer than the one around it", model([(5 << 3) | 2, 100, 8, 1])],
    ["a field reaches over the end of its message", Uint8Array.from([...field(7, [(5 << 3) | 2, 2, 16]), 1, 0])],
    ["a packed list ends inside a value", model(field(5, field(4, [0, 0, 128])))],
    ["the file ends inside a number", Uint8Array.of(8, 0x80)],
  ];
  for (const [what, bytes] of BROKEN)
    it(`are refused if ${what}`, () => expect(() => decodeOnnx(bytes)).to.throw(Error));
});
