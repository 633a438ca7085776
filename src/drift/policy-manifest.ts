import { InputError } from "../errors/errors.js";
import type { Manifest } from "../quantize/manifest.js";
import type { Policy } from "./rule.js";

/** What lies in one tile: a part of one grid tensor, or packed tensors of one `f`. */
export interface TileContent {
  readonly fractionBits: number;
  /** Tensors with entries in the tile, in order. */
  readonly tensors: readonly string[];
}

/** The content of every tile of a model. */
export function tileContents(manifest: Manifest): TileContent[] {
  const contents = Array.from({ length: manifest.tileCount }, () => ({ fractionBits: 0, tensors: [] as string[] }));
  const tileSize = 2 ** (2 * manifest.t);
  const place = (tile: number, fractionBits: number, name: string): void => {
    const content = contents[tile];
    if (content === undefined)
      throw new InputError(`tensor ${name} lies in tile ${tile}, but there are ${manifest.tileCount}`);
    content.fractionBits = fractionBits;
    content.tensors.push(name);
  };
  for (const tensor of manifest.tensors) {
    if (tensor.kind === "grid") {
      const tiles = tensor.gridRows * tensor.gridCols;
      for (let i = 0; i < tiles; i++) place(tensor.firstTile + i, tensor.fractionBits, tensor.name);
    } else if (tensor.kind === "packed") {
      const elements = tensor.shape.reduce((product, side) => product * side, 1);
      const last = Math.floor((tensor.offset + elements - 1) / tileSize);
      for (let i = Math.floor(tensor.offset / tileSize); i <= last; i++) {
        place(tensor.firstTile + i, tensor.fractionBits, tensor.name);
      }
    }
  }
  return contents;
}

/**
 * What PROTOCOL 3 asks of a policy beyond `assertPolicy`, and only the manifest can tell: the tiles of a rule
 * share one `f`, and a rank rule covers exactly one grid tensor. The registry has no manifest and cannot check
 * this; whoever relies on a policy must. Throws `InputError` naming the rule.
 */
export function assertPolicyFitsManifest(policy: Policy, manifest: Manifest): void {
  const contents = tileContents(manifest);
  policy.rules.forEach((rule, index) => {
    const tiles = contents.slice(rule.firstTile, rule.firstTile + rule.tileCount);
    const bits = new Set(tiles.map((tile) => tile.fractionBits));
    if (bits.size > 1) {
      throw new InputError(`policy rule ${index}: its tiles have different fraction bits (${[...bits].join(", ")})`, {
        remedy: "Write one rule for each.",
      });
    }
    if (rule.maxRank === 0) return;
    const covered = manifest.tensors.find(
      (tensor) =>
        tensor.kind === "grid" &&
        tensor.firstTile === rule.firstTile &&
        tensor.gridCols === rule.gridCols &&
        tensor.gridRows * tensor.gridCols === rule.tileCount,
    );
    if (covered === undefined) {
      throw new InputError(`policy rule ${index}: a rank rule must cover exactly one tensor that has tiles of its own`);
    }
  });
}
