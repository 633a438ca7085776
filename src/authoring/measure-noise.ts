import type { Model } from "../model/open-model.js";
import type { Manifest } from "../quantize/manifest.js";
import { expectedNoise } from "../quantize/rounding-noise.js";
import type { NoiseOf } from "./measure-model.js";

/**
 * The noise of every tensor of a fine-tune: of the float format that its weights are stored in, and of quantizing it
 * and its base. Reads a tensor when it is asked for.
 */
export function noiseOfModel(tuned: Pick<Model, "tensors">, manifest: Manifest): NoiseOf {
  const placed = new Map(manifest.tensors.map((tensor) => [tensor.name, tensor]));
  const known = new Map<string, Promise<number>>();
  const measure = async (name: string): Promise<number> => {
    const place = placed.get(name);
    const reader = tuned.tensors.find((tensor) => tensor.name === name);
    if (reader === undefined || reader.kind === "string" || place === undefined || !("fractionBits" in place)) return 0;
    return expectedNoise(reader, place.fractionBits);
  };
  return (name) => {
    const noise = known.get(name) ?? measure(name);
    known.set(name, noise);
    return noise;
  };
}
