import { grainGenConstants } from "@noble/curves/abstract/poseidon.js";
import { bn254 } from "@noble/curves/bn254.js";
import { frInv, frMul, frSub, FR_ONE, FR_ZERO, toFr, type Fr } from "../../algebra/fr.js";

/** Full rounds, half of them before the partial ones. */
export const FULL_ROUNDS = 8;

/** Partial rounds of the widths 2 to 17, as circomlib has them: those of the paper, rounded up to a multiple of the width. */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

type Vector = readonly Fr[];
/** By rows. */
type Matrix = readonly Vector[];

/** What a permutation of one width multiplies by and adds. */
export interface PoseidonConstants {
  /** Constants of the full rounds, `FULL_ROUNDS` vectors. */
  readonly full: Matrix;
  /** The MDS matrix. */
  readonly mds: Matrix;
  /** The partial rounds, in order. */
  readonly partial: readonly PartialRound[];
  /** Takes the other lanes back after the partial rounds: `others ↦ matrix·others + offset`. */
  readonly back: { readonly matrix: Matrix; readonly offset: Vector };
}

/**
 * A partial round in coordinates in which the lanes other than the first are not mixed with each other:
 * `s = (first + constant)^5`, then `first ← corner·s + row·others + shift` and `others ← others + column·s`.
 */
export interface PartialRound {
  readonly constant: Fr;
  readonly corner: Fr;
  readonly row: Vector;
  readonly shift: Fr;
  readonly column: Vector;
}

/**
 * The constants of a width from 2 to 17 over Fr, from the Grain LFSR as in the Poseidon paper (ePrint 2019/458, appendix
 * E), with the partial rounds turned into sparse form. A partial round maps
 *
 *     (x, y) ↦ (m·s + v·y', w·s + H·y'),   s = (x + c)^5,  y' = y + d,   MDS = [[m, v], [w, H]].
 *
 * In round `j` write `y = H^j·z + D_j` with constant `D_0 = 0`, `D_{j+1} = H·(D_j + d_j)`. Then `z ← z + H^-(j+1)·w·s`
 * and `x ← m·s + (v·H^j)·z + v·(D_j + d_j)`: two products a lane instead of one for each pair of lanes. Every square
 * submatrix of an MDS matrix is invertible, so `H` is.
 */
export function poseidonConstants(width: number): PoseidonConstants {
  const partialRounds = PARTIAL_ROUNDS[width - 2];
  if (partialRounds === undefined) throw new RangeError(`poseidonConstants: the width is ${width}, expected 2 to 17`);
  const { roundConstants, mds } = grainGenConstants({
    Fp: bn254.fields.Fr,
    t: width,
    roundsFull: FULL_ROUNDS,
    roundsPartial: partialRounds,
  }) as { roundConstants: Fr[][]; mds: Fr[][] };
  const half = FULL_ROUNDS / 2;
  const [corner = FR_ZERO, ...v] = mds[0] ?? [];
  const w = mds.slice(1).map(([first = FR_ZERO]) => first);
  const h = mds.slice(1).map((row) => row.slice(1));
  const inverse = invert(h);
  let row: Vector = v;
  let column: Vector = apply(inverse, w);
  let offset: Vector = w.map(() => FR_ZERO);
  const columns = transpose(h);
  const partial = roundConstants.slice(half, half + partialRounds).map(([constant = FR_ZERO, ...others]) => {
    const added = offset.map((value, i) => toFr(value + (others[i] ?? FR_ZERO)));
    const round: PartialRound = { constant, corner, row, shift: dot(v, added), column };
    row = apply(columns, row);
    column = apply(inverse, column);
    offset = apply(h, added);
    return round;
  });
  return {
    full: [...roundConstants.slice(0, half), ...roundConstants.slice(half + partialRounds)],
    mds,
    partial,
    back: { matrix: power(h, partialRounds), offset },
  };
}

/** `Σ a[i]·b[i]`, reduced once. */
export function dot(a: Vector, b: Vector): Fr {
  let sum = 0n;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? FR_ZERO) * (b[i] ?? FR_ZERO);
  return toFr(sum);
}

/** `matrix·vector`. */
export function apply(matrix: Matrix, vector: Vector): Fr[] {
  return matrix.map((row) => dot(row, vector));
}

function multiply(a: Matrix, b: Matrix): Matrix {
  const columns = transpose(b);
  return a.map((row) => apply(columns, row));
}

/** `matrix^exponent`, for an exponent of at least 1. */
function power(matrix: Matrix, exponent: number): Matrix {
  if (exponent === 1) return matrix;
  const root = power(matrix, exponent >> 1);
  const square = multiply(root, root);
  return exponent % 2 === 0 ? square : multiply(square, matrix);
}

function transpose(matrix: Matrix): Matrix {
  return matrix.map((_, j) => matrix.map((row) => row[j] ?? FR_ZERO));
}

/** Gauss and Jordan. No pivot of this matrix is zero, as its leading submatrices are invertible. */
function invert(matrix: Matrix): Matrix {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? FR_ONE : FR_ZERO))]);
  for (const [i, pivotRow] of rows.entries()) {
    const scale = frInv(pivotRow[i] ?? FR_ZERO);
    const unit = pivotRow.map((value) => frMul(value, scale));
    rows[i] = unit;
    for (const [k, row] of rows.entries()) {
      const factor = row[i] ?? FR_ZERO;
      if (k !== i) rows[k] = row.map((value, j) => frSub(value, frMul(factor, unit[j] ?? FR_ZERO)));
    }
  }
  return rows.map((row) => row.slice(size));
}
