import type { IntVector } from "../kernels/backend.js";
import { elementCountOf } from "../model/tensor.js";
import type { TileRange } from "../quantize/tile-map.js";

/** A single entry of a difference, in units of `2^-f`. */
export interface EntryChange {
  readonly tile: number;
  /** `v + n·u`. */
  readonly x: number;
  readonly value: number;
}

/** What changed of one tensor, as far as it was looked at. */
export interface TensorChange {
  readonly tensor: string;
  /** Weights that changed. */
  readonly nonzeros: number;
  /** `Σ Δ²`, exact, in squared units of `2^-f`. */
  readonly sumSquares: bigint;
  /** The first of the largest entries. */
  readonly largest: EntryChange;
}

/** What changed in a tile, tensor by tensor in their order there; tensors that did not change are left out. */
export function measureTile(range: TileRange, tile: number, delta: IntVector): readonly TensorChange[] {
  const origin = (tile - range.firstTile) * delta.length;
  return range.tensors.flatMap((tensor): TensorChange[] => {
    if (tensor.kind === "grid") return measureSpan(tensor.name, tile, delta, 0, delta.length);
    const start = Math.max(0, tensor.offset - origin);
    const end = Math.min(delta.length, tensor.offset - origin + elementCountOf(tensor.shape));
    return start < end ? measureSpan(tensor.name, tile, delta, start, end) : [];
  });
}

/** Squares of entries up to this are summed in doubles: `2^20` of them stay below `2^53`. */
const EXACT_BLOCK = 2 ** 15;
const EXACT_SIZE = 2 ** 19;

function measureSpan(tensor: string, tile: number, delta: IntVector, start: number, end: number): TensorChange[] {
  let nonzeros = 0;
  let sumSquares = 0n;
  let largest = 0;
  let at = -1;
  for (let from = start; from < end; from += EXACT_BLOCK) {
    const to = Math.min(end, from + EXACT_BLOCK);
    let sum = 0;
    let blockLargest = 0;
    for (let x = from; x < to; x++) {
      const value = delta[x] as number;
      if (value === 0) continue;
      nonzeros++;
      sum += value * value;
      const size = Math.abs(value);
      if (size > blockLargest) {
        blockLargest = size;
        if (size > largest) [largest, at] = [size, x];
      }
    }
    if (blockLargest <= EXACT_SIZE) sumSquares += BigInt(sum);
    else for (let x = from; x < to; x++) sumSquares += BigInt(delta[x] as number) ** 2n;
  }
  if (nonzeros === 0) return [];
  return [{ tensor, nonzeros, sumSquares, largest: { tile, x: at, value: delta[at] as number } }];
}

/** Two measurements of one tensor together. */
export function addChanges(one: TensorChange | undefined, other: TensorChange): TensorChange {
  if (one === undefined) return other;
  const isLarger = Math.abs(other.largest.value) > Math.abs(one.largest.value);
  return {
    tensor: other.tensor,
    nonzeros: one.nonzeros + other.nonzeros,
    sumSquares: one.sumSquares + other.sumSquares,
    largest: isLarger ? other.largest : one.largest,
  };
}
