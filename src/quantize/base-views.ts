import { axisLayoutOf } from "../model/architecture/recognize.js";
import type { RoleMapping } from "../model/architecture/role-mapping.js";
import { viewsOf, type ArchitectureViews } from "../model/architecture/views.js";
import type { Model } from "../model/open-model.js";
import { listTensors } from "./list-tensors.js";

export interface BaseViewOptions {
  /** A fine-tune for whose own tensors the base leaves room. */
  readonly tune?: Model | undefined;
  /** What tensors do, where their names do not tell. */
  readonly mapping?: RoleMapping | undefined;
  /** Small tensors share tiles as they come, rather than only with their kind. */
  readonly isTogether?: boolean | undefined;
}

/** How the tensors of a base, and those of the fine-tune it leaves room for, are seen and packed. */
export interface BaseViews extends Pick<ArchitectureViews, "views"> {
  /** For a person. */
  readonly explanation: readonly string[];
}

/** The one way in which a base's files become views: whoever computes an id takes it from here, or the ids differ. */
export function viewsOfBase(model: Model, { tune, mapping, isTogether = false }: BaseViewOptions = {}): BaseViews {
  const tensors = listTensors(model, tune).map(({ name, tensor: { shape } }) => ({ name, shape }));
  const { architecture, views } = viewsOf(tensors, { mapping, layout: axisLayoutOf(model), isTogether });
  const known = tensors.filter(({ name }) => architecture.roleOf(name).role !== "other").length;
  const packed = isTogether
    ? ""
    : " Small tensors share tiles only with tensors of the same kind (head, norm, embedding, bias).";
  const others = known === tensors.length ? "" : "; give the roles of the others with --roles";
  return {
    views,
    explanation: [
      `Recognized as ${architecture.family}: ${known} of ${tensors.length} tensors by name${others}.${packed}`,
    ],
  };
}
