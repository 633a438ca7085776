import { recogniseArchitecture, type RecogniseOptions } from "./recognise.js";
import type { Architecture, NamedShape, TensorRole } from "./role.js";

/** How a base's tensors are seen as matrices, and which of the small ones share tiles. */
export interface ArchitectureViews {
  readonly architecture: Architecture;
  readonly views: (tensor: NamedShape) => { readonly rowAxes?: number; readonly group?: string };
}

/**
 * Views by what tensors do: convolutions and fused attention as their matrices are, and small tensors apart by kind, so that a
 * policy can free the head and freeze the norms. `isTogether`: small tensors share tiles as they come.
 */
export function viewsOf(
  tensors: readonly NamedShape[],
  options: RecogniseOptions & { readonly isTogether?: boolean },
): ArchitectureViews {
  const architecture = recogniseArchitecture(tensors, options);
  return {
    architecture,
    views: ({ name, shape }) => {
      const role = architecture.roleOf(name);
      const group = options.isTogether === true ? undefined : groupOf(role);
      return {
        ...(role.rowAxes > 1 && role.rowAxes < shape.length ? { rowAxes: role.rowAxes } : {}),
        ...(group === undefined ? {} : { group }),
      };
    },
  };
}

/** Fine-tunes free or freeze these as a whole: heads, norms and embeddings, and the biases of each. */
function groupOf({ role, part }: TensorRole): string | undefined {
  const [kind = ""] = role.split(".");
  const isApart = kind === "head" || kind === "norm" || kind === "embedding";
  if (part !== "bias") return isApart ? kind : undefined;
  return isApart ? `${kind}-bias` : "bias";
}
