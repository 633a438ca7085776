import { parseAddedRows } from "../model/architecture/added-rows.js";
import type { PlacedTensor } from "./layout.js";

/**
 * The tensors of a manifest that one of the two models may lack, a sentence each: rows that were added, tensors of one side. They
 * are zeros in the model that lacks them. Control characters in names are escaped.
 */
export function describeExtensions({ tensors }: { readonly tensors: readonly PlacedTensor[] }): string[] {
  const optional = tensors.filter((tensor) => "optional" in tensor);
  const ofManifest = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const rows: string[] = [];
  const others: string[] = [];
  for (const { name, shape } of optional) {
    const added = parseAddedRows(name);
    if (added !== undefined && ofManifest.has(added.name)) {
      const words = added.rows === 1 ? "1 row" : `${added.rows} rows`;
      rows.push(
        `${JSON.stringify(added.name)} has room for ${words} added (${JSON.stringify(name)}), zeros in the base.`,
      );
    } else {
      others.push(`${JSON.stringify(name)} ${JSON.stringify(shape)}`);
    }
  }
  return others.length === 0 ? rows : [...rows, `Only one of the models has ${others.join(", ")}: zeros in the other.`];
}
