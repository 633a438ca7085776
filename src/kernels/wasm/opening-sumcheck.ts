import { FR_ONE, FR_ZERO, frMul, toFr, type Fr } from "../../algebra/fr.js";
import { eqTable } from "../../algebra/eq.js";
import { innerProduct } from "../../algebra/univariate.js";
import type { FrVector, OpeningFinals, OpeningInput, RoundProver } from "../backend.js";
import { ProductSum } from "../reference/product-sum.js";
import { isAllZero, onlyElement } from "../reference/vector.js";
import type { Pool } from "./pool.js";
import { combineRows, foldRows, type RowTerm } from "./vectors-linear.js";
import { unpackVector } from "./vectors.js";

/** A factor polynomial with the weights of its own product. */
interface Factor {
  readonly name: "factorA" | "factorB";
  readonly vector: Int32Array;
  /** Its weight beside `G_1`: `χ` or `χ²`. */
  readonly mixing: Fr;
  /** Weights of columns and of rows: their outer product multiplies the factor. */
  readonly columns: readonly Fr[];
  readonly omega: readonly Fr[];
}

/**
 * The opening reduction of PROTOCOL 7.7. Each of its products is of the form `columns(x_lo)·rows(x_hi)·F(x)`. So as long as
 * column variables are bound, the sum over the rows can be taken beforehand, and once they are bound, `F` is one value a row:
 * `F` is read twice, and every round is one over `n` elements.
 */
export async function createOpeningSumcheck(pool: Pool, input: OpeningInput): Promise<RoundProver<OpeningFinals>> {
  const { tier, point, combined, chi } = input;
  const eqColumns = eqTable(point.slice(0, tier.t));
  const eqRows = eqTable(point.slice(tier.t));
  const all: readonly Factor[] = [
    { name: "factorA", vector: input.factorA, mixing: chi, columns: eqRows, omega: input.omegaA },
    { name: "factorB", vector: input.factorB, mixing: frMul(chi, chi), columns: eqColumns, omega: input.omegaB },
  ];
  const factors = all.filter(({ vector }) => !isAllZero(vector));
  const sumRows = async (terms: readonly RowTerm[]): Promise<bigint[]> =>
    unpackVector(pool, await combineRows(pool, tier.n, terms));
  const scaled = (weights: readonly Fr[], by: Fr): Fr[] => weights.map((weight) => frMul(weight, by));
  const products = await Promise.all([
    sumRows([
      { vector: combined, weights: eqRows },
      ...factors.map(({ vector, mixing }) => ({ vector, weights: scaled(eqRows, mixing) })),
    ]).then((sum): [bigint[], bigint[]] => [eqColumns, sum]),
    ...factors.map(async ({ vector, columns, omega }): Promise<[bigint[], bigint[]]> => [
      [...columns],
      await sumRows([{ vector, weights: omega }]),
    ]),
  ]);
  return new WasmOpeningSumcheck(pool, combined, factors, { eqRows, t: tier.t }, new ProductSum(products));
}

class WasmOpeningSumcheck implements RoundProver<OpeningFinals> {
  readonly #pool: Pool;
  readonly #combined: FrVector;
  readonly #factors: readonly Factor[];
  readonly #eqRows: readonly Fr[];
  readonly #t: number;
  readonly #challenges: Fr[] = [];
  #sum: ProductSum;
  /** Values of `G_1` and the factors, one a row, once the column variables are bound. */
  #rows: { readonly combined: readonly Fr[]; readonly factors: readonly (readonly Fr[])[] } | undefined;

  constructor(
    pool: Pool,
    combined: FrVector,
    factors: readonly Factor[],
    { eqRows, t }: { readonly eqRows: readonly Fr[]; readonly t: number },
    sum: ProductSum,
  ) {
    this.#pool = pool;
    this.#combined = combined;
    this.#factors = factors;
    this.#eqRows = eqRows;
    this.#t = t;
    this.#sum = sum;
  }

  round(): Promise<Fr[]> {
    return Promise.resolve(this.#sum.round());
  }

  async bind(challenge: Fr): Promise<void> {
    this.#challenges.push(challenge);
    this.#sum.bind(challenge);
    if (this.#challenges.length === this.#t) await this.#turnToRows();
  }

  finals(): Promise<OpeningFinals> {
    if (this.#rows === undefined || this.#challenges.length !== 2 * this.#t) {
      throw new RangeError("OpeningSumcheck.finals: bind all variables first");
    }
    const weights = eqTable(this.#challenges.slice(this.#t));
    const finals = { combined: innerProduct(weights, this.#rows.combined), factorA: FR_ZERO, factorB: FR_ZERO };
    this.#factors.forEach(({ name }, i) => {
      finals[name] = innerProduct(weights, this.#rows?.factors[i] ?? []);
    });
    return Promise.resolve(finals);
  }

  /** The column variables are bound: what is left of a product is its bound column weight, its row weights and a value a row. */
  async #turnToRows(): Promise<void> {
    const weights = eqTable(this.#challenges);
    const fold = async (vector: Int32Array | FrVector): Promise<Fr[]> =>
      unpackVector(this.#pool, await foldRows(this.#pool, vector, weights));
    const [combined, ...factors] = await Promise.all([
      fold(this.#combined),
      ...this.#factors.map(({ vector }) => fold(vector)),
    ]);
    this.#rows = { combined, factors };
    const bound = this.#sum.products.map(([columns]) => onlyElement(columns));
    const mixed = combined.map((value, row) =>
      this.#factors.reduce<bigint>((total, { mixing }, i) => total + mixing * (factors[i]?.[row] ?? FR_ZERO), value),
    );
    const scaled = (rowWeights: readonly Fr[], product: number): bigint[] =>
      rowWeights.map((weight) => frMul(weight, bound[product] ?? FR_ONE));
    this.#sum = new ProductSum([
      [scaled(this.#eqRows, 0), mixed.map(toFr)],
      ...this.#factors.map(({ omega }, i): [bigint[], bigint[]] => [scaled(omega, i + 1), [...(factors[i] ?? [])]]),
    ]);
  }
}
