import { FR_ORDER } from "../../protocol/constants.js";
import { FR_ONE, FR_ZERO, frInv, frMul, frPow, frSub, toFr, type Fr } from "../../algebra/fr.js";

/** `p - 1 = 2^28 · odd`. */
const TWO_ADICITY = 28;
/** The smallest nonresidue of F, from which snarkjs and circom derive their roots of unity. */
const NONRESIDUE = toFr(5n);

/** The primitive `2^log`-th root of unity that snarkjs uses: `5^((p-1)/2^28)` squared down. `log <= 28`. */
export function rootOfUnity(log: number): Fr {
  if (log > TWO_ADICITY) throw new RangeError(`rootOfUnity: no root of order 2^${log} in F, at most 2^${TWO_ADICITY}`);
  return frPow(NONRESIDUE, (FR_ORDER - 1n) >> BigInt(log));
}

/**
 * `L_i(τ) = ω^i (τ^N - 1) / (N (τ - ω^i))` for `i = first, first + step, …` below `N = 2^log`: the Lagrange basis of
 * the domain `{ω^i}` at `τ`, which must lie outside of it. One inversion in all.
 */
export function lagrangeAt(tau: Fr, log: number, first = 0, step = 1): Fr[] {
  const size = 2 ** log;
  const root = rootOfUnity(log);
  const stride = frPow(root, step);
  const vanishing = frSub(frPow(tau, size), FR_ONE);
  if (vanishing === FR_ZERO) throw new RangeError("lagrangeAt: tau lies in the domain");
  const points: Fr[] = [];
  const prefix: Fr[] = []; // prefix[j] = Π_{i<j} (τ - ω_i)
  let product: Fr = FR_ONE;
  for (let i = first, point = frPow(root, first); i < size; i += step, point = frMul(point, stride)) {
    points.push(point);
    prefix.push(product);
    product = frMul(product, frSub(tau, point));
  }
  const scale = frMul(vanishing, frInv(toFr(BigInt(size))));
  let inverse = frInv(product); // 1 / Π_{i<=j} (τ - ω_i), going down
  const values = new Array<Fr>(points.length);
  for (let j = points.length - 1; j >= 0; j--) {
    const point = points[j] ?? FR_ZERO;
    values[j] = frMul(frMul(scale, point), frMul(inverse, prefix[j] ?? FR_ZERO));
    inverse = frMul(inverse, frSub(tau, point));
  }
  return values;
}
