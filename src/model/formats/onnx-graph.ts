import { FormatError } from "../../errors/errors.js";
import {
  assertNoLooseCodes,
  dequantizedBy,
  type Dequantized,
  type FoundTensor,
  type Lookup,
} from "./onnx-quantized.js";
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from "./onnx-messages.js";

/** What a model holds, and which of it are codes that a node makes weights of. */
export interface FoundTensors {
  readonly tensors: readonly FoundTensor[];
  readonly dequantized: readonly Dequantized[];
}

const FLOAT = 1;
const INT64 = 7;
const STRING = 8;
const MAX_DEPTH = 64;
/** A shape, its axes, or the starts and ends of slices: one number an axis. */
const MAX_SHAPE_CONSTANT = 8;

/**
 * Initializers and Constants of a model, of its graph first and then of those inside, in order. A name that several graphs use
 * is preceded by the path of its graph from the second on: `If_0/then_branch/weight`.
 *
 * Lists of at most 8 INT64 are left out: they say how nodes compute (axes, shapes, ends of slices, often 2^63 - 1),
 * as attributes do, and are no weights. Tensors of codes are listed as they are, and with them what DequantizeLinear makes of
 * them; throws `FormatError` for codes that other operators read.
 */
export function collectOnnxTensors(path: string, model: OnnxModel): FoundTensors {
  const found: FoundTensor[] = [];
  const dequantized: Dequantized[] = [];
  const names = new Set<string>();
  const add = (name: string, prefix: string, tensor: OnnxTensor, scope: Map<string, FoundTensor>): void => {
    if (isShapeConstant(tensor)) return;
    const unique = names.has(name) ? `${prefix}${name}` : name;
    if (name === "" || names.has(unique)) {
      throw new FormatError(
        path,
        `the tensor name ${JSON.stringify(unique)} is ${name === "" ? "empty" : "there twice"}`,
        {
          remedy: "Export the model with names.",
        },
      );
    }
    names.add(unique);
    const each = { name: unique, tensor };
    found.push(each);
    scope.set(name, each);
  };
  const visitNodes = (
    nodes: readonly OnnxNode[],
    prefix: string,
    depth: number,
    scope: Map<string, FoundTensor>,
    outer: Lookup,
  ): void => {
    const lookup: Lookup = (name) => scope.get(name) ?? outer(name);
    nodes.forEach((node, i) => {
      if (node.opType === "Constant") {
        const tensor = constantTensor(path, node);
        if (tensor !== undefined) add(node.output[0] ?? "", prefix, tensor, scope);
      }
      const made = dequantizedBy(path, node, lookup);
      if (made !== undefined) dequantized.push(made);
      const label = node.name ?? "";
      for (const attribute of node.attribute) {
        const inside = `${prefix}${label === "" ? `${node.opType ?? "node"}_${i}` : label}/${attribute.name ?? ""}/`;
        for (const graph of [...(attribute.g === undefined ? [] : [attribute.g]), ...attribute.graphs]) {
          visitGraph(graph, inside, depth + 1, lookup);
        }
      }
    });
  };
  const visitGraph = (graph: OnnxGraph, prefix: string, depth: number, outer: Lookup): void => {
    const scope = new Map<string, FoundTensor>();
    if (depth > MAX_DEPTH) throw new FormatError(path, `its graphs are nested more than ${MAX_DEPTH} deep`);
    if (graph.sparseInitializer.length > 0) {
      throw new FormatError(path, "holds sparse initializers, which are not supported", {
        remedy: "Export it with dense weights.",
      });
    }
    for (const tensor of graph.initializer) add(tensor.name ?? "", prefix, tensor, scope);
    visitNodes(graph.node, prefix, depth, scope, outer);
  };
  const nothing: Lookup = () => undefined;
  if (model.graph !== undefined) visitGraph(model.graph, "", 0, nothing);
  for (const each of model.functions) visitNodes(each.node, `${each.name ?? "function"}/`, 1, new Map(), nothing);
  assertNoLooseCodes(path, found, dequantized);
  return { tensors: found, dequantized };
}

function isShapeConstant({ dataType, dims }: OnnxTensor): boolean {
  const [side = 1, ...more] = dims.map(Number);
  return dataType === INT64 && more.length === 0 && side >= 0 && side <= MAX_SHAPE_CONSTANT;
}

/** What a Constant node holds. Throws `FormatError` for a sparse tensor. */
function constantTensor(path: string, { attribute, output }: OnnxNode): OnnxTensor | undefined {
  const named = (name: string): OnnxAttribute | undefined => attribute.find((each) => each.name === name);
  const value = named("value")?.t;
  if (value !== undefined) return value;
  const float = named("value_float");
  if (float !== undefined) return listed([], FLOAT, { floatData: [float.f ?? 0] });
  const floats = named("value_floats")?.floats;
  if (floats !== undefined) return listed([floats.length], FLOAT, { floatData: floats });
  const int = named("value_int");
  if (int !== undefined) return listed([], INT64, { int64Data: [int.i ?? 0n] });
  const ints = named("value_ints")?.ints;
  if (ints !== undefined) return listed([ints.length], INT64, { int64Data: ints });
  const text = named("value_string");
  if (text !== undefined) return listed([], STRING, { stringData: [text.s ?? new Uint8Array()] });
  const texts = named("value_strings")?.strings;
  if (texts !== undefined) return listed([texts.length], STRING, { stringData: texts });
  if (named("sparse_value") !== undefined) {
    throw new FormatError(path, `the Constant ${JSON.stringify(output[0] ?? "")} is sparse, which is not supported`, {
      remedy: "Export it with dense weights.",
    });
  }
  return undefined;
}

/** A tensor as it is when its values are listed in the field of their dtype. */
function listed(shape: readonly number[], dataType: number, values: Partial<OnnxTensor>): OnnxTensor {
  const none = { floatData: [], int32Data: [], stringData: [], int64Data: [], doubleData: [], uint64Data: [] };
  return { ...none, externalData: [], dims: shape.map(BigInt), dataType, ...values };
}
