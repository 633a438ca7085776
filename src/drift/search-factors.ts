import { Matrix, solve } from "ml-matrix";
import type { Factors } from "./factors.js";
import type { IntVector } from "../kernels/backend.js";
import { MAX_SHIFT } from "../protocol/constants.js";
import type { Tier } from "../protocol/tiers.js";
import type { Dense } from "../linalg/dense.js";
import { denseGrid } from "./dense-grid.js";
import { fitRealFactors, largestOf, type RealFactors } from "./real-factors.js";

/** A change over a grid of tiles, row panels first. */
export interface GridChange {
  readonly tier: Tier;
  readonly rowPanels: number;
  readonly colPanels: number;
  readonly deltas: readonly IntVector[];
}

/** The kind of part that is looked for. */
export interface FactorSearchInput extends GridChange {
  readonly rank: number;
  readonly shift: number;
  readonly maxNonzeros: bigint;
}

/**
 * Integer factors whose product is near `2^shift·Δ` outside of `maxNonzeros` entries: the best real factors, rounded, then
 * each fitted to the other. They lie in the tier's entry range. Deterministic; not the best there are.
 */
export function searchFactors(input: FactorSearchInput): Factors {
  const change = denseGrid(input.tier.n, input.colPanels, input.deltas);
  return roundFactors(input, fitRealFactors(change, input.rank, input.maxNonzeros), input.shift, input.rank);
}

/** Rounds real factors of `Δ` to integer ones of `2^shift·Δ`. */
export function roundFactors(
  grid: Omit<GridChange, "deltas">,
  real: RealFactors,
  shift: number,
  rank: number,
): Factors {
  const { tier, rowPanels, colPanels } = grid;
  const half = tier.tileSize / 2;
  const scale = 2 ** shift;
  let a = rounded(
    real.a.map((value) => value * Math.sqrt(scale)),
    half,
  );
  let b = rounded(fitOther(real.change, a, rank, scale, "rows"), half);
  a = rounded(fitOther(real.change, b, rank, scale, "cols"), half);
  b = rounded(fitOther(real.change, a, rank, scale, "rows"), half);
  return {
    a: panels(a, rowPanels, tier.n, rank),
    b: panels(b, colPanels, tier.n, rank).map((panel) => transposed(panel, tier.n, rank)),
  };
}

/** Rounding the factors may add so much of the noise, squared. */
const FACTOR_NOISE_SHARE = 0.05;

/**
 * The smallest shift at which rounding the factors adds little to the noise, or the largest at which they stay in the
 * tier's entry range, if that is smaller. Rounding balanced factors costs about `√(rows·cols)·2^s·N/6` squared units of
 * `2^-(f + s)`, `N` the sum of the singular values. `noise`: expected `Σ` of squared errors, in squared units of `2^-f`.
 */
export function chooseShift(tier: Tier, { a, b, change, nuclear }: RealFactors, noise: number): number {
  const cost = (Math.sqrt(change.rows * change.cols) * nuclear) / 6;
  const wanted = Math.ceil(Math.log2(cost / (FACTOR_NOISE_SHARE * noise)));
  // Fitting them to each other moves entries by little.
  const room = (0.98 * tier.tileSize) / 2;
  const possible = Math.floor(2 * Math.log2(room / Math.max(largestOf(a), largestOf(b))));
  return Math.max(0, Math.min(wanted, possible, MAX_SHIFT));
}

/** Pads a factor with zeros to whole panels, `n × rank` each. */
function panels(factor: Float64Array, count: number, n: number, rank: number): Int32Array[] {
  return Array.from({ length: count }, (_, i) => {
    const panel = new Int32Array(n * rank);
    panel.set(factor.subarray(i * n * rank, (i + 1) * n * rank));
    return panel;
  });
}

function transposed(panel: Int32Array, n: number, rank: number): Int32Array {
  const out = new Int32Array(panel.length);
  for (let x = 0; x < n; x++) for (let k = 0; k < rank; k++) out[k * n + x] = panel[x * rank + k] as number;
  return out;
}

/** The other factor of `scale·change` by least squares: `B` for `A`, whose rows are the change's, or `A` for `B`. */
function fitOther(
  { rows, cols, values }: Dense,
  factor: Float64Array,
  rank: number,
  scale: number,
  side: "rows" | "cols",
): Float64Array {
  const others = side === "rows" ? cols : rows;
  const gram = Matrix.zeros(rank, rank);
  for (let i = 0; i < factor.length; i += rank) {
    for (let k = 0; k < rank; k++) {
      for (let l = 0; l < rank; l++) {
        gram.set(k, l, gram.get(k, l) + (factor[i + k] as number) * (factor[i + l] as number));
      }
    }
  }
  const sums = Matrix.zeros(rank, others);
  const sum = new Float64Array(rank * others);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const value = (values[row * cols + col] as number) * scale;
      const [at, other] = side === "rows" ? [row * rank, col * rank] : [col * rank, row * rank];
      for (let k = 0; k < rank; k++) sum[other + k] = (sum[other + k] as number) + (factor[at + k] as number) * value;
    }
  }
  for (let other = 0; other < others; other++) {
    for (let k = 0; k < rank; k++) sums.set(k, other, sum[other * rank + k] as number);
  }
  // By singular values, so that factors of less than full rank have a solution as well.
  const solution = solve(gram, sums, true);
  return Float64Array.from({ length: others * rank }, (_, i) => solution.get(i % rank, Math.floor(i / rank)));
}

function rounded(values: Float64Array, half: number): Float64Array {
  // Adding 0 turns -0 into 0.
  return values.map((value) => Math.max(-half, Math.min(half - 1, Math.round(value))) + 0);
}
