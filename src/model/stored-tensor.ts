import { FormatError } from "../errors/errors.js";
import type { ByteSource } from "./byte-source.js";
import type { Dtype } from "./dtype.js";
import { assertElementRange, elementCountOf, type TensorReader } from "./tensor.js";

/** Where and how a tensor is stored. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtypeName: string;
  readonly dtype: Dtype;
  readonly source: ByteSource;
  /** Byte of the first element in `source`; the caller has checked that all elements are inside. */
  readonly offset: number;
}

/** A reader of elements that lie in a row. Throws `FormatError` for a boolean other than 0 and 1. */
export function storedTensorReader(stored: StoredTensor): TensorReader {
  const { name, shape, dtype, source, offset } = stored;
  const elementCount = elementCountOf(shape);
  return {
    kind: dtype.kind,
    name,
    dtype: stored.dtypeName,
    shape,
    elementCount,
    file: source.name,
    readValues: async (start, count) => {
      assertElementRange(name, elementCount, start, count);
      const values = dtype.decode(await source.read(offset + start * dtype.bytes, count * dtype.bytes), count);
      if (dtype.kind === "boolean") {
        const wrong = values.findIndex((value) => value > 1);
        if (wrong >= 0) {
          throw new FormatError(
            source.name,
            `tensor ${JSON.stringify(name)}: the boolean at index ${start + wrong} is stored as ${values[wrong]}`,
            { offset: offset + start + wrong, remedy: "Booleans are stored as 0 and 1. The file is damaged." },
          );
        }
      }
      return values;
    },
  };
}
