import { ELEMENT_BYTES } from "../kernel.js";
import type { Task } from "../task.js";

/** Elements converted at a time. */
const CHUNK = 4096;

export interface ConvertInput {
  /** Elements of 32 bytes in shared memory, converted in place. */
  readonly bytes: Uint8Array;
  readonly to: "packed" | "canonical";
}

/** Canonical elements ⇄ packed ones. */
export const vectorConvert: Task<ConvertInput, void> = {
  name: "vectorConvert",
  run: (kernel, { bytes, to }) => {
    const convert = to === "packed" ? kernel.exports.frFromCanonical : kernel.exports.frToCanonical;
    kernel.scope(() => {
      const address = kernel.alloc(CHUNK * ELEMENT_BYTES);
      for (let at = 0; at < bytes.length; at += CHUNK * ELEMENT_BYTES) {
        const chunk = bytes.subarray(at, at + CHUNK * ELEMENT_BYTES);
        kernel.writeAt(address, chunk);
        convert(address, address, chunk.length / ELEMENT_BYTES);
        kernel.readInto(chunk, address);
      }
    });
  },
};
