import { FR_ONE, FR_ZERO, frAdd, frMul, toFr, type Fr } from "../../algebra/fr.js";
import { eqTable } from "../../algebra/eq.js";
import { innerProduct } from "../../algebra/univariate.js";
import type { IntVector, RangeInput, RangeTree, RoundProver } from "../backend.js";
import { FractionLayer } from "../reference/fraction-layer.js";
import { isAllZero } from "../reference/vector.js";
import { canonicalBytes, elementsOf } from "./canonical.js";
import { ELEMENT_BYTES } from "./kernel.js";
import { limbsOf } from "./limbs.js";
import { LookupSlots } from "./lookup-slots.js";
import { NodeSlots } from "./node-slots.js";
import type { Pool } from "./pool.js";
import { RangeLayer, type ConstantSlot, type SlotFamily } from "./range-layer.js";
import { sharedBytes, sharedInts } from "../shared-array.js";
import { rangeBuild, rangeTable, type Fractions, type Lookups, type Table } from "./tasks/range-build.js";

/** A slot of the tree that is not constant. */
interface BuiltSlot {
  readonly index: number;
  readonly leaves: Lookups | Table;
  /** Levels 1, 2, … of stored fractions; dropped once their layer is proven. */
  readonly levels: (Fractions | undefined)[];
  /** Memory of level 1, as much as the leaf layer will need. */
  spare: Uint8Array | undefined;
}

/**
 * Builds the range argument's tree, a task a slot. The leaves stay integers: level 1 takes 16 bytes a leaf of a slot
 * that is not constant and all levels together 21.4, beside the 4 bytes of the integers; the leaf layer takes 8.
 */
export async function createRangeTree(pool: Pool, input: RangeInput): Promise<RangeTree> {
  const { tier, alpha } = input;
  const half = tier.ell / 2;
  const constants = new Map<number, ConstantSlot>();
  const slots: BuiltSlot[] = [];
  for (let index = 0; index < 2 ** tier.mu; index++) {
    const leaves = leavesOf(input, index);
    if (leaves === undefined)
      constants.set(index, { p: index < input.tiles.length || index >= tier.slots ? FR_ONE : FR_ZERO, q: alpha });
    else slots.push({ index, leaves, levels: storedLevels(tier.tileSize, half), spare: undefined });
  }
  const alphaBytes = canonicalBytes([alpha]);
  const roots = await Promise.all(
    slots.map(({ leaves, levels }) =>
      pool.run(rangeBuild, { leaves, alpha: alphaBytes, levels: levels as readonly Fractions[] }),
    ),
  );
  const top: ConstantSlot[] = [];
  for (const [index, constant] of constants) top[index] = constantAt(constant, half);
  slots.forEach(({ index }, s) => {
    const [p, q] = elementsOf(roots[s] as Uint8Array) as [Fr, Fr];
    top[index] = { p, q };
  });
  return new WasmRangeTree(pool, input, slots, constants, denseLevels(top));
}

class WasmRangeTree implements RangeTree {
  readonly #pool: Pool;
  readonly #input: RangeInput;
  readonly #slots: readonly BuiltSlot[];
  /** At the leaves. */
  readonly #constants: ReadonlyMap<number, ConstantSlot>;
  /** From the level with one fraction a slot up to the root's four children. */
  readonly #dense: readonly (readonly ConstantSlot[])[];
  /** Of the layer proven last: its challenges and its eight child values. */
  #proven: { readonly challenges: readonly Fr[]; readonly children: readonly Fr[] } | undefined;

  constructor(
    pool: Pool,
    input: RangeInput,
    slots: readonly BuiltSlot[],
    constants: ReadonlyMap<number, ConstantSlot>,
    dense: readonly (readonly ConstantSlot[])[],
  ) {
    this.#pool = pool;
    this.#input = input;
    this.#slots = slots;
    this.#constants = constants;
    this.#dense = dense;
    const top = dense.at(-1) ?? [];
    this.#proven = { challenges: [], children: [...top.map(({ p }) => p), ...top.map(({ q }) => q)] };
  }

  root(): Promise<Fr[]> {
    const top = this.#dense.at(-1) ?? [];
    return Promise.resolve([...top.map(({ p }) => p), ...top.map(({ q }) => q)]);
  }

  async layer(depth: number, point: readonly Fr[], lambda: Fr): Promise<RoundProver<Fr[]>> {
    const { tier } = this.#input;
    const childLevel = tier.leafVars / 2 - depth - 1;
    const claim = this.#claimAt(point, lambda);
    this.#proven = undefined;
    const half = tier.ell / 2;
    // What belongs to layers above is not needed any more.
    for (const { levels } of this.#slots) levels.fill(undefined, Math.max(childLevel, 0));
    if (childLevel >= half) {
      const children = this.#dense[childLevel - half];
      if (children === undefined) throw new RangeError(`RangeTree.layer: there is no layer ${depth}`);
      const dense = { kind: "nodes", p: children.map(({ p }) => p), q: children.map(({ q }) => q) } as const;
      return this.#recorded(new FractionLayer([dense], point, lambda));
    }
    const constants = new Map<number, ConstantSlot>();
    for (const [index, constant] of this.#constants) constants.set(index, constantAt(constant, childLevel));
    const families = childLevel === 0 ? await this.#leafFamilies(lambda) : [this.#family(childLevel, depth, lambda)];
    return this.#recorded(new RangeLayer({ point, slotVars: tier.mu, lambda, claim }, families, constants));
  }

  #family(childLevel: number, depth: number, lambda: Fr): SlotFamily {
    const children = this.#slots.map((slot) => {
      const { levels, leaves } = slot;
      const level = levels[childLevel - 1];
      if (level === undefined) throw new RangeError(`RangeTree.layer: layer ${depth} was asked for before`);
      levels[childLevel - 1] = undefined;
      if (childLevel === 1 && leaves.kind === "lookups") slot.spare = level.p;
      return level;
    });
    return {
      indices: this.#slots.map(({ index }) => index),
      slots: new NodeSlots(this.#pool, children, lambda),
    };
  }

  async #leafFamilies(lambda: Fr): Promise<SlotFamily[]> {
    const { alpha, tier } = this.#input;
    const lookups: { index: number; ints: Int32Array; spare: Uint8Array | undefined }[] = [];
    const tables: { index: number; fractions: Fractions }[] = [];
    for (const slot of this.#slots) {
      const { index, leaves, spare } = slot;
      if (leaves.kind === "lookups") {
        lookups.push({ index, ints: leaves.ints, spare });
        slot.spare = undefined;
        continue;
      }
      const fractions = storedFractions(tier.tileSize);
      await this.#pool.run(rangeTable, { table: leaves, alpha: canonicalBytes([alpha]), ...fractions });
      tables.push({ index, fractions });
    }
    const stored = tables.map(({ fractions }) => fractions);
    return [
      { indices: lookups.map(({ index }) => index), slots: new LookupSlots(this.#pool, lookups, alpha, lambda) },
      { indices: tables.map(({ index }) => index), slots: new NodeSlots(this.#pool, stored, lambda) },
    ];
  }

  /** The claim of a layer that follows the one proven last, or undefined if the point is another. */
  #claimAt(point: readonly Fr[], lambda: Fr): Fr | undefined {
    const proven = this.#proven;
    if (proven?.challenges.length !== point.length - 2) return undefined;
    if (proven.challenges.some((challenge, i) => challenge !== point[i + 2])) return undefined;
    const weights = eqTable(point.slice(0, 2));
    const p = innerProduct(weights, proven.children.slice(0, 4));
    return frAdd(p, frMul(lambda, innerProduct(weights, proven.children.slice(4))));
  }

  /** The prover, its challenges and finals noted: they make the next layer's claim. */
  #recorded(prover: RoundProver<Fr[]>): RoundProver<Fr[]> {
    const challenges: Fr[] = [];
    return {
      round: () => prover.round(),
      bind: async (challenge) => {
        challenges.push(challenge);
        await prover.bind(challenge);
      },
      finals: async () => {
        const children = await prover.finals();
        this.#proven = { challenges, children };
        return children;
      },
    };
  }
}

/** A slot's leaves, or undefined if they are all the same fraction. */
function leavesOf(
  { tier, tiles, factorA, factorB, multiplicities }: RangeInput,
  slot: number,
): Lookups | Table | undefined {
  if (slot === 2 ** tier.mu - 1) return tableOf(multiplicities);
  const values = slot < tier.slots ? tiles[slot] : slot === tier.slots ? factorA : factorB;
  if (values === undefined || isAllZero(values)) return undefined;
  return { kind: "lookups", ints: sharedInts(values) };
}

function tableOf(multiplicities: IntVector): Table {
  const [low, high] = limbsOf(multiplicities);
  return { kind: "table", low, high };
}

function storedLevels(tileSize: number, half: number): Fractions[] {
  return Array.from({ length: half - 1 }, (_, k) => storedFractions(tileSize / 4 ** (k + 1)));
}

function storedFractions(count: number): Fractions {
  return { p: sharedBytes(ELEMENT_BYTES * count), q: sharedBytes(ELEMENT_BYTES * count) };
}

/** The sum of `4^level` equal fractions. */
function constantAt(leaf: ConstantSlot, level: number): ConstantSlot {
  let constant = leaf;
  for (let k = 0; k < level; k++) constant = sumFour([constant, constant, constant, constant]);
  return constant;
}

function denseLevels(top: readonly ConstantSlot[]): (readonly ConstantSlot[])[] {
  const levels = [top];
  for (let level = top; level.length > 4; levels.push(level)) {
    const below = level;
    level = Array.from({ length: below.length / 4 }, (_, j) => sumFour(below.slice(4 * j, 4 * j + 4)));
  }
  return levels;
}

function sumFour(children: readonly ConstantSlot[]): ConstantSlot {
  const [f0, f1, f2, f3] = children as [ConstantSlot, ConstantSlot, ConstantSlot, ConstantSlot];
  return sumTwo(sumTwo(f0, f1), sumTwo(f2, f3));
}

function sumTwo(x: ConstantSlot, y: ConstantSlot): ConstantSlot {
  return { p: toFr(x.p * y.q + y.p * x.q), q: frMul(x.q, y.q) };
}
