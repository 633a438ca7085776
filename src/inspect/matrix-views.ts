import type { TensorRole } from "../model/architecture/role.js";
import { matrixView } from "../quantize/layout.js";

/** A tensor as the matrices that its network multiplies by: one, or a stack of equal ones, each after the other. */
export interface MatrixStack {
  readonly count: number;
  readonly rows: number;
  readonly cols: number;
}

/** Sides below this are kernels of convolutions and the like. */
const LEAST_SIDE = 8;

/**
 * How a tensor is judged: stacked experts (`[experts, in, out]`) are one matrix each, leading axes of length 1 are none.
 * Undefined for vectors, scalars and empty tensors.
 */
export function matrixStack(
  name: string,
  shape: readonly number[],
  { role, rowAxes }: TensorRole,
): MatrixStack | undefined {
  const [rows, cols] = matrixView(shape, rowAxes);
  if (shape.length < 2 || rows === 0 || cols === 0) return undefined;
  const sides = shape.slice(-2);
  const [height = 1, width = 1] = sides;
  const count = shape.slice(0, -2).reduce((product, side) => product * side, 1);
  const isStack =
    shape.length > 2 &&
    Math.min(height, width) > 1 &&
    (/expert|(^|[./_])moe([./_]|$)/iu.test(name) ||
      (count === 1 && role !== "conv") ||
      (shape.length === 3 && !isOneMatrix(name, role) && Math.min(height, width) >= Math.max(LEAST_SIDE, count)));
  const stack = isStack ? { count, rows: height, cols: width } : { count: 1, rows, cols };
  return Math.min(stack.rows, stack.cols) < 2 ? undefined : stack;
}

/** Tensors of three axes that one matrix is written as: heads of an attention, and kernels. */
function isOneMatrix(name: string, role: string): boolean {
  return role.startsWith("attention") || /conv|kernel|filter/iu.test(name);
}
