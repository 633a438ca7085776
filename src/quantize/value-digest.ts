import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { TensorReader } from "../model/tensor.js";
import { CHUNK_ELEMENTS } from "./magnitude.js";

/**
 * SHA-256 of a tensor of numbers, as 64 lowercase hex digits: over its elements in row-major order, each as a little-endian
 * float64. The dtype does not matter.
 */
export async function digestOfValues(tensor: TensorReader): Promise<string> {
  const hash = sha256.create();
  for (let start = 0; start < tensor.elementCount; start += CHUNK_ELEMENTS) {
    const values = await tensor.readValues(start, Math.min(CHUNK_ELEMENTS, tensor.elementCount - start));
    const bytes = new DataView(new ArrayBuffer(8 * values.length));
    values.forEach((value, i) => {
      bytes.setFloat64(8 * i, value, true);
    });
    hash.update(new Uint8Array(bytes.buffer));
  }
  return bytesToHex(hash.digest());
}
