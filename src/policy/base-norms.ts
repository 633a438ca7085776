import { pairModel } from "../model/names/pair-names.js";
import type { Model } from "../model/open-model.js";
import { elementCountOf, type ModelTensor } from "../model/tensor.js";
import { CHUNK_ELEMENTS } from "../quantize/magnitude.js";
import { targetOfManifest } from "../quantize/manifest-target.js";
import type { Manifest } from "../quantize/manifest.js";
import { matchTensors } from "../quantize/same-shapes.js";
import { openTiles } from "../quantize/tile-reader.js";

/**
 * L2 norms of a base's tensors as they are committed, in the weights' own unit, by name. Where all weights of a tensor round
 * to zero, the norm of the weights as they are stored: 0 is for zeros alone.
 */
export type BaseNorms = ReadonlyMap<string, number>;

/** `Σ q²` in doubles: relative errors stay below 2^-30, far below what is shown. */
function energyOf(entries: Int32Array, start: number, end: number): number {
  let sum = 0;
  for (let x = start; x < end; x++) sum += (entries[x] as number) ** 2;
  return sum;
}

/**
 * Measures every tensor that has tiles, reading the base once. What is measured are the integers that certificates are
 * about. The model must stay open. Throws `InputError` if it does not have the manifest's tensors.
 */
export async function measureNorms(
  given: Model,
  manifest: Manifest,
  onTile: (done: number, total: number) => void = () => undefined,
): Promise<BaseNorms> {
  const model = await pairModel(targetOfManifest(manifest), given);
  const reader = openTiles(model, manifest);
  const { tileSize } = reader;
  const stored = matchTensors(manifest, model);
  const norms = new Map<string, number>();
  let done = 0;
  let kept: { readonly tile: number; readonly entries: Int32Array } | undefined;
  const read = async (tile: number): Promise<Int32Array> => {
    // Packed tensors share tiles and follow each other.
    if (kept?.tile !== tile) {
      kept = { tile, entries: await reader.readTile(tile, kept?.entries) };
      onTile(Math.min(++done, manifest.tileCount), manifest.tileCount);
    }
    return kept.entries;
  };
  const byPlace = manifest.tensors
    .flatMap((tensor) => (tensor.kind === "grid" || tensor.kind === "packed" ? [tensor] : []))
    .toSorted((a, b) => a.firstTile - b.firstTile || offsetOf(a) - offsetOf(b));
  for (const tensor of byPlace) {
    let energy = 0;
    if (tensor.kind === "grid") {
      const end = tensor.firstTile + tensor.gridRows * tensor.gridCols;
      for (let tile = tensor.firstTile; tile < end; tile++) energy += energyOf(await read(tile), 0, tileSize);
    } else {
      const end = tensor.offset + elementCountOf(tensor.shape);
      for (let at = tensor.offset; at < end;) {
        const tile = Math.floor(at / tileSize);
        const next = Math.min(end, (tile + 1) * tileSize);
        const entries = await read(tensor.firstTile + tile);
        energy += energyOf(entries, at - tile * tileSize, next - tile * tileSize);
        at = next;
      }
    }
    const norm = Math.sqrt(energy) * 2 ** -tensor.fractionBits;
    norms.set(tensor.name, norm > 0 ? norm : await storedNorm(stored.get(tensor.name)));
  }
  return norms;
}

async function storedNorm(tensor: ModelTensor | undefined): Promise<number> {
  if (tensor === undefined || tensor.kind === "string") return 0;
  let energy = 0;
  for (let start = 0; start < tensor.elementCount; start += CHUNK_ELEMENTS) {
    const values = await tensor.readValues(start, Math.min(CHUNK_ELEMENTS, tensor.elementCount - start));
    for (const value of values) energy += value ** 2;
  }
  return Math.sqrt(energy);
}

function offsetOf(tensor: { readonly kind: string; readonly offset?: number }): number {
  return tensor.offset ?? 0;
}
