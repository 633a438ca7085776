import { axisLayoutOf, recognizeArchitecture, type RecognizeOptions } from "../model/architecture/recognize.js";
import type { Model } from "../model/open-model.js";
import { compareOthers } from "./compare-others.js";
import { arePaired } from "./tensor-pair.js";
import type { Inspection, TensorChange } from "./inspection.js";
import { loneTensors } from "./lone-tensors.js";
import { matricesOf, totalOf } from "./inspection-sums.js";
import { measureTensor } from "./measure-tensor.js";
import { Sketches } from "./moved-tensors.js";

export interface InspectInput extends RecognizeOptions {
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
  const layout = input.layout ?? axisLayoutOf(base);
  const options = { layout, ...(input.mapping && { mapping: input.mapping }) };
  const [ofBase, ofTune] = [
    recognizeArchitecture(base.tensors, options),
    recognizeArchitecture(tuned.tensors, options),
  ];
  const sketches = new Sketches();
  const adapted = tuned.adapter && new Set(tuned.adapter.modules.map(({ tensor }) => tensor));

  const after = new Map(tuned.tensors.map((tensor) => [tensor.name, tensor]));
  const shared = base.tensors.flatMap((before) => {
    const other = after.get(before.name);
    const isFloat = before.kind === "float" && other?.kind === "float";
    return isFloat && arePaired(before, other) ? [{ before, after: other }] : [];
  });
  const total = shared.reduce((sum, { before }) => sum + before.elementCount, 0);
  const tensors: TensorChange[] = [];
  let done = 0;
  for (const { before, after } of shared) {
    onProgress("comparing tensors", done, total);
    const onChunk = sketches.of(before.name, before.shape.length < 2 ? 0 : before.elementCount);
    const adapter = adapted && (adapted.has(before.name) ? "sum" : "whole");
    const role = ofBase.roleOf(before.name);
    tensors.push(await measureTensor(before, after, role, { maxSpectrum, adapter, onChunk }));
    done += before.elementCount;
  }
  onProgress("comparing tensors", total, total);
  return {
    base: base.path,
    tuned: tuned.path,
    tunedFormat: tuned.format,
    architecture: ofBase.family,
    tensors,
    others: await compareOthers(base, tuned),
    onlyInBase: await loneTensors(base, tuned, ofBase),
    onlyInTune: await loneTensors(tuned, base, ofTune),
    moved: sketches.findMoved(tensors),
    matrices: matricesOf(tensors),
    total: totalOf(tensors),
  };
}
