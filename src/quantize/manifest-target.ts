import type { PairTarget } from "../model/names/pair-target.js";
import type { Manifest } from "./manifest.js";

/** What a model is paired with where its base is known by the manifest only: names and shapes. */
export function targetOfManifest({ tensors }: Pick<Manifest, "tensors">): PairTarget {
  return {
    tensors: tensors.map((tensor) => ({
      name: tensor.name,
      shape: tensor.shape,
      isString: tensor.kind === "digest" && tensor.values === undefined,
      ...("optional" in tensor ? { isOptional: true } : {}),
    })),
  };
}
