import { InputError } from "../errors/errors.js";
import { compareNames, elementCountOf } from "../model/tensor.js";
import type { PinnedEntry } from "./pinned.js";

/** What the layout of a tensor depends on: a tensor of numbers, one that a digest stands for, or one without elements. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** `f` of a tensor of numbers that is not empty. */
  readonly fractionBits?: number | undefined;
  /** Entries that no fine-tune may change, by ascending index; none is like not given. */
  readonly pinned?: readonly PinnedEntry[] | undefined;
  /** Digest of a tensor of strings, or of numbers that are only compared as a whole. */
  readonly sha256?: string | undefined;
  /** The digest is one of numbers. */
  readonly values?: true | undefined;
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

/** A tensor with tiles. */
interface Placed extends Named {
  readonly fractionBits: number;
  readonly firstTile: number;
  /** Entries whose places in the tiles hold zero: no fine-tune may change them. Ascending by row-major index. */
  readonly pinned?: readonly PinnedEntry[];
}

/** A matrix cut into `gridRows × gridCols` tiles of its own, row panels first, zero-padded right and bottom. */
export interface GridTensor extends Placed {
  readonly kind: "grid";
  readonly gridRows: number;
  readonly gridCols: number;
}

/** Elements in row-major order from entry `offset` of the packed group that starts at `firstTile`. */
export interface PackedTensor extends Placed {
  readonly kind: "packed";
  readonly offset: number;
  readonly group?: string;
}

/** A tensor of strings, or of numbers of which some are infinite: no tile, its digest stands for it. */
export interface DigestTensor extends Named {
  readonly kind: "digest";
  readonly sha256: string;
  /** The digest is one of numbers (`digestOfValues`). */
  readonly values?: true;
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
/** At most this many different `f` (PROTOCOL 2): the registry reads the class table. */
export const MAX_CLASSES = 64;

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
 * Tiles are numbered by classes of equal `f`, ascending. Within a class grids come first, in manifest order, then the packed groups by name
 * (tensors without a group first); within a group the tensors follow each other in manifest order without gaps, and the last tile is
 * zero-padded.
 * Names must be different (checked when the model is opened or the manifest parsed). Throws `InputError` for
 * more than 2^20 tiles or 64 classes.
 */
export function layOut(t: number, specs: readonly TensorSpec[]): Layout {
  const sorted = [...specs].sort((a, b) => compareNames(a.name, b.name));
  const placed = new Map<string, PlacedTensor>();
  const classes = new Map<number, TensorSpec[]>();
  for (const spec of sorted) {
    const { name, shape, fractionBits, sha256, values } = spec;
    if (sha256 !== undefined) {
      placed.set(name, { kind: "digest", name, shape, sha256, ...(values === undefined ? {} : { values }) });
    } else if (fractionBits === undefined) {
      placed.set(name, { kind: "empty", name, shape });
    } else {
      const members = classes.get(fractionBits) ?? [];
      members.push(spec);
      classes.set(fractionBits, members);
    }
  }
  if (classes.size > MAX_CLASSES) {
    throw new InputError(
      `the tensors have ${classes.size} different numbers of fraction bits, at most ${MAX_CLASSES}`,
      {
        remedy: "Commit the base with one number for some of them: --fraction-bits GLOB=N.",
      },
    );
  }
  let tileCount = 0;
  for (const [fractionBits, members] of [...classes].sort(([a], [b]) => a - b)) {
    tileCount = placeClass(t, fractionBits, members, tileCount, placed);
  }
  if (tileCount > MAX_TILES) {
    throw new InputError(`the model takes ${tileCount} tiles, at most ${MAX_TILES} are supported`, {
      remedy: "Use a tier with larger tiles.",
    });
  }
  return { tensors: sorted.flatMap(({ name }) => placed.get(name) ?? []), tileCount };
}

/** Places the tensors of a class, in manifest order, from `firstTile` on. Returns the first tile after it. */
function placeClass(
  t: number,
  fractionBits: number,
  specs: readonly TensorSpec[],
  firstTile: number,
  placed: Map<string, PlacedTensor>,
): number {
  const n = 2 ** t;
  let next = firstTile;
  const groups = new Map<string, Omit<Placed, "firstTile">[]>();
  for (const { name, shape, rowAxes = 1, group = "", optional, pinned = [] } of specs) {
    const [rows, columns] = matrixView(shape, rowAxes);
    const named = {
      name,
      shape,
      fractionBits,
      ...(rowAxes === 1 ? {} : { rowAxes }),
      ...(optional === undefined ? {} : { optional }),
      ...(pinned.length === 0 ? {} : { pinned }),
    };
    if (rows >= n / 2 && columns >= n / 2) {
      const gridRows = Math.ceil(rows / n);
      const gridCols = Math.ceil(columns / n);
      placed.set(name, { kind: "grid", ...named, firstTile: next, gridRows, gridCols });
      next += gridRows * gridCols;
    } else {
      const members = groups.get(group) ?? [];
      members.push(named);
      groups.set(group, members);
    }
  }
  for (const [group, tensors] of [...groups].sort(([a], [b]) => compareNames(a, b))) {
    let offset = 0;
    for (const named of tensors) {
      const inGroup = group === "" ? {} : { group };
      placed.set(named.name, { kind: "packed", ...named, firstTile: next, offset, ...inGroup });
      offset += elementCountOf(named.shape);
    }
    next += Math.ceil(offset / (n * n));
  }
  return next;
}
