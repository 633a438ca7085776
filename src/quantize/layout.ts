import { InputError } from "../errors/errors.js";
import { compareNames, elementCountOf } from "../model/tensor.js";

/** What the layout of a tensor depends on: a tensor of numbers, of strings, or without elements. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** `f` of a tensor of numbers that is not empty. */
  readonly fractionBits?: number | undefined;
  /** Digest of a tensor of strings. */
  readonly sha256?: string | undefined;
  /** How many leading axes of the shape are rows of its matrix view; 1 unless said. */
  readonly rowAxes?: number | undefined;
  /** If it is packed: it shares tiles only with tensors of the same group. */
  readonly group?: string | undefined;
  /** A model may lack the tensor, which is then zeros. */
  readonly optional?: true | undefined;
}

/** Fields that are left out where they are the default: one manifest has one form. */
interface Named {
  readonly name: string;
  readonly shape: readonly number[];
  readonly rowAxes?: number;
  readonly optional?: true;
}

/** A matrix cut into `gridRows × gridCols` tiles of its own, row panels first, zero-padded right and bottom. */
export interface GridTensor extends Named {
  readonly kind: "grid";
  readonly fractionBits: number;
  readonly firstTile: number;
  readonly gridRows: number;
  readonly gridCols: number;
}

/** Elements in row-major order from entry `offset` of the packed group that starts at `firstTile`. */
export interface PackedTensor extends Named {
  readonly kind: "packed";
  readonly fractionBits: number;
  readonly firstTile: number;
  readonly offset: number;
  readonly group?: string;
}

/** A tensor of strings: no tile, its digest stands for it. */
export interface DigestTensor extends Named {
  readonly kind: "digest";
  readonly sha256: string;
}

/** A tensor with a side of 0: no tile. */
export interface EmptyTensor extends Named {
  readonly kind: "empty";
}

export type PlacedTensor = GridTensor | PackedTensor | DigestTensor | EmptyTensor;

/** Every tensor's place, in manifest order. */
export interface Layout {
  readonly tensors: readonly PlacedTensor[];
  readonly tileCount: number;
}

/**
 * At most this many tiles: 6.9·10^10 weights at tier medium, 1.1·10^12 at large. Readers list tiles, and a manifest
 * of a few bytes could otherwise name more of them than fit into memory.
 */
export const MAX_TILES = 2 ** 20;

/**
 * The matrix view of a shape, `[rows, columns]`: the product of the first `rowAxes` sides × that of the rest. With one, 2-D as
 * it is and a convolution `[out, in, kh, kw]` as `out × (in·kh·kw)`; TensorFlow's `[kh, kw, in, out]` takes three. A scalar is
 * 1 × 1.
 */
export function matrixView(shape: readonly number[], rowAxes = 1): readonly [rows: number, columns: number] {
  if (shape.length === 0) return [1, 1];
  return [elementCountOf(shape.slice(0, rowAxes)), elementCountOf(shape.slice(rowAxes))];
}

/**
 * Lays tensors out over tiles of side `n = 2^t` (PROTOCOL 2, "Geometry"). Tensors are taken in manifest order: by
 * the UTF-8 bytes of their names. A matrix view with both sides at least `n/2` is a grid, the rest is packed.
 * Tiles are numbered: grids in manifest order, then the packed groups by ascending `f` and name; within a group the
 * tensors follow each other in manifest order without gaps, and the last tile is zero-padded.
 * Names must be different (checked when the model is opened or the manifest parsed). Throws `InputError` for
 * more than 2^20 tiles.
 */
export function layOut(t: number, specs: readonly TensorSpec[]): Layout {
  const n = 2 ** t;
  const sorted = [...specs].sort((a, b) => compareNames(a.name, b.name));
  const placed = new Map<string, PlacedTensor>();
  const groups = new Map<string, PackedGroup>();
  let tileCount = 0;
  for (const spec of sorted) {
    const { name, shape, fractionBits, sha256, rowAxes = 1, group, optional } = spec;
    const [rows, columns] = matrixView(shape, rowAxes);
    const named: Named = {
      name,
      shape,
      ...(rowAxes === 1 ? {} : { rowAxes }),
      ...(optional === undefined ? {} : { optional }),
    };
    if (sha256 !== undefined) {
      placed.set(name, { kind: "digest", name, shape, sha256 });
    } else if (fractionBits === undefined) {
      placed.set(name, { kind: "empty", name, shape });
    } else if (rows >= n / 2 && columns >= n / 2) {
      const gridRows = Math.ceil(rows / n);
      const gridCols = Math.ceil(columns / n);
      placed.set(name, { kind: "grid", ...named, fractionBits, firstTile: tileCount, gridRows, gridCols });
      tileCount += gridRows * gridCols;
    } else {
      const key = `${fractionBits}/${group ?? ""}`;
      const members = groups.get(key) ?? { fractionBits, group, tensors: [] };
      members.tensors.push(named);
      groups.set(key, members);
    }
  }
  for (const { fractionBits, group, tensors } of [...groups.values()].sort(compareGroups)) {
    let offset = 0;
    for (const named of tensors) {
      const inGroup = group === undefined ? {} : { group };
      placed.set(named.name, { kind: "packed", ...named, fractionBits, firstTile: tileCount, offset, ...inGroup });
      offset += elementCountOf(named.shape);
    }
    tileCount += Math.ceil(offset / (n * n));
  }
  if (tileCount > MAX_TILES) {
    throw new InputError(`the model takes ${tileCount} tiles, at most ${MAX_TILES} are supported`, {
      remedy: "Use a tier with larger tiles.",
    });
  }
  return { tensors: sorted.flatMap(({ name }) => placed.get(name) ?? []), tileCount };
}

/** Packed tensors that share tiles, in manifest order. */
interface PackedGroup {
  readonly fractionBits: number;
  readonly group: string | undefined;
  readonly tensors: Named[];
}

/** By `f`, then by the group's name; tensors without one come first. */
function compareGroups(a: PackedGroup, b: PackedGroup): number {
  return a.fractionBits - b.fractionBits || compareNames(a.group ?? "", b.group ?? "");
}
