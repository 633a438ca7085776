import { toFr, type Fr } from "../../algebra/fr.js";
import { eqTable } from "../../algebra/eq.js";
import { FR_ORDER } from "../../protocol/constants.js";
import type { MainFinals, MainInput, MainTile, RoundProver } from "../backend.js";
import { bindLowest, onlyElement, toResidues, type Residues } from "./vector.js";

const P = FR_ORDER;

interface OpenTile {
  residual: Residues;
  /** `undefined` for a tile without a mask. */
  mask: Residues | undefined;
  readonly weight: Fr;
  readonly sumWeight: Fr;
  readonly countWeight: Fr;
}

/**
 * The main sumcheck of PROTOCOL 7.4, term by term:
 * `eq·linear` with `linear = Σ_unmasked W_T R_T + W_A P_A + W_B P_B + λ² W_* m`;
 * `eq·W_T (R_T + λ b_T)(1 - b_T)` for masked tiles; `w_T (R_T² (1 - b_T) + λ b_T)` with `w_T = λ^(3+2g)`.
 */
export class ReferenceMainSumcheck implements RoundProver<MainFinals> {
  readonly #lambda: Fr;
  #eq: Residues;
  #linear: Residues;
  #factorA: Residues;
  #factorB: Residues;
  #multiplicity: Residues;
  readonly #tiles: OpenTile[];

  constructor(input: MainInput) {
    this.#lambda = input.lambda;
    this.#eq = eqTable(input.leafPoint);
    this.#tiles = input.tiles.map(openTile);
    this.#factorA = toResidues(input.factorA);
    this.#factorB = toResidues(input.factorB);
    this.#multiplicity = toResidues(input.multiplicities);
    this.#linear = this.#eq.map((_, x) => {
      let total =
        input.weightA * (this.#factorA[x] as bigint) +
        input.weightB * (this.#factorB[x] as bigint) +
        input.weightMultiplicity * (this.#multiplicity[x] as bigint);
      for (const tile of this.#tiles) if (tile.mask === undefined) total += tile.weight * (tile.residual[x] as bigint);
      return total % P;
    });
  }

  round(): Promise<Fr[]> {
    const totals: [bigint, bigint, bigint] = [0n, 0n, 0n];
    this.#addLinear(totals);
    for (const tile of this.#tiles) {
      if (tile.mask === undefined) addSquares(tile, totals);
      else this.#addMasked(tile, tile.mask, totals);
    }
    return Promise.resolve(totals.map(toFr));
  }

  bind(challenge: Fr): Promise<void> {
    this.#eq = bindLowest(this.#eq, challenge);
    this.#linear = bindLowest(this.#linear, challenge);
    this.#factorA = bindLowest(this.#factorA, challenge);
    this.#factorB = bindLowest(this.#factorB, challenge);
    this.#multiplicity = bindLowest(this.#multiplicity, challenge);
    for (const tile of this.#tiles) {
      tile.residual = bindLowest(tile.residual, challenge);
      if (tile.mask !== undefined) tile.mask = bindLowest(tile.mask, challenge);
    }
    return Promise.resolve();
  }

  finals(): Promise<MainFinals> {
    return Promise.resolve({
      residuals: this.#tiles.map((tile) => onlyElement(tile.residual)),
      masks: this.#tiles.map((tile) => (tile.mask === undefined ? (0n as Fr) : onlyElement(tile.mask))),
      factorA: onlyElement(this.#factorA),
      factorB: onlyElement(this.#factorB),
      multiplicity: onlyElement(this.#multiplicity),
    });
  }

  #addLinear(totals: [bigint, bigint, bigint]): void {
    let [c1, c2] = [0n, 0n];
    for (let i = 0; i < this.#eq.length; i += 2) {
      const e = this.#eq[i] as bigint;
      const v = this.#linear[i] as bigint;
      const eSlope = (this.#eq[i + 1] as bigint) - e;
      const vSlope = (this.#linear[i + 1] as bigint) - v;
      c1 += e * vSlope + eSlope * v;
      c2 += eSlope * vSlope;
    }
    totals[0] += c1 % P;
    totals[1] += c2 % P;
  }

  #addMasked(tile: OpenTile, mask: Residues, totals: [bigint, bigint, bigint]): void {
    const lambda = this.#lambda as bigint;
    const [bound, sums]: [[bigint, bigint, bigint], [bigint, bigint, bigint]] = [
      [0n, 0n, 0n],
      [0n, 0n, 0n],
    ];
    let counts = 0n;
    for (let i = 0; i < mask.length; i += 2) {
      const b = mask[i] as bigint;
      const bSlope = (mask[i + 1] as bigint) - b;
      const r = tile.residual[i] as bigint;
      const rSlope = (tile.residual[i + 1] as bigint) - r;
      const e = this.#eq[i] as bigint;
      const eSlope = (this.#eq[i + 1] as bigint) - e;
      const free = 1n - b;
      // eq · (1 - b) · (R + λ b)
      const v = (r + lambda * b) % P;
      const vSlope = (rSlope + lambda * bSlope) % P;
      const q0 = (free * v) % P;
      const q1 = (free * vSlope - bSlope * v) % P;
      const q2 = (-bSlope * vSlope) % P;
      bound[0] += e * q1 + eSlope * q0;
      bound[1] += e * q2 + eSlope * q1;
      bound[2] += eSlope * q2;
      // R² (1 - b) + λ b
      const s0 = (r * r) % P;
      const s1 = (2n * r * rSlope) % P;
      const s2 = (rSlope * rSlope) % P;
      sums[0] += s1 * free - s0 * bSlope;
      counts += bSlope;
      sums[1] += s2 * free - s1 * bSlope;
      sums[2] -= s2 * bSlope;
    }
    totals[0] += (counts % P) * tile.countWeight;
    for (const k of [0, 1, 2] as const) {
      totals[k] += (bound[k] % P) * tile.weight + (sums[k] % P) * tile.sumWeight;
    }
  }
}

function openTile(tile: MainTile): OpenTile {
  const residual = toResidues(tile.residual);
  if (tile.mask === undefined)
    return { residual, mask: undefined, weight: tile.weight, sumWeight: tile.sumWeight, countWeight: tile.countWeight };
  const mask = new Array<bigint>(residual.length).fill(0n);
  tile.mask.positions.forEach((position, i) => {
    mask[position] = 1n;
    residual[position] = tile.mask?.residuals[i] ?? 0n;
  });
  return { residual, mask, weight: tile.weight, sumWeight: tile.sumWeight, countWeight: tile.countWeight };
}

/** `w_T R_T²` of a tile without a mask: the products stay unreduced, a sum of `2^20` of them has 530 bits. */
function addSquares(tile: OpenTile, totals: [bigint, bigint, bigint]): void {
  let [c1, c2] = [0n, 0n];
  for (let i = 0; i < tile.residual.length; i += 2) {
    const r = tile.residual[i] as bigint;
    const slope = (tile.residual[i + 1] as bigint) - r;
    c1 += r * slope;
    c2 += slope * slope;
  }
  totals[0] += ((2n * c1) % P) * tile.sumWeight;
  totals[1] += (c2 % P) * tile.sumWeight;
}
