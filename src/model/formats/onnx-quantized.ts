import { FormatError } from "../../errors/errors.js";
import type { OnnxNode, OnnxTensor } from "./onnx-messages.js";
import { rowMajorStrides, type ScaleBlocks } from "./scale-blocks.js";

/** A tensor of a graph, by a name that no other has. */
export interface FoundTensor {
  readonly name: string;
  readonly tensor: OnnxTensor;
}

/** An initializer that a DequantizeLinear node makes a weight of. */
export interface Dequantized {
  readonly codes: FoundTensor;
  readonly scale: FoundTensor;
  readonly zeroPoint: FoundTensor | undefined;
  readonly axis: number;
  /** 0 if a scale is for all or for a slice along the axis. */
  readonly blockSize: number;
}

/** The tensor of that name that a node sees: of its own graph or of one around it. */
export type Lookup = (name: string) => FoundTensor | undefined;

/** UINT8, INT8, UINT16, INT16, UINT4, INT4, UINT2, INT2. */
const CODE_TYPES: readonly number[] = [2, 3, 4, 5, 21, 22, 25, 26];
/** Operators that take codes and scales as inputs, of ONNX and of its runtime. */
const QUANTIZED_OPERATOR =
  /^(QLinear|QGemm|QAttention|QEmbed|QOrdered|QMoE|DynamicQuantize(MatMul|LSTM)|(MatMul|Conv)Integer|MatMul(NBits|Bnb4|FpQ4)|GatherBlockQuantized)/u;
const REMEDY =
  "Give the float model that it was quantized from, or export it with DequantizeLinear on its weights (QDQ format).";

/**
 * What a node does with a tensor of codes: DequantizeLinear makes a weight of it, which is returned. Throws `FormatError` for
 * other quantized operators, whose weights are codes times scales that are inputs of the operator.
 */
export function dequantizedBy(path: string, node: OnnxNode, lookup: Lookup): Dequantized | undefined {
  const { opType, input, attribute } = node;
  const inputs = input.map((name) => (name === "" ? undefined : lookup(name)));
  if (opType !== "DequantizeLinear") {
    const codes = inputs.find((found) => found !== undefined && isCodes(found));
    if (codes === undefined || !QUANTIZED_OPERATOR.test(opType ?? "")) return undefined;
    throw new FormatError(
      path,
      `tensor ${JSON.stringify(codes.name)} holds codes, not weights: the quantized operator ${opType ?? ""} reads it`,
      { remedy: REMEDY },
    );
  }
  const [codes, scale, zeroPoint] = inputs;
  if (codes === undefined) return undefined; // what flows through the network
  if (scale === undefined || ((input[2] ?? "") !== "" && zeroPoint === undefined)) {
    throw new FormatError(path, `tensor ${JSON.stringify(codes.name)} is dequantized by a scale that is computed`, {
      remedy: REMEDY,
    });
  }
  const integer = (name: string, fallback: number): number =>
    Number(attribute.find((each) => each.name === name)?.i ?? fallback);
  return { codes, scale, zeroPoint, axis: integer("axis", 1), blockSize: integer("block_size", 0) };
}

/** Throws `FormatError` for tables of narrow integers that nothing is known to dequantize: they are codes. */
export function assertNoLooseCodes(
  path: string,
  found: readonly FoundTensor[],
  dequantized: readonly Dequantized[],
): void {
  const known = new Set(dequantized.map(({ codes }) => codes));
  const loose = found.find((each) => isCodes(each) && each.tensor.dims.length >= 2 && !known.has(each));
  if (loose === undefined) return;
  throw new FormatError(
    path,
    `tensor ${JSON.stringify(loose.name)} holds integers of few bits, and no DequantizeLinear makes weights of it`,
    { remedy: REMEDY },
  );
}

/** The name of the weight: that of the codes without what quantizers add. */
export function weightName(codes: string): string {
  return codes.replace(/_quantized(?=_\d+$|$)/u, "");
}

/** How ONNX lays scales out: one for all, one a slice along the axis, or one a block along it. */
export function onnxScaleBlocks(
  codes: readonly number[],
  scale: readonly number[],
  { axis, blockSize }: Pick<Dequantized, "axis" | "blockSize">,
): ScaleBlocks | undefined {
  if (scale.every((side) => side === 1) && (blockSize === 0 || scale.length < 2)) {
    return { block: codes.map((side) => Math.max(1, side)), stride: codes.map(() => 0) };
  }
  const along = axis < 0 ? axis + codes.length : axis;
  const length = codes[along];
  if (length === undefined) return undefined;
  if (blockSize === 0) {
    if (scale.length !== 1 || scale[0] !== length) return undefined;
    const isAlong = (at: number): boolean => at === along;
    return {
      block: codes.map((side, at) => (isAlong(at) ? 1 : Math.max(1, side))),
      stride: codes.map((_, at) => (isAlong(at) ? 1 : 0)),
    };
  }
  const expected = codes.map((side, at) => (at === along ? Math.ceil(side / blockSize) : side));
  if (blockSize < 0 || expected.join() !== scale.join()) return undefined;
  return { block: codes.map((_, at) => (at === along ? blockSize : 1)), stride: rowMajorStrides(scale) };
}

function isCodes({ tensor: { dataType, dims } }: FoundTensor): boolean {
  const count = dims.reduce((product, side) => product * Number(side), 1);
  return CODE_TYPES.includes(dataType ?? 0) && count > 1;
}
