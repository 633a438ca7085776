import { toFr, type Fr } from "../../algebra/fr.js";
import { bindLowest, type Residues } from "./vector.js";

/** Sumcheck of a sum of products of two multilinear polynomials. */
export class ProductSum {
  #products: readonly (readonly [Residues, Residues])[];

  constructor(products: readonly (readonly [Residues, Residues])[]) {
    this.#products = products;
  }

  /** As far as they are bound. */
  get products(): readonly (readonly [Residues, Residues])[] {
    return this.#products;
  }

  /** `c_1, c_2` of the round polynomial. */
  round(): Fr[] {
    let [c1, c2] = [0n, 0n];
    for (const [a, b] of this.#products) {
      for (let i = 0; i < a.length; i += 2) {
        const a0 = a[i] as bigint;
        const b0 = b[i] as bigint;
        const aSlope = (a[i + 1] as bigint) - a0;
        const bSlope = (b[i + 1] as bigint) - b0;
        c1 += a0 * bSlope + aSlope * b0;
        c2 += aSlope * bSlope;
      }
    }
    return [toFr(c1), toFr(c2)];
  }

  bind(challenge: Fr): void {
    this.#products = this.#products.map(([a, b]) => [bindLowest(a, challenge), bindLowest(b, challenge)]);
  }
}
