import { viewOf, writeUint256LE } from "../../algebra/little-endian.js";
import { FR_ORDER } from "../../protocol/constants.js";
import { FR_ONE, type Fr } from "../../algebra/fr.js";
import type { ByteSink } from "./byte-sink.js";
import { MATRIX_A, MATRIX_C, visitTerms, type R1cs } from "./r1cs.js";

/** Matrix, constraint, signal (32 bits each), coefficient (32 bytes). */
const ENTRY_BYTES = 44;
const BUFFER_ENTRIES = 1 << 15;

/** A coefficient `c` is stored as `c·R² mod p`: times a plain witness value it gives a Montgomery product. */
const R_SQUARED = (1n << 512n) % FR_ORDER;

/** Size of section 4. `entriesAB` counts the circuit's own entries; the public rows are added here. */
export function coefficientSectionBytes(r1cs: R1cs, entriesAB: number): number {
  return 4 + (entriesAB + r1cs.publicSignals + 1) * ENTRY_BYTES;
}

/** Writes the content of section 4: A and B of every constraint, then the rows of the constant and the public signals. */
export async function writeCoefficients(sink: ByteSink, r1cs: R1cs, entriesAB: number): Promise<void> {
  const count = new Uint8Array(4);
  viewOf(count).setUint32(0, entriesAB + r1cs.publicSignals + 1, true);
  await sink.write(count);

  let buffer = new Uint8Array(BUFFER_ENTRIES * ENTRY_BYTES);
  let view = viewOf(buffer);
  let filled = 0;
  const grow = (): void => {
    const larger = new Uint8Array(2 * buffer.length);
    larger.set(buffer);
    buffer = larger;
    view = viewOf(buffer);
  };
  const append = (matrix: number, constraint: number, signal: number, coefficient: Fr): void => {
    if (matrix === MATRIX_C) return; // The prover computes C·w as A·w ∘ B·w.
    if (filled + ENTRY_BYTES > buffer.length) grow(); // One constraint may be longer than the buffer.
    view.setUint32(filled, matrix, true);
    view.setUint32(filled + 4, constraint, true);
    view.setUint32(filled + 8, signal, true);
    writeUint256LE(view, filled + 12, (coefficient * R_SQUARED) % FR_ORDER);
    filled += ENTRY_BYTES;
  };
  const flush = async (): Promise<void> => {
    await sink.write(buffer.subarray(0, filled));
    filled = 0;
  };

  await visitTerms(r1cs, append, () => (filled > buffer.length / 2 ? flush() : undefined));
  for (let s = 0; s <= r1cs.publicSignals; s++) append(MATRIX_A, r1cs.constraints + s, s, FR_ONE);
  await flush();
}
