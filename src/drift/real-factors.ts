import { largestEntries } from "./largest-entries.js";
import type { Dense } from "../linalg/dense.js";
import { leadingPart, orthonormal, randomEntries, type LeadingPart } from "../linalg/dense-svd.js";

/** Real factors of a change: `a·bᵀ` is near it outside of a few entries. */
export interface RealFactors {
  /** rows × rank, row-major. */
  readonly a: Float64Array;
  /** cols × rank, row-major. */
  readonly b: Float64Array;
  /** The change, with what the factors say at the entries that they do not fit. */
  readonly change: Dense;
  /** Sum of the singular values: what rounding the factors costs grows with it. */
  readonly nuclear: number;
}

/** Rounds of masking the largest residuals and fitting the rest; sparse outliers settle in a few. */
const MASK_ROUNDS = 48;
/**
 * The mask grows to its size over the first rounds: while the part is still bent by outliers, a full mask would hide
 * what it does not fit for that reason, and stay there.
 */
const GROWING_ROUNDS = 16;
/** Masks are chosen by residuals in these parts of a unit, and stay when no entry moves by as much as `SETTLED`. */
const RESIDUAL_STEP = 2 ** -16;
const SETTLED = 2 ** -8;

/**
 * The leading part of a change apart from its `maxNonzeros` entries that it fits worst, as two factors of equal weight
 * and, for integers of few bits, without large entries.
 */
export function fitRealFactors(change: Dense, rank: number, maxNonzeros: bigint): RealFactors {
  const { rows, cols, values } = change;
  let part = leadingPart(change, rank);
  let current = change;
  let isSettled = maxNonzeros === 0n;
  const fitted = new Float64Array(values.length);
  for (let round = 1; round <= MASK_ROUNDS && !isSettled; round++) {
    multiply(part, change, rank, fitted);
    const residual = values.map((value, x) => Math.round((value - (fitted[x] as number)) / RESIDUAL_STEP));
    const [mask = new Uint32Array()] = largestEntries([residual], maskOf(maxNonzeros, round));
    const next = values.slice();
    for (const x of mask) next[x] = fitted[x] as number;
    const { values: before } = current;
    isSettled = round >= GROWING_ROUNDS && next.every((value, x) => Math.abs(value - (before[x] ?? 0)) < SETTLED);
    current = { rows, cols, values: next };
    part = leadingPart(current, rank, part.basis);
  }
  return { ...balance(part, change, rank), change: current, nuclear: part.s.reduce((sum, value) => sum + value, 0) };
}

function maskOf(maxNonzeros: bigint, round: number): bigint {
  if (round >= GROWING_ROUNDS) return maxNonzeros;
  return BigInt(Math.ceil(Number(maxNonzeros) ** (round / GROWING_ROUNDS)));
}

/** Turns of the factors that are tried. */
const TURNS = 24;

/**
 * `A = c·U√Σ·Q`, `B = V√Σ·Q/c`. The errors of rounded factors grow with their norms, which no turn `Q` changes and
 * `c = (rows/cols)^¼` balances; their range limits the shift, and a turn makes the largest entries smaller.
 */
function balance({ u, s, v }: LeadingPart, { rows, cols }: Dense, rank: number): Pick<RealFactors, "a" | "b"> {
  const c = (rows / cols) ** 0.25;
  const left = u.map((value, i) => c * value * Math.sqrt(s[i % rank] ?? 0));
  const right = v.map((value, i) => (value * Math.sqrt(s[i % rank] ?? 0)) / c);
  let best: Pick<RealFactors, "a" | "b"> = { a: left, b: right };
  let least = Math.max(largestOf(left), largestOf(right));
  for (let turn = 1; turn <= TURNS && rank > 1; turn++) {
    const q = orthonormal(randomEntries(rank * rank, turn), rank, rank);
    const a = turned(left, q, rank);
    const b = turned(right, q, rank);
    const largest = Math.max(largestOf(a), largestOf(b));
    if (largest < least) [best, least] = [{ a, b }, largest];
  }
  return best;
}

function turned(factor: Float64Array, q: Float64Array, rank: number): Float64Array {
  const out = new Float64Array(factor.length);
  for (let i = 0; i < factor.length; i += rank) {
    for (let k = 0; k < rank; k++) {
      let sum = 0;
      for (let j = 0; j < rank; j++) sum += (factor[i + j] as number) * (q[j * rank + k] as number);
      out[i + k] = sum;
    }
  }
  return out;
}

/** Largest magnitude; 0 of nothing. */
export function largestOf(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function multiply({ u, s, v }: LeadingPart, { rows, cols }: Dense, rank: number, out: Float64Array): void {
  const scaled = u.map((value, i) => value * (s[i % rank] ?? 0));
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += (scaled[row * rank + k] as number) * (v[col * rank + k] as number);
      out[row * cols + col] = sum;
    }
  }
}
