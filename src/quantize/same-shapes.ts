import { InputError } from "../errors/errors.js";
import type { Model } from "../model/open-model.js";
import type { Manifest } from "./manifest.js";

/**
 * Throws `InputError` unless a model has exactly the tensors of a manifest: same names, same shapes, strings with
 * the same digest. A fine-tune must pass this against its base, because it inherits the base's manifest.
 */
export function checkSameShapes(manifest: Manifest, model: Pick<Model, "tensors" | "path">): void {
  const found = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  const expected = new Set(manifest.tensors.map(({ name }) => name));
  const missing = [...expected].filter((name) => !found.has(name));
  const extra = [...found.keys()].filter((name) => !expected.has(name));
  if (missing.length > 0 || extra.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`lacks ${listed(missing)}`] : []),
      ...(extra.length > 0 ? [`has ${listed(extra)} besides`] : []),
    ];
    throw new InputError(`${model.path}: is not of the base's architecture: it ${parts.join(" and ")}`, {
      remedy: "A fine-tune has exactly the tensors of its base. Export both in the same way.",
    });
  }
  for (const placed of manifest.tensors) {
    const tensor = found.get(placed.name);
    if (tensor === undefined) continue;
    const where = `${tensor.file}: tensor ${JSON.stringify(placed.name)}`;
    if (JSON.stringify(tensor.shape) !== JSON.stringify(placed.shape)) {
      throw new InputError(
        `${where}: its shape is ${JSON.stringify(tensor.shape)}, but ${JSON.stringify(placed.shape)} in the base`,
        { remedy: "A fine-tune has the shapes of its base." },
      );
    }
    if ((tensor.kind === "string") !== (placed.kind === "digest")) {
      const [here, there] = tensor.kind === "string" ? ["strings", "numbers"] : ["numbers", "strings"];
      throw new InputError(`${where}: holds ${here}, but ${there} in the base`);
    }
    if (tensor.kind === "string" && placed.kind === "digest" && tensor.sha256 !== placed.sha256) {
      throw new InputError(`${where}: its strings have the digest ${tensor.sha256}, but ${placed.sha256} in the base`, {
        remedy: "Strings cannot drift by a little: they must be those of the base.",
      });
    }
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  return `${shown.join(", ")}${more}`;
}
