import { FR_ONE, FR_ZERO, frAdd, frInv, frMul, frOf, frSub, type Fr } from "../../src/algebra/fr.js";
import { eqTable } from "../../src/algebra/eq.js";
import type { Transcript } from "../../src/argument/transcript/transcript.js";

/** A product-sum over multilinear polynomials: its value where the polynomials take these values. */
export type Summand = (values: readonly Fr[]) => Fr;

export interface NaiveSumcheck {
  readonly rounds: Fr[][];
  readonly point: Fr[];
  /** The polynomials' values at the point. */
  readonly finals: Fr[];
}

const frSum = (values: readonly Fr[]): Fr => values.reduce<Fr>(frAdd, FR_ZERO);

/** Coefficients, constant first, of the polynomial that takes `values[i]` at `i`: Lagrange, product by product. */
export function interpolate(values: readonly Fr[]): Fr[] {
  const total = new Array<Fr>(values.length).fill(FR_ZERO);
  values.forEach((value, i) => {
    let basis: Fr[] = [FR_ONE];
    let scale = value;
    values.forEach((_, j) => {
      if (i === j) return;
      basis = [FR_ZERO, ...basis].map((c, k) => frSub(c, frMul(frOf(j), basis[k] ?? FR_ZERO)));
      scale = frMul(scale, frInv(frSub(frOf(i), frOf(j))));
    });
    basis.forEach((c, k) => (total[k] = frAdd(total[k] ?? FR_ZERO, frMul(scale, c))));
  });
  return total;
}

const lineAt = (low: Fr, high: Fr, x: Fr): Fr => frAdd(low, frMul(x, frSub(high, low)));

/** `Σ_i weight_i·summand(tables at (X, i))` at `X = 0 … degree`, as coefficients. */
function roundPolynomial(tables: readonly Fr[][], summand: Summand, degree: number, weights?: readonly Fr[]): Fr[] {
  const half = (tables[0]?.length ?? 0) / 2;
  const values = Array.from({ length: degree + 1 }, (_, x) =>
    frSum(
      Array.from({ length: half }, (_unused, i) => {
        const value = summand(tables.map((t) => lineAt(t[2 * i] as Fr, t[2 * i + 1] as Fr, frOf(x))));
        return weights === undefined ? value : frMul(weights[i] as Fr, value);
      }),
    ),
  );
  return interpolate(values);
}

/**
 * Sumcheck from its definition, with the tables folded round by round. Sends `c_1 … c_degree`. With `eqPoint`
 * the sum is weighted by `eq(eqPoint, ·)`, whose factor the messages leave out.
 */
export function naiveSumcheck(
  startTables: readonly (readonly Fr[])[],
  summand: Summand,
  degree: number,
  transcript: Transcript,
  eqPoint?: readonly Fr[],
): NaiveSumcheck {
  let tables = startTables.map((table) => [...table]);
  const rounds: Fr[][] = [];
  const point: Fr[] = [];
  while ((tables[0]?.length ?? 0) > 1) {
    const weights = eqPoint === undefined ? undefined : eqTable(eqPoint.slice(point.length + 1));
    const message = roundPolynomial(tables, summand, degree, weights).slice(1);
    const challenge = transcript.challenge(message);
    tables = tables.map((t) =>
      Array.from({ length: t.length / 2 }, (_, i) => lineAt(t[2 * i] as Fr, t[2 * i + 1] as Fr, challenge)),
    );
    rounds.push(message);
    point.push(challenge);
  }
  return { rounds, point, finals: tables.map((t) => t[0] as Fr) };
}
