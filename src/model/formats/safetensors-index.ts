import { FormatError } from "../../errors/errors.js";
import { parseJsonStrict } from "./json-text.js";
import { readWhole, type ByteSource } from "../byte-source.js";
import type { ModelFile } from "../provenance.js";
import { MAX_HEADER_BYTES, readSafetensors } from "./safetensors.js";
import { openNamedBy, type SourceOpener } from "../source-opener.js";
import type { TensorReader } from "../tensor.js";

/**
 * The tensors of a sharded safetensors model: `*.safetensors.index.json` has `weight_map`, from tensor name to
 * the shard that holds it. Index and shards must agree exactly. Throws `FormatError`.
 */
export async function readSafetensorsIndex(
  opener: SourceOpener,
  index: ByteSource,
  opened: ModelFile[],
): Promise<readonly TensorReader[]> {
  const shardOf = parseWeightMap(index.name, parseJsonStrict(await readWhole(index, MAX_HEADER_BYTES), index.name));
  const tensors: TensorReader[] = [];
  for (const shard of [...new Set(shardOf.values())].sort()) {
    const source = await openNamedBy(opener, index.name, shard);
    opened.push({ name: shard, source });
    for (const tensor of await readSafetensors(source)) {
      const expected = shardOf.get(tensor.name);
      if (expected !== shard) {
        const where = expected === undefined ? "is not in the index" : `is in the index as part of ${expected}`;
        throw new FormatError(index.name, `tensor ${JSON.stringify(tensor.name)} of the shard ${shard} ${where}`, {
          remedy: "Index and shards are not of the same model: export it again.",
        });
      }
      tensors.push(tensor);
    }
  }
  const found = new Set(tensors.map(({ name }) => name));
  for (const [name, shard] of shardOf) {
    if (!found.has(name)) {
      throw new FormatError(index.name, `tensor ${JSON.stringify(name)} is not in the shard ${shard}`, {
        remedy: "Index and shards are not of the same model: export it again.",
      });
    }
  }
  return tensors;
}

/** The tensors of a complete set of shards that no index lists. Throws `FormatError` for a tensor that two of them have. */
export async function readShards(folder: string, shards: readonly ModelFile[]): Promise<readonly TensorReader[]> {
  const shardOf = new Map<string, string>();
  const tensors: TensorReader[] = [];
  for (const { name: shard, source } of shards) {
    for (const tensor of await readSafetensors(source)) {
      const other = shardOf.get(tensor.name);
      if (other !== undefined) {
        throw new FormatError(folder, `tensor ${JSON.stringify(tensor.name)} is in both ${other} and ${shard}`, {
          remedy: "The shards are not of one model: download it again, with its index.",
        });
      }
      shardOf.set(tensor.name, shard);
      tensors.push(tensor);
    }
  }
  return tensors;
}

function parseWeightMap(path: string, index: unknown): ReadonlyMap<string, string> {
  const weightMap: unknown = (index as { readonly weight_map?: unknown } | null)?.weight_map;
  if (typeof weightMap !== "object" || weightMap === null || Array.isArray(weightMap)) {
    throw new FormatError(path, "has no weight_map from tensor names to shards", {
      remedy: "Give a *.safetensors.index.json file.",
    });
  }
  const entries = Object.entries(weightMap as Record<string, unknown>).map(([name, shard]): [string, string] => {
    if (typeof shard !== "string") {
      throw new FormatError(path, `tensor ${JSON.stringify(name)}: its shard is ${JSON.stringify(shard)}, not a name`);
    }
    return [name, shard];
  });
  return new Map(entries);
}
