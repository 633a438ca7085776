import { readUint256LE, viewOf, writeUint256LE } from "../../algebra/little-endian.js";
import { toFr, type Fr } from "../../algebra/fr.js";
import type { Kernel } from "./kernel.js";
import { ELEMENT_BYTES } from "./kernel.js";

/** Canonical little-endian bytes of field elements, 32 each: how they travel between TypeScript and kernels. */
export function canonicalBytes(values: readonly Fr[]): Uint8Array {
  const bytes = new Uint8Array(ELEMENT_BYTES * values.length);
  const view = viewOf(bytes);
  values.forEach((value, i) => {
    writeUint256LE(view, ELEMENT_BYTES * i, value);
  });
  return bytes;
}

/** The field elements of canonical bytes. */
export function elementsOf(bytes: Uint8Array): Fr[] {
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length / ELEMENT_BYTES }, (_, i) => readUint256LE(view, ELEMENT_BYTES * i) as Fr);
}

/** Writes canonical elements packed into freshly allocated memory of a kernel; returns the address. */
export function writePacked(kernel: Kernel, canonical: Uint8Array): number {
  const address = kernel.write(canonical);
  kernel.exports.frFromCanonical(address, address, canonical.length / ELEMENT_BYTES);
  return address;
}

/** Packed elements of a kernel's memory as canonical bytes; they are converted in place. */
export function readCanonical(kernel: Kernel, address: number, count: number): Uint8Array {
  kernel.exports.frToCanonical(address, address, count);
  return kernel.read(address, ELEMENT_BYTES * count);
}

/**
 * Sums that a kernel wrote lane by lane, 64 bytes each.
 * @param lanes 1 if both lanes worked on the same terms, so that only the first counts
 */
export function laneSums(bytes: Uint8Array, lanes: 1 | 2): Fr[] {
  const values = elementsOf(bytes);
  return Array.from({ length: values.length / 2 }, (_, i) =>
    toFr((values[2 * i] as bigint) + (lanes === 2 ? (values[2 * i + 1] as bigint) : 0n)),
  );
}
