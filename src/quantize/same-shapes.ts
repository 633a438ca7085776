import { InputError } from "../errors/errors.js";
import { coverageOf, LEAST_COVERAGE } from "../model/names/coverage.js";
import { isBuffer } from "../model/names/tensor-kinds.js";
import type { Model } from "../model/open-model.js";
import type { ModelTensor } from "../model/tensor.js";
import type { PlacedTensor } from "./layout.js";
import { nameWithShape } from "./list-tensors.js";
import type { Manifest } from "./manifest.js";
import { targetOfManifest } from "./manifest-target.js";

/**
 * The model's tensor for every tensor of a manifest; those that are optional may be missing. Throws `InputError` unless it
 * has exactly these: same names, same shapes, strings with the same digest. A fine-tune must pass this against its base,
 * because it inherits the base's manifest.
 */
export function matchTensors(
  manifest: Manifest,
  model: Pick<Model, "tensors" | "path">,
): ReadonlyMap<string, ModelTensor> {
  const byName = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  const found = new Map<string, ModelTensor>();
  const used = new Set<string>();
  for (const placed of manifest.tensors) {
    const tensor = isOptional(placed) ? optionalTensor(placed, byName) : byName.get(placed.name);
    if (tensor === undefined) continue;
    found.set(placed.name, tensor);
    used.add(tensor.name);
  }
  const missing = manifest.tensors.flatMap((placed) =>
    found.has(placed.name) || isOptional(placed) ? [] : [placed.name],
  );
  const extra = model.tensors.flatMap(({ name }) => (used.has(name) ? [] : [name]));
  if (missing.length > 0 || extra.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`lacks ${listed(missing)}`] : []),
      ...(extra.length > 0 ? [`has ${listed(extra)} besides`] : []),
    ];
    throw new InputError(
      `${model.path}: is not of the base's architecture: it ${parts.join(" and ")}${reasonFor(manifest, model)}`,
      { remedy: remedyFor(manifest, model, missing) },
    );
  }
  for (const placed of manifest.tensors) {
    const tensor = found.get(placed.name);
    if (tensor === undefined) continue;
    const where = `${tensor.file}: tensor ${JSON.stringify(placed.name)}`;
    if (JSON.stringify(tensor.shape) !== JSON.stringify(placed.shape)) {
      throw new InputError(
        `${where}: its shape is ${JSON.stringify(tensor.shape)}, but ${JSON.stringify(placed.shape)} in the base`,
        { remedy: remedyFor(manifest, model, []) },
      );
    }
    // Numbers that a digest stands for are compared when they are read (`assertBoundValues`).
    const holdsStrings = placed.kind === "digest" && placed.values === undefined;
    if ((tensor.kind === "string") !== holdsStrings) {
      const [here, there] = tensor.kind === "string" ? ["strings", "numbers"] : ["numbers", "strings"];
      throw new InputError(`${where}: holds ${here}, but ${there} in the base`);
    }
    if (tensor.kind === "string" && placed.kind === "digest" && tensor.sha256 !== placed.sha256) {
      throw new InputError(`${where}: its strings have the digest ${tensor.sha256}, but ${placed.sha256} in the base`, {
        remedy: "Strings have no drift: they must be those of the base.",
      });
    }
  }
  return found;
}

const NEW_TENSORS =
  "A fine-tune has the tensors and shapes of its base. One with a new head needs a base with room for it: fti commit BASE --for TUNE.";

/** Room is for what a fine-tune adds: one that lacks most of the base is another model, or its names are. */
function remedyFor(manifest: Manifest, model: Pick<Model, "tensors">, missing: readonly string[]): string {
  const { share, remedy } = coverageOf(targetOfManifest(manifest), model);
  // A new head can be more than a tenth of a small network: then it takes a word more.
  if (share < LEAST_COVERAGE) return share < HALF ? remedy : `${remedy} ${NEW_TENSORS} Then also --allow-uncovered.`;
  const shapes = new Map(manifest.tensors.map(({ name, shape }) => [name, shape]));
  if (missing.length > 0 && missing.every((name) => isBuffer({ name, shape: shapes.get(name) ?? [] }))) return BUFFERS;
  return NEW_TENSORS;
}

function reasonFor(manifest: Manifest, model: Pick<Model, "tensors">): string {
  const { share, reason } = coverageOf(targetOfManifest(manifest), model);
  return share < LEAST_COVERAGE ? `; ${reason}` : "";
}

const HALF = 0.5;

const BUFFERS =
  "They follow from the configuration and are taken as in the base: give the base's weights too (--base-weights).";

function isOptional(placed: PlacedTensor): boolean {
  return "optional" in placed;
}

/** The tensor of that name and shape, or the one whose name with its shape that is. */
function optionalTensor(
  { name, shape }: PlacedTensor,
  byName: ReadonlyMap<string, ModelTensor>,
): ModelTensor | undefined {
  const fits = (tensor: ModelTensor | undefined): boolean =>
    tensor !== undefined && tensor.kind !== "string" && JSON.stringify(tensor.shape) === JSON.stringify(shape);
  const exact = byName.get(name);
  if (fits(exact)) return exact;
  const suffix = nameWithShape("", shape);
  const renamed = name.endsWith(suffix) ? byName.get(name.slice(0, -suffix.length)) : undefined;
  return fits(renamed) ? renamed : undefined;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  return `${shown.join(", ")}${more}`;
}
