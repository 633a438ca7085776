import type { CommittedModel } from "./committed-model.js";
import { tileContents } from "../quantize/tile-contents.js";
import { listNames } from "../model/names/list-names.js";

/** Names tiles with the tensors that lie in them: `tile 3 ("a", "b")`. */
export function describeTileOf({ manifest }: Pick<CommittedModel, "manifest">): (tile: number) => string {
  const contents = tileContents(manifest);
  return (tile) => `tile ${tile} (${listNames(contents[tile]?.tensors ?? [])})`;
}
