import picomatch from "picomatch";
import { weightOrders, type WeightOrder } from "../architecture/weight-order.js";
import { InputError } from "../../errors/errors.js";
import type { LoraAdapter } from "./lora-adapter.js";
import type { LoraModule } from "./lora-module.js";
import type { Model } from "../open-model.js";
import type { TensorReader } from "../tensor.js";

/** What a user says of modules: a name, its end after a dot, or a glob, of the adapter's module or the base's tensor. */
export interface AskedOrientation {
  readonly name: string;
  readonly order: WeightOrder;
}

interface Placed {
  readonly module: LoraModule;
  /** What the factors are added to. */
  readonly tensor: TensorReader;
}

/**
 * For each module whether its tensor is stored as `in × out`. Shapes say so; where a square leaves it open the base's architecture
 * does, as PEFT goes by the kind of the layer whatever `fan_in_fan_out` says; without one the configuration does. One flag
 * serves a whole adapter, so it may be wrong for some of its modules, but not for all of them: that is refused.
 *
 * Throws `InputError` for shapes that fit in no way, for a square where what is known contradicts itself, and for an answer of
 * the user's that does not fit or names nothing.
 */
export function orient(
  base: Model,
  adapter: LoraAdapter,
  placed: readonly Placed[],
  asked: readonly AskedOrientation[],
): readonly boolean[] {
  const isPyTorch = base.format === "safetensors" || base.format === "safetensors-sharded";
  const orders = isPyTorch ? weightOrders(base.tensors) : (): undefined => undefined;
  const { fanInFanOut } = adapter.config;
  const used = new Set<AskedOrientation>();
  const views = placed.map((each) => {
    const fits = fitsOf(each);
    const answer = answerFor(each, asked, used);
    if (answer !== undefined) assertFits(adapter, each, fits, answer);
    const byShape = fits.length === 1 ? fits[0] : undefined;
    const byKind = each.module.isEmbedding ? undefined : orders(each.tensor.name);
    // A Linear whose shape is the wrong way round is another model's, not a Conv1D.
    const mayBeConv1d = each.module.isEmbedding || !isPyTorch || byKind === "conv1d" || fanInFanOut === true;
    const isOther = byShape !== undefined && byKind !== undefined && byShape !== byKind;
    if (fits.length === 0 || (answer === undefined && (isOther || (byShape === "conv1d" && !mayBeConv1d)))) {
      throw misfit(base, adapter, each);
    }
    return { ...each, byShape, known: answer ?? byShape, byKind };
  });
  for (const each of asked) {
    if (used.has(each)) continue;
    throw new InputError(
      `${adapter.path}: the orientation of ${JSON.stringify(each.name)} is given, but no module has that name`,
      {
        remedy: `Its modules are ${placed
          .slice(0, 3)
          .map(({ module }) => module.module)
          .join(", ")} …`,
      },
    );
  }
  const linearLayers = views.filter(({ module }) => !module.isEmbedding && module.inShape.length === 1);
  const orderSeen = new Set(linearLayers.map(({ known, byKind }) => known ?? byKind));
  const shapesSeen = new Set(linearLayers.map(({ byShape }) => byShape));
  const byFlag: WeightOrder = fanInFanOut === true ? "conv1d" : "linear";
  return views.map(({ module, tensor, known, byKind }) => {
    if (known !== undefined) return known === "conv1d";
    if (byKind !== undefined) {
      if (fanInFanOut !== undefined && byKind !== byFlag && !orderSeen.has(byFlag)) {
        throw open(
          adapter,
          module,
          tensor,
          `${kindName(byKind)} by the base's architecture, but fan_in_fan_out is ${String(fanInFanOut)}`,
        );
      }
      return byKind === "conv1d";
    }
    const other: WeightOrder = byFlag === "conv1d" ? "linear" : "conv1d";
    if (!isPyTorch) throw open(adapter, module, tensor, `and ${base.format} files store either order`);
    if (shapesSeen.has(other)) {
      throw open(
        adapter,
        module,
        tensor,
        `fan_in_fan_out is ${String(fanInFanOut ?? false)}, but other modules of the adapter are ${kindName(other)} by their shapes`,
      );
    }
    return byFlag === "conv1d";
  });
}

function kindName(order: WeightOrder): string {
  return order === "conv1d" ? "a Conv1D (in × out)" : "a Linear (out × in)";
}

/** Which orders the shapes of the tensor and of the factors allow. */
function fitsOf({ module, tensor }: Placed): readonly WeightOrder[] {
  const { inSize, outSize, inShape, isEmbedding } = module;
  const [rows, ...columns] = tensor.shape;
  const isLinear =
    rows === outSize && columns.length === inShape.length && columns.every((side, i) => side === inShape[i]);
  const isTransposed = columns.length === 1 && inShape.length === 1 && rows === inSize && columns[0] === outSize;
  if (isEmbedding) return isTransposed ? ["conv1d"] : [];
  return [...(isLinear ? (["linear"] as const) : []), ...(isTransposed ? (["conv1d"] as const) : [])];
}

function answerFor(
  { module, tensor }: Placed,
  asked: readonly AskedOrientation[],
  used: Set<AskedOrientation>,
): WeightOrder | undefined {
  const matching = asked.filter(({ name }) =>
    [module.module, tensor.name, tensor.name.replace(/\.weight$/u, "")].some(
      (each) => each === name || each.endsWith(`.${name}`) || picomatch.isMatch(each, name, { dot: true }),
    ),
  );
  for (const each of matching) used.add(each);
  return matching[0]?.order;
}

function assertFits(
  adapter: LoraAdapter,
  { module, tensor }: Placed,
  fits: readonly WeightOrder[],
  answer: WeightOrder,
): void {
  if (fits.length === 0 || fits.includes(answer)) return;
  throw new InputError(
    `${adapter.path}: ${JSON.stringify(tensor.name)} is given as ${answer}, but is ${JSON.stringify(tensor.shape)} with ${module.inSize} inputs and ${module.outSize} outputs`,
    { remedy: "Leave it out: the shapes say which it is." },
  );
}

function open(adapter: LoraAdapter, module: LoraModule, tensor: TensorReader, why: string): InputError {
  return new InputError(
    `${adapter.path}: ${JSON.stringify(tensor.name)} is square (${JSON.stringify(tensor.shape)}): ${why}`,
    {
      remedy: `The factors could be transposed. Say which it is: --orientation ${module.module}=linear or =conv1d (globs may be used).`,
    },
  );
}

/** Says why a tensor cannot be what the factors were made for. */
function misfit(base: Model, adapter: LoraAdapter, { module, tensor }: Placed): InputError {
  const { inSize, outSize, isEmbedding } = module;
  const [rows = 0, columns = 0] = tensor.shape;
  const [adaptedRows, adaptedColumns] = isEmbedding ? [inSize, outSize] : [outSize, inSize];
  const isVocabulary = isEmbedding || /(lm_head|embed_out|output|proj_out)\.weight$/u.test(tensor.name);
  if (isVocabulary && tensor.shape.length === 2 && columns === adaptedColumns) {
    const more = adaptedRows - rows;
    return new InputError(
      `${adapter.path}: the adapter has ${Math.abs(more)} row${Math.abs(more) === 1 ? "" : "s"} ${more > 0 ? "more" : "fewer"} than the base's vocabulary${more > 0 ? " (added tokens)" : ""}: ` +
        `${adaptedRows} for ${JSON.stringify(tensor.name)}, which has ${rows} in ${base.path}`,
      {
        remedy:
          `What the adapter was trained on is not in its files. Resize the base as then (resize_token_embeddings(${adaptedRows})), save it and ` +
          "give it as the base; or merge the adapter and give the merged model.",
      },
    );
  }
  return new InputError(
    `${adapter.path}: adapts ${JSON.stringify(tensor.name)} as ${[adaptedRows, ...(isEmbedding ? [outSize] : module.inShape)].join(" × ")}, but in ${base.path} it is ${JSON.stringify(tensor.shape)}`,
    {
      remedy:
        rows === inSize && columns === outSize && tensor.shape.length === 2
          ? `Give the base that the adapter was trained on. If it stores this matrix as in × out, say so: --orientation ${module.module}=conv1d.`
          : "Give the base that the adapter was trained on.",
    },
  );
}
