/** How many neighbors along each axis of a tensor share one scale, and where that scale stands. */
export interface ScaleBlocks {
  /** By axis of the codes, at least 1. */
  readonly block: readonly number[];
  /** By axis of the codes: what one step along the scales' axis adds to their row-major index. */
  readonly stride: readonly number[];
}

/** Both sides of the blocks of DeepSeek's and transformers' fine-grained 8-bit floats. */
const FINE_GRAINED = 128;

/**
 * How scales of a shape belong to codes of a shape, or `undefined` where the shapes leave that open:
 *
 * - one scale for all (every side 1, whatever the rank);
 * - one a row of the first axis (a vector of that length: the output channels of a layer of PyTorch);
 * - as many axes as the codes, each 1 or equal: one scale a channel;
 * - equal sides but for the last, which divides the codes': one scale a group of neighbors in a row;
 * - blocks of 128 × 128 over the last two axes, those at the edges smaller.
 */
export function scaleBlocks(codes: readonly number[], scale: readonly number[]): ScaleBlocks | undefined {
  const rank = codes.length;
  if (scale.every((side) => side === 1))
    return { block: codes.map((side) => Math.max(1, side)), stride: codes.map(() => 0) };
  if (scale.length === 1) {
    if (rank === 0 || scale[0] !== codes[0]) return undefined;
    return { block: [1, ...codes.slice(1)], stride: codes.map((_, axis) => (axis === 0 ? 1 : 0)) };
  }
  if (scale.length !== rank) return undefined;
  const side = (axis: number): readonly [number, number] => [codes[axis] ?? 0, scale[axis] ?? 0];
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const found: number[][] = [];
  if (axes.every((axis) => [1, side(axis)[0]].includes(side(axis)[1]))) {
    found.push(axes.map((axis) => (side(axis)[1] === 1 ? side(axis)[0] : 1)));
  }
  const [length, groups] = side(rank - 1);
  const leadEqual = (count: number): boolean => axes.slice(0, count).every((axis) => side(axis)[0] === side(axis)[1]);
  if (leadEqual(rank - 1) && groups > 1 && length % groups === 0) {
    found.push(axes.map((axis) => (axis === rank - 1 ? length / groups : 1)));
  }
  const isFine = (axis: number): boolean => Math.ceil(side(axis)[0] / FINE_GRAINED) === side(axis)[1];
  if (rank >= 2 && leadEqual(rank - 2) && isFine(rank - 2) && isFine(rank - 1)) {
    found.push(axes.map((axis) => (axis < rank - 2 ? 1 : Math.min(FINE_GRAINED, side(axis)[0]))));
  }
  const distinct = new Map(found.map((block) => [block.join(), block]));
  const [block] = distinct.values();
  if (block === undefined || distinct.size > 1) return undefined;
  return { block, stride: rowMajorStrides(scale) };
}

/** What one step along each axis adds to a row-major index; 0 along an axis of one. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  return shape.map((side, axis) => (side === 1 ? 0 : shape.slice(axis + 1).reduce((count, each) => count * each, 1)));
}
