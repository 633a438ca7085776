import { InputError } from "../errors/errors.js";
import type { Model } from "../model/open-model.js";
import type { TensorReader } from "../model/tensor.js";
import type { Tier } from "../protocol/tiers.js";
import { describeBits } from "./describe-bits.js";
import { describeExtensions } from "./extensions.js";
import { chooseFractionBits, type FractionBitsOptions } from "./fraction-bits.js";
import { layOut, type TensorSpec } from "./layout.js";
import { listTensors } from "./list-tensors.js";
import { MagnitudeHistogram } from "./magnitude-histogram.js";
import { measureMagnitude, type Magnitude } from "./magnitude.js";
import { MANIFEST_VERSION, type Manifest } from "./manifest.js";
import { digestOfValues } from "./value-digest.js";

/** How a tensor of a new base is seen and where it may lie. */
export interface TensorView {
  /** Leading axes that are rows of its matrix view. */
  readonly rowAxes?: number;
  /** Small tensors share tiles only within a group. */
  readonly group?: string;
  /** The same for the same matrix of all blocks, which are to have one `f`. */
  readonly family?: string;
}

export interface ManifestOptions extends FractionBitsOptions {
  readonly views?: (tensor: { readonly name: string; readonly shape: readonly number[] }) => TensorView;
  /** A fine-tune for whose own tensors, such as a new head, there is to be room. */
  readonly tune?: Pick<Model, "tensors"> | undefined;
}

/**
 * Makes the manifest of a base: reads every tensor once to measure its weights, chooses `f` and what is pinned, and lays the
 * tensors out. `explanation` says why `f` is what it is. Throws `InputError` for weights that cannot be committed.
 */
export async function buildManifest(
  model: Pick<Model, "tensors">,
  tier: Tier,
  options: ManifestOptions = {},
): Promise<{ readonly manifest: Manifest; readonly explanation: readonly string[] }> {
  const listed = listTensors(model, options.tune);
  const histogram = new MagnitudeHistogram();
  const magnitudes: Magnitude[] = [];
  const digests = new Map<string, string>();
  for (const { name, tensor, isOptional } of listed) {
    if (tensor.kind === "string" || tensor.elementCount === 0) continue;
    const magnitude = await measureMagnitude({ ...tensor, name }, histogram);
    if (magnitude.hasInfinities) digests.set(name, await digestOfWhole(tensor, isOptional));
    else magnitudes.push(magnitude);
  }
  const views = new Map(listed.map(({ name, tensor: { shape } }) => [name, options.views?.({ name, shape }) ?? {}]));
  const absent = new Set(listed.flatMap(({ name, isOptional }) => (isOptional ? [name] : [])));
  const bits = chooseFractionBits(magnitudes, tier, options, {
    familyOf: (name) => views.get(name)?.family,
    isOptional: (name) => absent.has(name),
  });
  const specs = listed.map(({ name, tensor, isOptional }): TensorSpec => {
    const { shape } = tensor;
    if (tensor.kind === "string") return { name, shape, sha256: tensor.sha256 };
    const sha256 = digests.get(name);
    if (sha256 !== undefined) return { name, shape, sha256, values: true };
    const { rowAxes, group } = views.get(name) ?? {};
    const { fractionBits, pinned } = bits.get(name) ?? {};
    const optional = isOptional && tensor.elementCount > 0 ? ({ optional: true } as const) : {};
    return { name, shape, fractionBits, pinned, rowAxes, group, ...optional };
  });
  const { tensors, tileCount } = layOut(tier.t, specs);
  return {
    manifest: { version: MANIFEST_VERSION, t: tier.t, tileCount, tensors },
    explanation: [
      ...describeBits(magnitudes, bits),
      ...[...digests.keys()].map(
        (name) => `${name} holds infinities: it is compared as a whole, and must be the same in every fine-tune.`,
      ),
      ...describeExtensions({ tensors }),
    ],
  };
}

/** The digest of a tensor with infinities. Throws `InputError` if a model may lack it: nothing stands for zeros. */
async function digestOfWhole(tensor: TensorReader, isOptional: boolean): Promise<string> {
  if (isOptional) {
    throw new InputError(
      `${tensor.file}: tensor ${JSON.stringify(tensor.name)} holds infinities, and only one of the models has it`,
      { remedy: "A tensor with infinities must be the same in both models." },
    );
  }
  return digestOfValues(tensor);
}
