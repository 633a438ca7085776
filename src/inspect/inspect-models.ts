import { recogniseArchitecture, type RecogniseOptions } from "../architecture/recognise.js";
import type { Model } from "../model/open-model.js";
import type { ModelTensor, TensorReader } from "../model/tensor.js";
import type { Inspection, NamedRole, TensorChange } from "./inspection.js";
import { measureTensor } from "./measure-tensor.js";
import { eachChunk } from "./tensor-pair.js";

export interface InspectInput extends RecogniseOptions {
  /** Both must stay open. */
  readonly base: Model;
  readonly tuned: Model;
  /** Most singular values of a matrix; all are computed if it has no more. 256 by default. */
  readonly maxSpectrum?: number;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
}

const MAX_SPECTRUM = 256;

/**
 * Compares two models tensor by tensor, straight from their files: no setup, no commitment. One tensor's panel is in memory
 * at a time, or a small matrix as a whole. What a person concludes from it is `judge`'s.
 */
export async function inspectModels(input: InspectInput): Promise<Inspection> {
  const { base, tuned, maxSpectrum = MAX_SPECTRUM, onProgress = () => undefined } = input;
  const readers = (model: Model): Map<string, TensorReader> =>
    new Map(model.tensors.flatMap((tensor) => (tensor.kind === "float" ? [[tensor.name, tensor] as const] : [])));
  const [before, after] = [readers(base), readers(tuned)];
  const layout = input.layout ?? (base.format === "tfjs" ? "channels-last" : "channels-first");
  const options = { layout, ...(input.mapping && { mapping: input.mapping }) };
  const [ofBase, ofTune] = [base, tuned].map(({ tensors }) => recogniseArchitecture(tensors, options)) as [
    ReturnType<typeof recogniseArchitecture>,
    ReturnType<typeof recogniseArchitecture>,
  ];
  const isShared = (name: string): boolean =>
    JSON.stringify(before.get(name)?.shape) === JSON.stringify(after.get(name)?.shape) && before.has(name);
  const only = (from: ReadonlyMap<string, TensorReader>, architecture: typeof ofBase): NamedRole[] =>
    [...from.values()].flatMap(({ name, shape }) =>
      isShared(name) ? [] : [{ name, shape, role: architecture.roleOf(name).role }],
    );

  const shared = [...before.keys()].filter(isShared);
  const tensors: TensorChange[] = [];
  for (const name of shared) {
    onProgress("comparing tensors", tensors.length, shared.length);
    const [w0, w1] = [before.get(name), after.get(name)];
    if (w0 === undefined || w1 === undefined) continue;
    tensors.push(await measureTensor(w0, w1, ofBase.roleOf(name), maxSpectrum));
  }
  onProgress("comparing tensors", shared.length, shared.length);
  return {
    base: base.path,
    tuned: tuned.path,
    tunedFormat: tuned.format,
    architecture: ofBase.family,
    tensors,
    others: await compareOthers(base, tuned),
    onlyInBase: only(before, ofBase),
    onlyInTune: only(after, ofTune),
    total: totalOf(tensors),
  };
}

/** Whether what is no floating-point tensor is the same in both models. */
async function compareOthers(base: Model, tuned: Model): Promise<Inspection["others"]> {
  const after = new Map(tuned.tensors.map((tensor) => [tensor.name, tensor]));
  const others = base.tensors.filter(({ kind }) => kind !== "float");
  const changed: string[] = [];
  for (const before of others) {
    const other = after.get(before.name);
    if (other === undefined || !(await isSame(before, other))) changed.push(before.name);
  }
  return { count: others.length, changed };
}

async function isSame(before: ModelTensor, after: ModelTensor): Promise<boolean> {
  if (before.kind === "string" || after.kind === "string") {
    return before.kind === "string" && after.kind === "string" && before.sha256 === after.sha256;
  }
  if (before.kind !== after.kind || JSON.stringify(before.shape) !== JSON.stringify(after.shape)) return false;
  let equal = true;
  await eachChunk(before, after, (w0, w1) => {
    equal &&= w0.every((value, i) => value === w1[i]);
  });
  return equal;
}

function totalOf(tensors: readonly TensorChange[]): Inspection["total"] {
  const sum = (of: (tensor: TensorChange) => number): number => sumOf(tensors, of);
  const [norm, baseNorm] = [Math.sqrt(sum((each) => each.norm ** 2)), Math.sqrt(sum((each) => each.baseNorm ** 2))];
  const changed = tensors.filter(({ nonzeros }) => nonzeros > 0);
  const [before, after] = [sumOf(changed, (each) => each.baseNorm ** 2), sumOf(changed, (each) => each.tunedNorm ** 2)];
  const dot = sumOf(changed, ({ cosine, baseNorm: w0, tunedNorm: w1 }) => cosine * w0 * w1);
  return {
    weights: sum(({ weights }) => weights),
    changedWeights: sum(({ nonzeros }) => nonzeros),
    norm,
    baseNorm,
    relative: norm === 0 ? 0 : norm / baseNorm,
    cosine: before === 0 || after === 0 ? 1 : dot / Math.sqrt(before * after),
  };
}

function sumOf(tensors: readonly TensorChange[], of: (tensor: TensorChange) => number): number {
  return tensors.reduce((total, each) => total + of(each), 0);
}
