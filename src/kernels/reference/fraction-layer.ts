import { frMul, frOf, frInv, frSub, toFr, type Fr } from "../../algebra/fr.js";
import { eqTable } from "../../algebra/eq.js";
import { FR_ORDER } from "../../protocol/constants.js";
import type { RoundProver } from "../backend.js";
import type { Residues } from "./vector.js";

/**
 * The nodes of one layer below, of one slot: child `c` of node `j` is at `4j + c`. A slot whose leaves are all
 * the same fraction (unused, or all zero) keeps one fraction for all nodes.
 */
export type SlotNodes =
  | { readonly kind: "nodes"; readonly p: Residues; readonly q: Residues }
  | { readonly kind: "constant"; readonly p: bigint; readonly q: bigint };

const HALF = frInv(frOf(2));
const SIXTH = frInv(frOf(6));

/** `c_1 … c_4` of the degree-4 polynomial with these values at 0, 1, -1, 2 and this leading coefficient. */
export function interpolateQuartic(v0: bigint, v1: bigint, vm1: bigint, v2: bigint, lead: bigint): Fr[] {
  const c4 = toFr(lead);
  const even = toFr((v1 + vm1) * HALF - v0); // c2 + c4
  const odd = toFr((v1 - vm1) * HALF); // c1 + c3
  const c2 = frSub(even, c4);
  // v2 = c0 + 2 c1 + 4 c2 + 8 c3 + 16 c4, and c1 = odd - c3.
  const c3 = frMul(toFr(v2 - v0 - 2n * odd - 4n * c2 - 16n * c4), SIXTH);
  return [frSub(odd, c3), c2, c3, c4];
}

/**
 * Split-eq sumcheck for `Σ_j eq(point, j)·[p + λ q](children of j)`.
 *
 * With `a = p0 q1 + p1 q0`, `b = q0 q1`, `d = q2 q3` and `p3' = p3 + λ q3`, the summand is
 * `a d + b (p2 q3 + q2 p3')`: λ is folded into the fourth numerator once, before the first round.
 * Constant slots contribute nothing to `c_1 … c_4` while entry variables are bound.
 */
export class FractionLayer implements RoundProver<Fr[]> {
  readonly #point: readonly Fr[];
  readonly #lambda: Fr;
  #bound = 0;
  #slots: SlotNodes[];

  /** `slots`: children of every slot's nodes, slot order; slot bits follow the entry bits in `point`. */
  constructor(slots: readonly SlotNodes[], point: readonly Fr[], lambda: Fr) {
    this.#point = point;
    this.#lambda = lambda;
    this.#slots = slots.map((slot) => (slot.kind === "constant" ? slot : { ...slot, p: slot.p.slice() }));
    for (const slot of this.#slots) {
      if (slot.kind === "constant") continue;
      for (let i = 3; i < slot.p.length; i += 4) {
        slot.p[i] = ((slot.p[i] as bigint) + lambda * (slot.q[i] as bigint)) % FR_ORDER;
      }
    }
  }

  round(): Promise<Fr[]> {
    this.#mergeSlotsIfEntriesAreBound();
    const slotVars = Math.log2(this.#slots.length);
    const entryEnd = this.#point.length - slotVars;
    const slotWeights = eqTable(this.#point.slice(entryEnd));
    const entryWeights = eqTable(this.#point.slice(this.#bound + 1, entryEnd));
    const totals = [0n, 0n, 0n, 0n, 0n];
    this.#slots.forEach((slot, s) => {
      if (slot.kind === "constant") return;
      const values = sumPairs(slot.p, slot.q, entryWeights);
      const weight = slotWeights[s] as Fr;
      values.forEach((value, i) => (totals[i] = (totals[i] as bigint) + (value % FR_ORDER) * weight));
    });
    const [v0, v1, vm1, v2, lead] = totals as [bigint, bigint, bigint, bigint, bigint];
    return Promise.resolve(interpolateQuartic(v0, v1, vm1, v2, lead));
  }

  bind(challenge: Fr): Promise<void> {
    this.#mergeSlotsIfEntriesAreBound();
    this.#slots = this.#slots.map((slot) =>
      slot.kind === "constant"
        ? slot
        : { kind: "nodes", p: bindNodes(slot.p, challenge), q: bindNodes(slot.q, challenge) },
    );
    this.#bound++;
    return Promise.resolve();
  }

  finals(): Promise<Fr[]> {
    this.#mergeSlotsIfEntriesAreBound();
    const [slot] = this.#slots;
    if (this.#slots.length !== 1 || slot?.kind !== "nodes" || slot.p.length !== 4) {
      throw new RangeError("FractionLayer.finals: bind all variables first");
    }
    const q = slot.q.map(toFr);
    const p = slot.p.map(toFr);
    p[3] = frSub(p[3] as Fr, frMul(this.#lambda, q[3] as Fr));
    return Promise.resolve([...p, ...q]);
  }

  /** Once every slot is a single node, the slots become the nodes of one dense vector. */
  #mergeSlotsIfEntriesAreBound(): void {
    if (this.#slots.length === 1 || this.#bound < this.#point.length - Math.log2(this.#slots.length)) return;
    const p: bigint[] = [];
    const q: bigint[] = [];
    for (const slot of this.#slots) {
      if (slot.kind === "nodes") {
        p.push(...slot.p);
        q.push(...slot.q);
      } else {
        p.push(slot.p, slot.p, slot.p, (slot.p + this.#lambda * slot.q) % FR_ORDER);
        q.push(slot.q, slot.q, slot.q, slot.q);
      }
    }
    this.#slots = [{ kind: "nodes", p, q }];
  }
}

/** Binds the lowest node variable, children kept apart. */
function bindNodes(children: Residues, challenge: Fr): Residues {
  const bound = new Array<bigint>(children.length / 2);
  for (let i = 0; i < bound.length; i++) {
    const at = 8 * (i >> 2) + (i & 3);
    const low = children[at] as bigint;
    bound[i] = (low + challenge * ((children[at + 4] as bigint) - low)) % FR_ORDER;
  }
  return bound;
}

/** `Σ_j weights[j]·F(X, j)` at X = 0, 1, -1, 2 and its leading coefficient, over pairs of neighboring nodes. */
function sumPairs(p: Residues, q: Residues, weights: readonly Fr[]): bigint[] {
  const P = FR_ORDER;
  let [s0, s1, sm1, s2, sLead] = [0n, 0n, 0n, 0n, 0n];
  for (let j = 0; j < weights.length; j++) {
    const w = weights[j] as bigint;
    const at = 8 * j;
    const [p0, p1, p2, p3] = [p[at], p[at + 1], p[at + 2], p[at + 3]] as [bigint, bigint, bigint, bigint];
    const [q0, q1, q2, q3] = [q[at], q[at + 1], q[at + 2], q[at + 3]] as [bigint, bigint, bigint, bigint];
    const [P0, P1, P2, P3] = [p[at + 4], p[at + 5], p[at + 6], p[at + 7]] as [bigint, bigint, bigint, bigint];
    const [Q0, Q1, Q2, Q3] = [q[at + 4], q[at + 5], q[at + 6], q[at + 7]] as [bigint, bigint, bigint, bigint];
    // The four quadratics at 0, at 1 and at infinity (the product of the slopes).
    const a0 = (p0 * q1 + p1 * q0) % P;
    const b0 = (q0 * q1) % P;
    const c0 = (p2 * q3 + p3 * q2) % P;
    const d0 = (q2 * q3) % P;
    const a1 = (P0 * Q1 + P1 * Q0) % P;
    const b1 = (Q0 * Q1) % P;
    const c1 = (P2 * Q3 + P3 * Q2) % P;
    const d1 = (Q2 * Q3) % P;
    const [q0s, q1s, q2s, q3s] = [Q0 - q0, Q1 - q1, Q2 - q2, Q3 - q3];
    const ai = ((P0 - p0) * q1s + (P1 - p1) * q0s) % P;
    const bi = (q0s * q1s) % P;
    const ci = ((P2 - p2) * q3s + (P3 - p3) * q2s) % P;
    const di = (q2s * q3s) % P;
    // v(-1) = 2 v(0) + 2 v(∞) - v(1) and v(2) = 2 v(1) - v(0) + 2 v(∞).
    const [am, bm, cm, dm] = [2n * (a0 + ai) - a1, 2n * (b0 + bi) - b1, 2n * (c0 + ci) - c1, 2n * (d0 + di) - d1];
    const [a2, b2, c2, d2] = [2n * (a1 + ai) - a0, 2n * (b1 + bi) - b0, 2n * (c1 + ci) - c0, 2n * (d1 + di) - d0];
    s0 += ((a0 * d0 + b0 * c0) % P) * w;
    s1 += ((a1 * d1 + b1 * c1) % P) * w;
    sm1 += ((am * dm + bm * cm) % P) * w;
    s2 += ((a2 * d2 + b2 * c2) % P) * w;
    sLead += ((ai * di + bi * ci) % P) * w;
  }
  return [s0, s1, sm1, s2, sLead];
}
