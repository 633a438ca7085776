import { viewsOf, type ArchitectureViews } from "../model/architecture/views.js";
import type { Model } from "../model/open-model.js";
import { listTensors } from "../quantize/list-tensors.js";
import { readMapping } from "./model-files.js";

export interface BaseViewOptions {
  readonly pack?: "by-role" | "together";
  /** A mapping file. */
  readonly roles?: string;
}

/** How the tensors of a base, and those of the fine-tune it leaves room for, are seen and packed. */
export async function viewsOfBase(
  model: Model,
  tune: Model | undefined,
  { pack = "by-role", roles }: BaseViewOptions = {},
): Promise<Pick<ArchitectureViews, "views"> & { readonly explanation: readonly string[] }> {
  const tensors = listTensors(model, tune).map(({ name, tensor: { shape } }) => ({ name, shape }));
  const { architecture, views } = viewsOf(tensors, {
    mapping: await readMapping(roles),
    layout: model.format === "tfjs" ? "channels-last" : "channels-first",
    isTogether: pack === "together",
  });
  const known = tensors.filter(({ name }) => architecture.roleOf(name).role !== "other").length;
  const packed =
    pack === "together" ? "" : " Small heads, norms, embeddings and biases share tiles only with their kind.";
  return {
    views,
    explanation: [
      `Looks like: ${architecture.family}; roles of ${known} of ${tensors.length} tensors are known.${packed}`,
    ],
  };
}
