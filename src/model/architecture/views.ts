import { parseAddedRows } from "./added-rows.js";
import { recognizeArchitecture, type RecognizeOptions } from "./recognize.js";
import type { Architecture, NamedShape, TensorRole } from "./role.js";

/** How a base's tensors are seen as matrices, and which of the small ones share tiles, and which share their `f`. */
export interface ArchitectureViews {
  readonly architecture: Architecture;
  readonly views: (tensor: NamedShape) => {
    readonly rowAxes?: number;
    readonly group?: string;
    readonly family?: string;
  };
}

/**
 * Views by what tensors do: convolutions and fused attention as their matrices are, and small tensors apart by kind, so that a
 * policy can free the head and freeze the norms; rows that a fine-tune adds are apart from all that the base has. `isTogether`: small tensors share tiles as they come.
 */
export function viewsOf(
  tensors: readonly NamedShape[],
  options: RecognizeOptions & { readonly isTogether?: boolean },
): ArchitectureViews {
  const architecture = recognizeArchitecture(tensors, options);
  return {
    architecture,
    views: ({ name, shape }) => {
      const role = architecture.roleOf(name);
      const isAdded = parseAddedRows(name) !== undefined;
      const group =
        options.isTogether === true ? undefined : isAdded ? `${groupOf(role) ?? "rows"}-added` : groupOf(role);
      return {
        ...(role.rowAxes > 1 && role.rowAxes < shape.length ? { rowAxes: role.rowAxes } : {}),
        ...(group === undefined ? {} : { group }),
        ...(role.block === undefined ? {} : { family: familyOf(name, role.block) }),
      };
    },
  };
}

/** A tensor's name without the number of its block: the same for the same matrix of all blocks. */
function familyOf(name: string, block: string): string {
  const numbers = block.match(/\d+/gu) ?? [];
  return numbers.reduce((rest, number) => rest.replace(new RegExp(`(?<!\\d)${number}(?!\\d)`, "u"), "*"), name);
}

/** Fine-tunes free or freeze these as a whole: heads, norms and embeddings, and the biases of each. */
function groupOf({ role, part }: TensorRole): string | undefined {
  const [kind = ""] = role.split(".");
  const isApart = kind === "head" || kind === "norm" || kind === "embedding";
  if (part !== "bias") return isApart ? kind : undefined;
  return isApart ? `${kind}-bias` : "bias";
}
