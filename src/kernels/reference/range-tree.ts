import { frOf, toFr, type Fr } from "../../algebra/fr.js";
import { FR_ORDER } from "../../protocol/constants.js";
import type { IntVector, RangeInput, RangeTree, RoundProver } from "../backend.js";
import { FractionLayer, type SlotNodes } from "./fraction-layer.js";
import { isAllZero } from "./vector.js";

const P = FR_ORDER;

/** The fraction tree in levels: level 0 are the leaves (made when asked for), level k sums `4^k` of them. */
export class ReferenceRangeTree implements RangeTree {
  readonly #input: RangeInput;
  /** `levels[k]`, `1 <= k < leafVars/2`; dropped once its layer is proven. */
  readonly #levels: (readonly SlotNodes[] | undefined)[] = [undefined];

  constructor(input: RangeInput) {
    this.#input = input;
    const { leafVars } = input.tier;
    let level = leaves(input);
    for (let k = 1; k < leafVars / 2; k++) {
      level = sumLevel(level);
      this.#levels.push(level);
    }
  }

  root(): Promise<Fr[]> {
    const top = dense(this.#levels.at(-1) ?? []);
    return Promise.resolve([...top.p, ...top.q].map(toFr));
  }

  layer(depth: number, point: readonly Fr[], lambda: Fr): Promise<RoundProver<Fr[]>> {
    const childLevel = this.#input.tier.leafVars / 2 - depth - 1;
    const children = childLevel === 0 ? leaves(this.#input) : this.#levels[childLevel];
    if (children === undefined)
      throw new RangeError(`RangeTree.layer: layer ${depth} was asked for before or out of order`);
    this.#levels[childLevel + 1] = undefined;
    return Promise.resolve(new FractionLayer(children, point, lambda));
  }
}

function leaves(input: RangeInput): SlotNodes[] {
  const { tier, alpha } = input;
  const slots: SlotNodes[] = [];
  const lookups = (values: Int32Array): SlotNodes => {
    if (isAllZero(values)) return { kind: "constant", p: 1n, q: alpha };
    return {
      kind: "nodes",
      p: new Array<bigint>(values.length).fill(1n),
      q: Array.from(values, (value) => alpha + BigInt(value)),
    };
  };
  for (let slot = 0; slot < tier.slots; slot++) {
    const tile = input.tiles[slot];
    slots.push(tile === undefined ? { kind: "constant", p: 0n, q: alpha } : lookups(tile));
  }
  slots.push(lookups(input.factorA), lookups(input.factorB), table(input.multiplicities, alpha));
  return slots;
}

/** `-m(x) / (α + x - 2^(ell-1))` */
function table(multiplicities: IntVector, alpha: Fr): SlotNodes {
  const lowest = alpha - frOf(multiplicities.length / 2);
  return {
    kind: "nodes",
    p: Array.from(multiplicities, (m) => -BigInt(m)),
    q: Array.from(multiplicities, (_, x) => lowest + BigInt(x)),
  };
}

/** Sums each four neighboring fractions of a slot; slots of one fraction each become one dense vector. */
function sumLevel(level: readonly SlotNodes[]): SlotNodes[] {
  const summed = level.map(sumSlot);
  const perSlot = summed.find((slot) => slot.kind === "nodes")?.p.length;
  return summed.length > 1 && perSlot === 1 ? [dense(summed)] : summed;
}

/** Slots of one fraction each as the nodes of one dense vector. */
function dense(level: readonly SlotNodes[]): { kind: "nodes"; p: bigint[]; q: bigint[] } {
  const p: bigint[] = [];
  const q: bigint[] = [];
  for (const slot of level) {
    if (slot.kind === "nodes") {
      p.push(...slot.p);
      q.push(...slot.q);
    } else {
      p.push(slot.p);
      q.push(slot.q);
    }
  }
  return { kind: "nodes", p, q };
}

function sumSlot(slot: SlotNodes): SlotNodes {
  if (slot.kind === "constant") {
    const { p, q } = slot;
    const [numerator, denominator] = sumFour([p, p, p, p], [q, q, q, q], 0);
    return { kind: "constant", p: numerator, q: denominator };
  }
  const count = slot.p.length / 4;
  const p = new Array<bigint>(count);
  const q = new Array<bigint>(count);
  for (let j = 0; j < count; j++) [p[j], q[j]] = sumFour(slot.p, slot.q, 4 * j);
  return { kind: "nodes", p, q };
}

function sumFour(p: readonly bigint[], q: readonly bigint[], at: number): [bigint, bigint] {
  const [p0, p1, p2, p3] = [p[at], p[at + 1], p[at + 2], p[at + 3]] as [bigint, bigint, bigint, bigint];
  const [q0, q1, q2, q3] = [q[at], q[at + 1], q[at + 2], q[at + 3]] as [bigint, bigint, bigint, bigint];
  const low = (p0 * q1 + p1 * q0) % P;
  const high = (p2 * q3 + p3 * q2) % P;
  const lowQ = (q0 * q1) % P;
  const highQ = (q2 * q3) % P;
  return [(low * highQ + high * lowQ) % P, (lowQ * highQ) % P];
}
