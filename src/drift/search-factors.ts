import { Matrix, solve } from "ml-matrix";
import type { Factors } from "./factors.js";
import { largestEntries } from "./largest-entries.js";
import type { IntVector } from "../kernels/backend.js";
import type { Tier } from "../protocol/tiers.js";
import { leadingPart } from "../linalg/dense-svd.js";
import { denseGrid } from "./dense-grid.js";

/** A change over a grid of tiles, row panels first, and the kind of part that is looked for. */
export interface FactorSearchInput {
  readonly tier: Tier;
  readonly rowPanels: number;
  readonly colPanels: number;
  readonly rank: number;
  readonly shift: number;
  readonly maxNonzeros: bigint;
  readonly deltas: readonly IntVector[];
}

/** Rounds of masking the largest residuals and fitting the rest; sparse outliers settle in a few. */
const MASK_ROUNDS = 40;
/**
 * The mask grows to its size over the first rounds: while the part is still bent by outliers, a full mask would hide
 * what it does not fit for that reason, and stay there.
 */
const GROWING_ROUNDS = 16;

function maskOf(maxNonzeros: bigint, round: number): bigint {
  const size = Number(maxNonzeros) ** Math.min(1, (round + 1) / GROWING_ROUNDS);
  return round + 1 >= GROWING_ROUNDS ? maxNonzeros : BigInt(Math.ceil(size));
}

/**
 * Integer factors whose product is near `2^shift·Δ` outside of `maxNonzeros` entries: the best real factors, rounded, then
 * each fitted to the other. They lie in the tier's entry range. Deterministic; not the best there are.
 */
export function searchFactors(input: FactorSearchInput): Factors {
  const { tier, rowPanels, colPanels, rank, shift } = input;
  const { n } = tier;
  const [rows, cols] = [rowPanels * n, colPanels * n];
  const change = denseGrid(n, colPanels, input.deltas);
  const { u, s } = fitOutsideMask(change, rows, cols, input);
  const scale = 2 ** shift;
  const half = tier.tileSize / 2;
  const part = (singular: Float64Array, count: number): Float64Array =>
    singular.map((value, i) => value * Math.sqrt((s[i % rank] ?? 0) * scale) * (i < count * rank ? 1 : 0));
  // rows × rank and cols × rank
  let a = rounded(part(u, rows), half);
  let b = rounded(fitOther(change, rows, cols, a, rank, scale, false), half);
  a = rounded(fitOther(change, rows, cols, b, rank, scale, true), half);
  b = rounded(fitOther(change, rows, cols, a, rank, scale, false), half);
  return {
    a: Array.from({ length: rowPanels }, (_, i) => Int32Array.from(a.subarray(i * n * rank, (i + 1) * n * rank))),
    b: Array.from({ length: colPanels }, (_, j) => {
      const panel = new Int32Array(rank * n);
      for (let k = 0; k < rank; k++) {
        for (let x = 0; x < n; x++) panel[k * n + x] = b[(j * n + x) * rank + k] as number;
      }
      return panel;
    }),
  };
}

/**
 * The leading part of a matrix apart from its `maxNonzeros` entries that it fits worst. These are replaced by what the
 * part says, in place, until they stay the same.
 */
function fitOutsideMask(
  change: Float64Array,
  rows: number,
  cols: number,
  { rank, maxNonzeros }: FactorSearchInput,
): ReturnType<typeof leadingPart> {
  let part = leadingPart(change, rows, cols, rank);
  if (maxNonzeros === 0n) return part;
  const original = change.slice();
  const fitted = new Float64Array(change.length);
  let moved = Infinity;
  for (let round = 0; round < MASK_ROUNDS && (moved > 0 || round < GROWING_ROUNDS); round++) {
    multiply(part, rows, cols, rank, fitted);
    // Whole numbers, as largestEntries takes: 2^-16 of a unit tells entries apart.
    const residual = original.map((value, x) => Math.round((value - (fitted[x] as number)) * 2 ** 16));
    const [mask = new Uint32Array()] = largestEntries([residual], maskOf(maxNonzeros, round));
    let largestMove = 0;
    const next = original.slice();
    for (const x of mask) next[x] = fitted[x] as number;
    for (let x = 0; x < next.length; x++) {
      largestMove = Math.max(largestMove, Math.abs((next[x] as number) - (change[x] as number)));
    }
    change.set(next);
    moved = largestMove < 2 ** -8 ? 0 : largestMove;
    part = leadingPart(change, rows, cols, rank);
  }
  return part;
}

function multiply(
  { u, s, v }: ReturnType<typeof leadingPart>,
  rows: number,
  cols: number,
  rank: number,
  out: Float64Array,
): void {
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      let sum = 0;
      for (let k = 0; k < rank; k++) {
        sum += (u[row * rank + k] as number) * (s[k] as number) * (v[col * rank + k] as number);
      }
      out[row * cols + col] = sum;
    }
  }
}

/** The other factor by least squares: `B` (cols × rank) for `A` (rows × rank), or the other way round. */
function fitOther(
  change: Float64Array,
  rows: number,
  cols: number,
  factor: Float64Array,
  rank: number,
  scale: number,
  isLeft: boolean,
): Float64Array {
  const [length, others] = isLeft ? [cols, rows] : [rows, cols];
  const gram = Matrix.zeros(rank, rank);
  for (let i = 0; i < length; i++) {
    for (let k = 0; k < rank; k++) {
      for (let l = 0; l < rank; l++) {
        gram.set(k, l, gram.get(k, l) + (factor[i * rank + k] as number) * (factor[i * rank + l] as number));
      }
    }
  }
  const right = Matrix.zeros(rank, others);
  const sums = new Float64Array(rank * others);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const value = (change[row * cols + col] as number) * scale;
      if (value === 0) continue;
      const [at, other] = isLeft ? [col, row] : [row, col];
      for (let k = 0; k < rank; k++) {
        sums[k * others + other] = (sums[k * others + other] as number) + (factor[at * rank + k] as number) * value;
      }
    }
  }
  for (let k = 0; k < rank; k++) for (let x = 0; x < others; x++) right.set(k, x, sums[k * others + x] as number);
  // By singular values, so that a factor of less than full rank has a solution as well.
  const solution = solve(gram, right, true);
  return Float64Array.from({ length: others * rank }, (_, i) => solution.get(i % rank, Math.floor(i / rank)));
}

function rounded(values: Float64Array, half: number): Float64Array {
  return values.map((value) => Math.max(-half, Math.min(half - 1, Math.round(value))) + 0);
}

export interface ShiftInput extends Omit<FactorSearchInput, "shift"> {
  /** Expected `Σ` of squared rounding errors, in squared units of `2^-f`. */
  readonly noise: number;
}

/** Rounding the factors may add so much of the noise, squared. */
const FACTOR_NOISE_SHARE = 0.05;
/** An entry of noise is nearly never more than so many standard deviations. */
const WIDEST_NOISE = 6;

/**
 * The smallest shift at which rounding the factors adds little to the noise, or the largest at which factors and
 * residuals stay in the tier's entry range, if that is smaller. Rounding balanced factors costs about
 * `√(rows·cols)·2^s·N/6`, `N` the sum of the singular values.
 */
export function chooseShift(input: ShiftInput): number {
  const { tier, rowPanels, colPanels, rank, noise } = input;
  const [rows, cols] = [rowPanels * tier.n, colPanels * tier.n];
  const change = denseGrid(tier.n, colPanels, input.deltas);
  const { u, s, v } = fitOutsideMask(change, rows, cols, { ...input, shift: 0 });
  const nuclear = s.reduce((sum, value) => sum + value, 0);
  const wanted = Math.log2((Math.sqrt(rows * cols) * nuclear) / 6 / (FACTOR_NOISE_SHARE * noise));
  const half = tier.tileSize / 2;
  const largest = [u, v].flatMap((singular) =>
    Array.from(singular, (value, i) => Math.abs(value) * Math.sqrt(s[i % rank] ?? 0)),
  );
  const top = largest.reduce((most, value) => Math.max(most, value), 0);
  const forFactors = 2 * Math.log2((0.95 * half) / top);
  const forEntries = Math.log2(half / (2 + WIDEST_NOISE * Math.sqrt(noise / (rows * cols))));
  return Math.max(0, Math.min(40, Math.ceil(wanted), Math.floor(forFactors), Math.floor(forEntries)));
}
