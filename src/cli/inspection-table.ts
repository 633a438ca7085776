import Table from "cli-table3";
import { printable } from "../errors/printable.js";
import type { Inspection, TensorChange } from "../inspect/inspection.js";
import { percent, rankWords, short } from "../inspect/words.js";

/** A terminal is at least that wide; names are cut in the middle to fit. */
const NAME_WIDTH = 40;

/** What changed, a line a tensor, block by block; what did not change is counted. */
export function inspectionTable({ tensors, onlyInBase, onlyInTune }: Inspection): string[] {
  const changed = tensors.filter(({ nonzeros }) => nonzeros > 0);
  const frozen = tensors.length - changed.length;
  const lines: string[] = [];
  if (changed.length > 0) {
    const table = new Table({
      head: ["tensor", "L2", "relative", "largest", "nonzeros", "rank"],
      colAligns: ["left", "right", "right", "right", "right", "right"],
      style: { head: [], border: [], compact: true },
    });
    for (const block of blocksOf(changed)) {
      if (block.name !== undefined) table.push([{ colSpan: 6, content: `block ${printable(block.name)}` }]);
      for (const tensor of block.tensors) table.push(rowOf(tensor));
    }
    lines.push(...table.toString().split("\n"));
  }
  if (frozen > 0) lines.push(`${frozen} tensors are identical.`);
  for (const [where, list] of [
    ["base", onlyInBase],
    ["fine-tune", onlyInTune],
  ] as const) {
    if (list.length > 0) {
      lines.push(
        `Only the ${where} has ${list.map(({ name, shape, dtype }) => `${name} ${dtype} [${shape.join(", ")}]`).join(", ")}.`,
      );
    }
  }
  return lines;
}

function rowOf(tensor: TensorChange): string[] {
  const { name, norm, relative, largest, nonzeros, weights, kind } = tensor;
  const share =
    nonzeros === weights ? "all" : `${nonzeros.toLocaleString("en-US")} of ${weights.toLocaleString("en-US")}`;
  const rank = kind === "rounding" ? "rounding" : rankWords(tensor);
  return [shorten(printable(name)), short(norm), percent(relative), short(Math.abs(largest.value)), share, rank];
}

/** Tensors by block, those without one first. */
function blocksOf(
  tensors: readonly TensorChange[],
): { readonly name: string | undefined; readonly tensors: TensorChange[] }[] {
  const blocks = new Map<string | undefined, TensorChange[]>([[undefined, []]]);
  for (const tensor of tensors) {
    const members = blocks.get(tensor.block) ?? [];
    members.push(tensor);
    blocks.set(tensor.block, members);
  }
  return [...blocks].flatMap(([name, members]) => (members.length === 0 ? [] : [{ name, tensors: members }]));
}

function shorten(name: string): string {
  if (name.length <= NAME_WIDTH) return name;
  return `…${name.slice(name.length - NAME_WIDTH + 1)}`;
}
