import { FR_ONE, FR_ZERO, frMul, frSub, toFr, type Fr } from "../../algebra/fr.js";

const SIZE = 8;

/**
 * The symmetric matrix `Σ_T weight_T Σ_blocks e_a e_b`: it holds all there is to know of the sums of squares while the
 * three variables within a block are bound.
 */
export class Gram {
  #rows: Fr[][] = Array.from({ length: SIZE }, () => new Array<Fr>(SIZE).fill(FR_ZERO));

  /** Adds a tile's products `e_a e_b`, `a <= b`, row by row (assembly/main-ints.ts). */
  add(products: BigInt64Array, weight: Fr): void {
    let k = 0;
    for (let a = 0; a < SIZE; a++) {
      for (let b = a; b < SIZE; b++) {
        const product = (products[k++] as bigint) * weight;
        this.#set(a, b, toFr(this.#at(a, b) + product));
        if (a !== b) this.#set(b, a, this.#at(a, b));
      }
    }
  }

  /** The round polynomial's coefficients 1 and 2. */
  round(): [Fr, Fr] {
    let [c1, c2] = [0n, 0n];
    for (let i = 0; i < this.#rows.length; i += 2) {
      const [low, cross, high] = [this.#at(i, i), this.#at(i, i + 1), this.#at(i + 1, i + 1)];
      c1 += 2n * (cross - low);
      c2 += high - 2n * cross + low;
    }
    return [toFr(c1), toFr(c2)];
  }

  /** Binds the lowest variable of rows and of columns. */
  bind(challenge: Fr): void {
    const low = frSub(FR_ONE, challenge);
    const half = Array.from({ length: this.#rows.length / 2 }, (_, i) => i);
    this.#rows = half.map((i) =>
      half.map((j) => {
        const upper = frMul(low, this.#at(2 * i, 2 * j)) + frMul(challenge, this.#at(2 * i, 2 * j + 1));
        const lower = frMul(low, this.#at(2 * i + 1, 2 * j)) + frMul(challenge, this.#at(2 * i + 1, 2 * j + 1));
        return toFr(low * upper + challenge * lower);
      }),
    );
  }

  #at(a: number, b: number): Fr {
    return this.#rows[a]?.[b] as Fr;
  }

  #set(a: number, b: number, value: Fr): void {
    (this.#rows[a] as Fr[])[b] = value;
  }
}
