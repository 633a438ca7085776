import { FR_ONE, frAdd, frMul, frSub, type Fr } from "../../algebra/fr.js";

/** `P(x) = Π_j (1 - z_j + z_j x^(2^j))`: the polynomial with coefficients `eq(j, z)`. */
export function eqPolynomialAt(z: readonly Fr[], x: Fr): Fr {
  let product: Fr = FR_ONE;
  let power = x;
  for (const zj of z) {
    product = frMul(product, frAdd(frSub(FR_ONE, zj), frMul(zj, power)));
    power = frMul(power, power);
  }
  return product;
}

/** What `S(1/ζ)` depends on. */
export interface ProductIdentity {
  readonly zLow: readonly Fr[];
  readonly zHigh: readonly Fr[];
  /** The opened value `y`. */
  readonly value: Fr;
  readonly gamma: Fr;
  readonly zeta: Fr;
  readonly zetaInv: Fr;
  readonly gZeta: Fr;
  readonly gZetaInv: Fr;
  readonly hZeta: Fr;
  readonly hZetaInv: Fr;
  readonly hAlpha: Fr;
  readonly sZeta: Fr;
}

/**
 * The only `S(1/ζ)` with which, at `X = ζ`,
 * `g(X)P_lo(1/X) + g(1/X)P_lo(X) + γ(h(X)P_hi(1/X) + h(1/X)P_hi(X)) = 2(h(α) + γ y) + X S(X) + S(1/X)/X`:
 * the constant term says `⟨g, P_lo⟩ = h(α)` and `⟨h, P_hi⟩ = y`.
 */
export function deriveSZetaInv(at: ProductIdentity): Fr {
  const { zeta, zetaInv, gamma } = at;
  const low = frAdd(
    frMul(at.gZeta, eqPolynomialAt(at.zLow, zetaInv)),
    frMul(at.gZetaInv, eqPolynomialAt(at.zLow, zeta)),
  );
  const high = frAdd(
    frMul(at.hZeta, eqPolynomialAt(at.zHigh, zetaInv)),
    frMul(at.hZetaInv, eqPolynomialAt(at.zHigh, zeta)),
  );
  const constant = frAdd(at.hAlpha, frMul(gamma, at.value));
  const rest = frSub(frSub(frAdd(low, frMul(gamma, high)), frAdd(constant, constant)), frMul(zeta, at.sZeta));
  return frMul(zeta, rest);
}
