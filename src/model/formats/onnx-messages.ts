import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/**
 * The messages of ONNX as far as weights go (onnx.proto3 of ONNX 1.19, IR version 11), by the names of its fields. What is
 * not listed here is skipped. A field that the file leaves out is absent, and a list is empty.
 */
export interface OnnxModel {
  readonly graph?: OnnxGraph;
  readonly functions: readonly OnnxFunction[];
}

export interface OnnxFunction {
  readonly name?: string;
  readonly node: readonly OnnxNode[];
}

export interface OnnxGraph {
  readonly node: readonly OnnxNode[];
  readonly initializer: readonly OnnxTensor[];
  /** Only whether there are any. */
  readonly sparseInitializer: readonly Uint8Array[];
}

export interface OnnxNode {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly attribute: readonly OnnxAttribute[];
}

export interface OnnxAttribute {
  readonly name?: string;
  readonly f?: number;
  readonly i?: bigint;
  readonly s?: Uint8Array;
  readonly t?: OnnxTensor;
  readonly g?: OnnxGraph;
  readonly floats: readonly number[];
  readonly ints: readonly bigint[];
  readonly strings: readonly Uint8Array[];
  readonly graphs: readonly OnnxGraph[];
}

export interface OnnxTensor {
  readonly dims: readonly bigint[];
  readonly dataType?: number;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly stringData: readonly Uint8Array[];
  readonly int64Data: readonly bigint[];
  readonly name?: string;
  readonly rawData?: Uint8Array;
  readonly doubleData: readonly number[];
  readonly uint64Data: readonly bigint[];
  readonly externalData: readonly OnnxEntry[];
  /** `EXTERNAL_DATA` if the values are in another file. */
  readonly dataLocation?: number;
}

export interface OnnxEntry {
  readonly key?: string;
  readonly value?: string;
}

/** `TensorProto.DataLocation.EXTERNAL`. */
export const EXTERNAL_DATA = 1;

/** How a value is stored, and how it is read. */
interface Kind {
  readonly wire: WireType;
  readonly read: (reader: BinaryReader) => unknown;
}

/** A field's name, its kind, and whether it is repeated. */
type Field = readonly [name: string, kind: Kind, isList?: "list"];
/** By their numbers. */
type Fields = ReadonlyMap<number, Field>;

const int32: Kind = { wire: WireType.Varint, read: (reader) => reader.int32() };
const int64: Kind = { wire: WireType.Varint, read: (reader) => BigInt(reader.int64()) };
const uint64: Kind = { wire: WireType.Varint, read: (reader) => BigInt(reader.uint64()) };
const float: Kind = { wire: WireType.Bit32, read: (reader) => reader.float() };
const double: Kind = { wire: WireType.Bit64, read: (reader) => reader.double() };
const text: Kind = { wire: WireType.LengthDelimited, read: (reader) => reader.string(true) };
const bytes: Kind = { wire: WireType.LengthDelimited, read: (reader) => reader.bytes() };
const message = (fields: () => Fields): Kind => ({
  wire: WireType.LengthDelimited,
  read: (reader) => readMessage(reader, reader.uint32(), fields()),
});

const ENTRY: Fields = new Map([
  [1, ["key", text]],
  [2, ["value", text]],
]);
const TENSOR: Fields = new Map([
  [1, ["dims", int64, "list"]],
  [2, ["dataType", int32]],
  [4, ["floatData", float, "list"]],
  [5, ["int32Data", int32, "list"]],
  [6, ["stringData", bytes, "list"]],
  [7, ["int64Data", int64, "list"]],
  [8, ["name", text]],
  [9, ["rawData", bytes]],
  [10, ["doubleData", double, "list"]],
  [11, ["uint64Data", uint64, "list"]],
  [13, ["externalData", message(() => ENTRY), "list"]],
  [14, ["dataLocation", int32]],
]);
const ATTRIBUTE: Fields = new Map([
  [1, ["name", text]],
  [2, ["f", float]],
  [3, ["i", int64]],
  [4, ["s", bytes]],
  [5, ["t", message(() => TENSOR)]],
  [6, ["g", message(() => GRAPH)]],
  [7, ["floats", float, "list"]],
  [8, ["ints", int64, "list"]],
  [9, ["strings", bytes, "list"]],
  [11, ["graphs", message(() => GRAPH), "list"]],
]);
const NODE: Fields = new Map([
  [1, ["input", text, "list"]],
  [2, ["output", text, "list"]],
  [3, ["name", text]],
  [4, ["opType", text]],
  [5, ["attribute", message(() => ATTRIBUTE), "list"]],
]);
const GRAPH: Fields = new Map([
  [1, ["node", message(() => NODE), "list"]],
  [5, ["initializer", message(() => TENSOR), "list"]],
  [15, ["sparseInitializer", bytes, "list"]],
]);
const FUNCTION: Fields = new Map([
  [1, ["name", text]],
  [7, ["node", message(() => NODE), "list"]],
]);
const MODEL: Fields = new Map([
  [7, ["graph", message(() => GRAPH)]],
  [25, ["functions", message(() => FUNCTION), "list"]],
]);

/** Reads a model's message. Throws whatever the reader does for bytes that are none: `RangeError` or `Error`. */
export function decodeOnnx(encoded: Uint8Array): OnnxModel {
  return readMessage(new BinaryReader(encoded), encoded.length, MODEL) as unknown as OnnxModel;
}

function readMessage(reader: BinaryReader, length: number, fields: Fields): Readonly<Record<string, unknown>> {
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError("a message is cut off");
  const values: Record<string, unknown> = {};
  for (const [name, , isList] of fields.values()) if (isList) values[name] = [];
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const [name = "", kind, isList] = fields.get(number) ?? [];
    const list = values[name] as unknown[];
    if (kind === undefined) {
      reader.skip(wire, number);
    } else if (wire === kind.wire) {
      const value = kind.read(reader);
      if (isList) list.push(value);
      // Readers differ in what they make of a second one, and no exporter writes it.
      else if (name in values) throw new RangeError(`field ${name} is there twice`);
      else values[name] = value;
    } else if (isList && wire === WireType.LengthDelimited) {
      const packedEnd = reader.uint32() + reader.pos;
      while (reader.pos < packedEnd) list.push(kind.read(reader));
      if (reader.pos !== packedEnd) throw new RangeError("a packed list ends inside a value");
    } else {
      throw new RangeError(`field ${name} is stored in another way than ONNX does`);
    }
  }
  if (reader.pos !== end) throw new RangeError("a message ends inside a field");
  return values;
}
