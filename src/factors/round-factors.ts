import type { Columns } from "../linalg/columns.js";
import type { Tier } from "../protocol/tiers.js";
import type { Factors } from "./factors.js";
import { largestResiduals, type FactorPair } from "./largest-residuals.js";
import type { SingularPart } from "./leading-part.js";
import { bestLeft, bestRight } from "./masked-least-squares.js";
import type { RealFactors } from "./real-factors.js";
import { largestOf, turnedFactors, usedLength } from "./turned-factors.js";

/** The panels that factors are for: those of a grid tensor. */
export interface FactorPanels {
  readonly tier: Tier;
  readonly rowPanels: number;
  readonly colPanels: number;
}

/**
 * Integer factors in the tier's range `[-2^(ell-1), 2^(ell-1))` whose product is near `2^shift` times a real part: rounded,
 * then the right one that is best for the rounded left one, rounded, and the other way round; the pair that leaves least.
 * Factors that do not fit the range are lowered into it, which leaves more.
 */
export function roundFactors(panels: FactorPanels, real: RealFactors, shift: number): Factors {
  const half = panels.tier.tileSize / 2;
  const scale = 2 ** shift;
  const { matrix, mask } = real;
  const { left, right } = fittingFactors(real.part, scale, half - 1);
  const [a0, b0] = [rounded(left, half), rounded(right, half)];
  const b1 = rounded(bestRight(matrix, mask, a0, scale), half);
  const a2 = rounded(bestLeft(matrix, mask, b1, scale), half);
  const b3 = rounded(bestRight(matrix, mask, a2, scale), half);
  const pairs = [
    { left: a0, right: b0 },
    { left: a0, right: b1 },
    { left: a2, right: b1 },
    { left: a2, right: b3 },
  ];
  const rests = pairs.map((pair) => {
    const unscaled = { ...pair.left, values: pair.left.values.map((value) => value / scale) };
    return largestResiduals(matrix, { left: unscaled, right: pair.right }, mask.rows.length).sumSquares;
  });
  return toPanels(panels, pairs[rests.indexOf(Math.min(...rests))] ?? pairs[0]);
}

/** The largest shift at which the real factors of a part lie in the tier's range; may be negative. */
export function largestShift({ tileSize }: Tier, part: SingularPart): number {
  const { left, right } = turnedFactors(part);
  const largest = largestOf(left) * largestOf(right);
  return largest === 0 ? Infinity : Math.floor(Math.log2((tileSize / 2 - 1) ** 2 / largest));
}

/**
 * Factors of `scale` times a part, with entries of equal size in both if they would leave `[-most, most]` otherwise.
 * Components whose rounding costs more than they explain are left out.
 */
function fittingFactors(part: SingularPart, scale: number, most: number): FactorPair {
  const worth = Math.sqrt(usedLength(part.u) * usedLength(part.v)) / 6;
  const { left, right } = turnedFactors({ ...part, s: part.s.map((size) => (size * scale > worth ? size : 0)) });
  const root = Math.sqrt(scale);
  const [a, b] = [root * largestOf(left), root * largestOf(right)];
  const balance = a > most || b > most ? Math.sqrt(b / a) : 1;
  const times = (columns: Columns, factor: number): Columns => ({
    ...columns,
    values: columns.values.map((value) => value * factor),
  });
  return { left: times(left, root * balance), right: times(right, root / balance) };
}

/** Rounded in place, and brought into `[-half, half)`. */
function rounded(columns: Columns, half: number): Columns {
  const { values } = columns;
  for (let i = 0; i < values.length; i++) {
    // Adding 0 turns -0 into 0.
    values[i] = Math.max(-half, Math.min(half - 1, Math.round(values[i] as number))) + 0;
  }
  return columns;
}

function toPanels({ tier, rowPanels, colPanels }: FactorPanels, pair: FactorPair | undefined): Factors {
  if (pair === undefined) throw new RangeError("toPanels: no factors");
  const { left, right } = pair;
  const { n } = tier;
  const rank = left.width;
  return {
    a: Array.from({ length: rowPanels }, (_, i) =>
      Int32Array.from(left.values.subarray(i * n * rank, (i + 1) * n * rank)),
    ),
    b: Array.from({ length: colPanels }, (_, j) => {
      const panel = new Int32Array(rank * n);
      for (let k = 0; k < rank; k++) {
        for (let v = 0; v < n; v++) panel[k * n + v] = right.values[(j * n + v) * rank + k] as number;
      }
      return panel;
    }),
  };
}
