import { frAdd, frMul, frSub, toFr, type Fr } from "../../field/fr.js";
import { eqTable } from "../../poly/eq.js";
import { FR_ORDER } from "../../protocol/constants.js";
import type { OpeningFinals, OpeningInput, RoundProver } from "../backend.js";
import { bindLowest, elementsOf, isAllZero, onlyElement, toResidues, type Residues } from "./vector.js";

const P = FR_ORDER;

/** The opening reduction of PROTOCOL 7.7: a sum of three products of two multilinear polynomials. */
export class ReferenceOpeningSumcheck implements RoundProver<OpeningFinals> {
  readonly #chi: Fr;
  /** Pairs `weight, polynomial`; the first is `eq(ρ, ·)` and `G_1 + χ P_A + χ² P_B`. */
  #products: (readonly [Residues, Residues])[];
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
    this.#products = [[eqTable(point), mixed]];
    const low = { a: eqTable(point.slice(tier.t)), b: eqTable(point.slice(0, tier.t)) };
    const outer = (columns: readonly Fr[], rows: readonly Fr[]): Residues =>
      rows.flatMap((row) => columns.map((column) => (row === 0n ? 0n : frMul(row, column))));
    if (!isAllZero(input.factorA)) this.#products.push([outer(low.a, input.omegaA), this.#factorA]);
    if (!isAllZero(input.factorB)) this.#products.push([outer(low.b, input.omegaB), this.#factorB]);
  }

  round(): Promise<Fr[]> {
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
    return Promise.resolve([toFr(c1), toFr(c2)]);
  }

  bind(challenge: Fr): Promise<void> {
    this.#products = this.#products.map(([a, b]) => [bindLowest(a, challenge), bindLowest(b, challenge)]);
    this.#factorA = bindLowest(this.#factorA, challenge);
    this.#factorB = bindLowest(this.#factorB, challenge);
    return Promise.resolve();
  }

  finals(): Promise<OpeningFinals> {
    const [first] = this.#products;
    if (first === undefined) throw new RangeError("OpeningSumcheck.finals: no product");
    const factorA = onlyElement(this.#factorA);
    const factorB = onlyElement(this.#factorB);
    const mixed = frAdd(frMul(this.#chi, factorA), frMul(frMul(this.#chi, this.#chi), factorB));
    return Promise.resolve({ combined: frSub(onlyElement(first[1]), mixed), factorA, factorB });
  }
}
