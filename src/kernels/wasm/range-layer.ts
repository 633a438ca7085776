import { FR_ZERO, frAdd, frInv, frMul, frSub, toFr, type Fr } from "../../algebra/fr.js";
import { eqTable } from "../../algebra/eq.js";
import { evaluate } from "../../algebra/univariate.js";
import type { RoundProver } from "../backend.js";
import { FractionLayer, interpolateQuartic } from "../reference/fraction-layer.js";
import { canonicalBytes } from "./canonical.js";
import type { RoundValues } from "./first-round.js";
import type { EntryNodes, EntrySlots } from "./node-slots.js";

/** A slot whose leaves are all the same fraction, so that its nodes are equal too. */
export interface ConstantSlot {
  readonly p: Fr;
  readonly q: Fr;
}

/** Slots of one kind, and which they are. */
export interface SlotFamily {
  readonly indices: readonly number[];
  readonly slots: EntrySlots;
}

export interface LayerShape {
  readonly point: readonly Fr[];
  /** How many of the point's coordinates, the last ones, choose the slot. */
  readonly slotVars: number;
  readonly lambda: Fr;
  /** `p + λ q` of the layer's nodes at the point, if known: it saves an evaluation. */
  readonly claim: Fr | undefined;
}

/**
 * A layer's sumcheck over entries, then over slots (PROTOCOL 7.2). Entry rounds are sums over independent slots, done
 * by kernels; when one node a slot is left, bigints finish. Constant slots enter the claim alone.
 */
export class RangeLayer implements RoundProver<Fr[]> {
  readonly #shape: LayerShape;
  readonly #families: readonly SlotFamily[];
  readonly #constants: ReadonlyMap<number, ConstantSlot>;
  readonly #slotWeights: readonly Fr[];
  readonly #entryVars: number;
  #bound = 0;
  /** The claim without constant slots. */
  #claim: Fr | undefined;
  /** The current round polynomial without constant slots, constant coefficient first. */
  #polynomial: readonly Fr[] = [];
  #dense: FractionLayer | undefined;

  constructor(shape: LayerShape, families: readonly SlotFamily[], constants: ReadonlyMap<number, ConstantSlot>) {
    this.#shape = shape;
    this.#families = families;
    this.#constants = constants;
    this.#entryVars = shape.point.length - shape.slotVars;
    this.#slotWeights = eqTable(shape.point.slice(this.#entryVars));
    this.#claim = shape.claim && frSub(shape.claim, this.#constantClaim());
  }

  async round(): Promise<Fr[]> {
    const dense = await this.#denseIfEntriesAreBound();
    if (dense !== undefined) return dense.round();
    const { v0, vm1, v2, lead, v1 } = await this.#entryValues();
    const coefficients = interpolateQuartic(v0, v1, vm1, v2, lead);
    this.#polynomial = [v0, ...coefficients];
    return coefficients;
  }

  async bind(challenge: Fr): Promise<void> {
    const dense = await this.#denseIfEntriesAreBound();
    if (dense !== undefined) return dense.bind(challenge);
    for (const { slots } of this.#families) slots.bind(challenge);
    this.#bound++;
    this.#claim = evaluate(this.#polynomial, challenge);
  }

  async finals(): Promise<Fr[]> {
    const dense = await this.#denseIfEntriesAreBound();
    if (dense === undefined) throw new RangeError("RangeLayer.finals: bind all variables first");
    return dense.finals();
  }

  async #entryValues(): Promise<RoundValues & { readonly v1: Fr }> {
    const { point } = this.#shape;
    const r = point[this.#bound] as Fr;
    const left = this.#entryVars - this.#bound - 1;
    // The claim is (1 - r) v(0) + r v(1).
    const withOne = this.#claim === undefined || r === FR_ZERO;
    const request = {
      pairs: 2 ** left,
      point: canonicalBytes(point.slice(this.#bound + 1, this.#entryVars)),
      withOne,
    };
    const families = await Promise.all(this.#families.map(({ slots }) => slots.round(request)));
    let [v0, v1, vm1, v2, lead] = [0n, 0n, 0n, 0n, 0n];
    families.forEach((values, f) => {
      values.forEach((value, i) => {
        const weight = this.#slotWeights[this.#families[f]?.indices[i] as number] as Fr;
        v0 += value.v0 * weight;
        v1 += (value.v1 ?? 0n) * weight;
        vm1 += value.vm1 * weight;
        v2 += value.v2 * weight;
        lead += value.lead * weight;
      });
    });
    const atZero = toFr(v0);
    const one =
      this.#claim === undefined || r === FR_ZERO
        ? toFr(v1)
        : frMul(frSub(this.#claim, frMul(frSub(1n as Fr, r), atZero)), frInv(r));
    return { v0: atZero, v1: one, vm1: toFr(vm1), v2: toFr(v2), lead: toFr(lead) };
  }

  /** What constant slots contribute to the claim: entry weights sum to one. */
  #constantClaim(): Fr {
    let total: Fr = FR_ZERO;
    for (const [slot, { p, q }] of this.#constants) {
      const cross = frAdd(frMul(p, q), frMul(p, q));
      const square = frMul(q, q);
      // a d + b c with a = 2 p q, b = d = q² and c = 2 p q + λ q².
      const value = frMul(square, frAdd(frAdd(cross, cross), frMul(this.#shape.lambda, square)));
      total = frAdd(total, frMul(this.#slotWeights[slot] as Fr, value));
    }
    return total;
  }

  async #denseIfEntriesAreBound(): Promise<FractionLayer | undefined> {
    if (this.#bound < this.#entryVars) return undefined;
    this.#dense ??= await this.#merge();
    return this.#dense;
  }

  /** The slots' last nodes as the nodes of one dense vector. */
  async #merge(): Promise<FractionLayer> {
    const nodes: EntryNodes[] = [];
    for (const [slot, { p, q }] of this.#constants) nodes[slot] = { p: [p, p, p, p], q: [q, q, q, q] };
    for (const { indices, slots } of this.#families) {
      const finished = await slots.finish();
      indices.forEach((slot, i) => (nodes[slot] = finished[i] as EntryNodes));
    }
    const dense = { kind: "nodes", p: nodes.flatMap(({ p }) => [...p]), q: nodes.flatMap(({ q }) => [...q]) } as const;
    return new FractionLayer([dense], this.#shape.point.slice(this.#entryVars), this.#shape.lambda);
  }
}
