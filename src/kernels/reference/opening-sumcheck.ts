import { frAdd, frMul, frSub, type Fr } from "../../algebra/fr.js";
import { eqTable } from "../../algebra/eq.js";
import { FR_ORDER } from "../../protocol/constants.js";
import type { OpeningFinals, OpeningInput, RoundProver } from "../backend.js";
import { ProductSum } from "./product-sum.js";
import { bindLowest, elementsOf, isAllZero, onlyElement, toResidues, type Residues } from "./vector.js";

const P = FR_ORDER;

/** The opening reduction of PROTOCOL 7.7: a sum of three products of two multilinear polynomials. */
export class ReferenceOpeningSumcheck implements RoundProver<OpeningFinals> {
  readonly #chi: Fr;
  /** Pairs `weight, polynomial`; the first is `eq(ρ, ·)` and `G_1 + χ P_A + χ² P_B`. */
  readonly #sum: ProductSum;
  #factorA: Residues;
  #factorB: Residues;

  constructor(input: OpeningInput) {
    const { tier, point, chi } = input;
    this.#chi = chi;
    this.#factorA = toResidues(input.factorA);
    this.#factorB = toResidues(input.factorB);
    const chi2 = frMul(chi, chi);
    const mixed = elementsOf(input.combined).map(
      (g, x) => (g + chi * (this.#factorA[x] as bigint) + chi2 * (this.#factorB[x] as bigint)) % P,
    );
    const products: [Residues, Residues][] = [[eqTable(point), mixed]];
    const low = { a: eqTable(point.slice(tier.t)), b: eqTable(point.slice(0, tier.t)) };
    const outer = (columns: readonly Fr[], rows: readonly Fr[]): Residues =>
      rows.flatMap((row) => columns.map((column) => (row === 0n ? 0n : frMul(row, column))));
    if (!isAllZero(input.factorA)) products.push([outer(low.a, input.omegaA), this.#factorA]);
    if (!isAllZero(input.factorB)) products.push([outer(low.b, input.omegaB), this.#factorB]);
    this.#sum = new ProductSum(products);
  }

  round(): Promise<Fr[]> {
    return Promise.resolve(this.#sum.round());
  }

  bind(challenge: Fr): Promise<void> {
    this.#sum.bind(challenge);
    this.#factorA = bindLowest(this.#factorA, challenge);
    this.#factorB = bindLowest(this.#factorB, challenge);
    return Promise.resolve();
  }

  finals(): Promise<OpeningFinals> {
    const [first] = this.#sum.products;
    if (first === undefined) throw new RangeError("OpeningSumcheck.finals: no product");
    const factorA = onlyElement(this.#factorA);
    const factorB = onlyElement(this.#factorB);
    const mixed = frAdd(frMul(this.#chi, factorA), frMul(frMul(this.#chi, this.#chi), factorB));
    return Promise.resolve({ combined: frSub(onlyElement(first[1]), mixed), factorA, factorB });
  }
}
