import { readUint256LE, viewOf } from "../../algebra/little-endian.js";
import { FormatError } from "../../errors/errors.js";
import type { Fr } from "../../algebra/fr.js";
import type { ByteSource } from "../../model/byte-source.js";
import { FR_ORDER } from "../../protocol/constants.js";
import { readSections, sectionOf, type Section } from "./section-file.js";

/** Matrices of a rank-1 constraint system: `A·w ∘ B·w = C·w`. */
export const MATRIX_A = 0;
export const MATRIX_B = 1;
export const MATRIX_C = 2;

/** A compiled circuit's `.r1cs`, its constraints still on disk. */
export interface R1cs {
  readonly source: ByteSource;
  readonly constraintSection: Section;
  /** Signals, the constant 1 first, then the public ones. */
  readonly signals: number;
  /** Outputs and public inputs, without the constant. */
  readonly publicSignals: number;
  readonly constraints: number;
}

const HEADER_BYTES = 64;
const TERM_BYTES = 36;
const READ_BYTES = 1 << 22;

/** Reads the header. Throws `FormatError` for another field, other sizes or custom gates. */
export async function openR1cs(source: ByteSource): Promise<R1cs> {
  const sections = await readSections(source, "r1cs");
  const header = sectionOf(source, sections, 1, HEADER_BYTES);
  const view = viewOf(await source.read(header.offset, header.size));
  if (view.getUint32(0, true) !== 32 || readUint256LE(view, 4) !== FR_ORDER) {
    throw new FormatError(source.name, "is not over BN254's scalar field", { remedy: "Compile with --prime bn128." });
  }
  if (sections.has(4) || sections.has(5))
    throw new FormatError(source.name, "uses custom gates, which Groth16 does not support");
  const signals = view.getUint32(36, true);
  const publicSignals = view.getUint32(40, true) + view.getUint32(44, true);
  const constraints = view.getUint32(60, true);
  if (publicSignals >= signals) {
    throw new FormatError(source.name, `claims ${publicSignals} public of ${signals} signals`, {
      offset: header.offset,
    });
  }
  return { source, constraintSection: sectionOf(source, sections, 2), signals, publicSignals, constraints };
}

/** log2 of the smallest domain with room for the constraints, one row per public signal and one for the constant. */
export function domainLog(r1cs: Pick<R1cs, "constraints" | "publicSignals">): number {
  return Math.max(1, Math.ceil(Math.log2(r1cs.constraints + r1cs.publicSignals + 1)));
}

/** One nonzero entry of a matrix. */
export type OnTerm = (matrix: number, constraint: number, signal: number, coefficient: Fr) => void;

/**
 * Visits every entry of A, B and C, constraint by constraint, reading a few megabytes at a time. `afterConstraint` may
 * wait (to write what was collected). Throws `FormatError` where the section is cut or an entry is out of range.
 */
export async function visitTerms(
  r1cs: R1cs,
  onTerm: OnTerm,
  afterConstraint: (constraint: number) => Promise<void> | undefined = () => undefined,
): Promise<void> {
  const { source, constraintSection } = r1cs;
  const end = constraintSection.offset + constraintSection.size;
  let start = constraintSection.offset; // file offset of the window
  let window: Uint8Array = new Uint8Array(0);
  let view = viewOf(window);
  let at = 0;

  const refill = async (length: number): Promise<void> => {
    start += at;
    at = 0;
    if (start + length > end) throw new FormatError(source.name, "constraint section ends early", { offset: start });
    window = await source.read(start, Math.min(end - start, Math.max(length, READ_BYTES)));
    view = viewOf(window);
  };

  for (let constraint = 0; constraint < r1cs.constraints; constraint++) {
    for (let matrix = MATRIX_A; matrix <= MATRIX_C; matrix++) {
      if (at + 4 > window.length) await refill(4);
      const terms = view.getUint32(at, true);
      at += 4;
      if (at + terms * TERM_BYTES > window.length) await refill(terms * TERM_BYTES);
      for (let i = 0; i < terms; i++, at += TERM_BYTES) {
        const signal = view.getUint32(at, true);
        const coefficient = readUint256LE(view, at + 4);
        if (signal >= r1cs.signals || coefficient >= FR_ORDER) {
          throw new FormatError(source.name, `constraint ${constraint} has an entry out of range`, {
            offset: start + at,
          });
        }
        onTerm(matrix, constraint, signal, coefficient as Fr);
      }
    }
    const pause = afterConstraint(constraint);
    if (pause !== undefined) await pause;
  }
  if (start + at !== end) throw new FormatError(source.name, "constraint section is longer than its constraints");
}
