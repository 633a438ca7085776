import { elementCountOf, type TensorReader } from "../tensor.js";
import type { TargetTensor } from "./pair-target.js";
import { isBuffer, isMask } from "./tensor-kinds.js";

const CHUNK = 1 << 16;
/** A frequency may have been rounded to bfloat16. */
const FREQUENCY_TOLERANCE = 2 ** -7;
/** Masked scores are this or less. */
const MASKED = -1e4;

/**
 * What a model has in place of a buffer that its file lacks: the base's values, or those that follow from the shape.
 * Undefined for a tensor that is no buffer, or whose values are not known.
 */
export function fillBuffer({ name, shape, values, isString }: TargetTensor, file: string): TensorReader | undefined {
  if (isString || !isBuffer({ name, shape })) return undefined;
  if (values !== undefined) return { ...values, name };
  const value = valueByShape(name, shape);
  if (value === undefined) return undefined;
  return {
    kind: isMask({ name, shape }) ? "boolean" : "integer",
    name,
    dtype: "computed",
    shape,
    elementCount: elementCountOf(shape),
    file,
    readValues: (start, count) => Promise.resolve(Float64Array.from({ length: count }, (_, i) => value(start + i))),
  };
}

/** Whether a buffer holds what its name and shape say: only then may it be left out. Reads it whole. */
export async function isComputed(tensor: TensorReader): Promise<boolean> {
  if (!isBuffer(tensor)) return false;
  const expected = expectedValue(tensor);
  if (expected === undefined) return false;
  for (let start = 0; start < tensor.elementCount; start += CHUNK) {
    const values = await tensor.readValues(start, Math.min(CHUNK, tensor.elementCount - start));
    if (!values.every((value, i) => expected(start + i, value))) return false;
  }
  return true;
}

function expectedValue({ name, shape }: TensorReader): ((index: number, value: number) => boolean) | undefined {
  const value = valueByShape(name, shape);
  if (value !== undefined) return (index, actual) => actual === value(index);
  if (name.endsWith("masked_bias")) return shape.length === 0 ? (_index, actual) => actual <= MASKED : undefined;
  if (/(^|\.)inv_freq$/u.test(name) && shape.length === 1) {
    const [half = 0] = shape;
    return (index, actual) => {
      const frequency = 10_000 ** (-index / half);
      return Math.abs(actual - frequency) <= FREQUENCY_TOLERANCE * frequency;
    };
  }
  return undefined;
}

/** The value of every element of a buffer that its shape alone decides. */
function valueByShape(name: string, shape: readonly number[]): ((index: number) => number) | undefined {
  const columns = shape.at(-1) ?? 1;
  if (/(^|\.)position_ids$/u.test(name)) return (index) => index % columns;
  if (/(^|\.)token_type_ids$/u.test(name)) return () => 0;
  if (isMask({ name, shape }) && shape.at(-2) === columns) {
    return (index) => (index % columns <= Math.floor(index / columns) % columns ? 1 : 0);
  }
  return undefined;
}
