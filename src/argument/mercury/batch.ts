import { FR_ONE, frAdd, frInv, frMul, frSub, type Fr } from "../../algebra/fr.js";

/** The opening points of the batched KZG opening: `T = {ζ, 1/ζ, α}`, pairwise different. */
export interface BatchPoints {
  readonly zeta: Fr;
  readonly zetaInv: Fr;
  readonly alpha: Fr;
}

/** A polynomial's claimed values on its subset of `T`. */
export interface BatchClaim {
  /** Points of the subset with the values there. */
  readonly values: readonly (readonly [point: Fr, value: Fr])[];
  /** The points of `T` outside the subset. */
  readonly others: readonly Fr[];
}

/** Values that `g, h, s, d` are claimed to take. */
export interface MercuryEvaluations {
  readonly gZeta: Fr;
  readonly gZetaInv: Fr;
  readonly hZeta: Fr;
  readonly hZetaInv: Fr;
  readonly hAlpha: Fr;
  readonly sZeta: Fr;
  readonly sZetaInv: Fr;
  readonly dZeta: Fr;
}

/** The claims in batching order `g, h, s, d` (powers `β^0 … β^3`). */
export function batchClaims(
  points: BatchPoints,
  at: MercuryEvaluations,
): [BatchClaim, BatchClaim, BatchClaim, BatchClaim] {
  const { zeta, zetaInv, alpha } = points;
  return [
    {
      values: [
        [zeta, at.gZeta],
        [zetaInv, at.gZetaInv],
      ],
      others: [alpha],
    },
    {
      values: [
        [zeta, at.hZeta],
        [zetaInv, at.hZetaInv],
        [alpha, at.hAlpha],
      ],
      others: [],
    },
    {
      values: [
        [zeta, at.sZeta],
        [zetaInv, at.sZetaInv],
      ],
      others: [alpha],
    },
    { values: [[zeta, at.dZeta]], others: [zetaInv, alpha] },
  ];
}

/** `Π (x - point)`. */
export function vanishingAt(points: readonly Fr[], x: Fr): Fr {
  return points.reduce<Fr>((product, point) => frMul(product, frSub(x, point)), FR_ONE);
}

/** The value at `x` of the polynomial of least degree through the claimed values (Lagrange). */
export function interpolateAt(values: BatchClaim["values"], x: Fr): Fr {
  return values.reduce<Fr>((sum, [point, value]) => {
    const rest = values.flatMap(([other]) => (other === point ? [] : [other]));
    const weight = frMul(vanishingAt(rest, x), frInv(vanishingAt(rest, point)));
    return frAdd(sum, frMul(weight, value));
  }, 0n as Fr);
}
