import { FR_ORDER } from "../../protocol/constants.js";
import { FR_ZERO, frAdd, type Fr } from "../../algebra/fr.js";
import { lagrangeAt } from "./lagrange.js";
import { MATRIX_A, MATRIX_B, MATRIX_C, domainLog, visitTerms, type R1cs } from "./r1cs.js";

/** The quadratic arithmetic program of a circuit, evaluated at `τ`. */
export interface QapAtTau {
  /** The domain has `2^log` points. */
  readonly log: number;
  /** `u_s(τ)`, `v_s(τ)`, `w_s(τ)` for every signal `s`. */
  readonly a: readonly Fr[];
  readonly b: readonly Fr[];
  readonly c: readonly Fr[];
  /** Nonzero entries of A and B, without the added public rows. */
  readonly entriesAB: number;
}

/**
 * Interpolates the columns of A, B and C over the domain at `τ`. As snarkjs does, row `constraints + s` of A holds
 * signal `s` alone for the constant and every public signal: it makes the public columns independent.
 */
export async function evaluateQap(
  r1cs: R1cs,
  tau: Fr,
  onConstraint: (done: number) => void = () => undefined,
): Promise<QapAtTau> {
  const log = domainLog(r1cs);
  const lagrange = lagrangeAt(tau, log);
  const zeros = (): bigint[] => new Array<bigint>(r1cs.signals).fill(0n);
  const columns = [zeros(), zeros(), zeros()] as const;
  let entriesAB = 0;
  await visitTerms(
    r1cs,
    (matrix, constraint, signal, coefficient) => {
      const column = columns[matrix === MATRIX_A ? 0 : matrix === MATRIX_B ? 1 : 2];
      column[signal] = ((column[signal] ?? 0n) + coefficient * (lagrange[constraint] ?? FR_ZERO)) % FR_ORDER;
      if (matrix !== MATRIX_C) entriesAB++;
    },
    (constraint) => {
      if (constraint % 4096 === 0) onConstraint(constraint);
      return undefined;
    },
  );
  const [a, b, c] = columns.map((column) => column as Fr[]);
  if (a === undefined || b === undefined || c === undefined) throw new Error("three columns expected");
  for (let s = 0; s <= r1cs.publicSignals; s++) {
    a[s] = frAdd(a[s] ?? FR_ZERO, lagrange[r1cs.constraints + s] ?? FR_ZERO);
  }
  onConstraint(r1cs.constraints);
  return { log, a, b, c, entriesAB };
}
