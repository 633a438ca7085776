import { FR_ZERO, frMul, frSub, type Fr } from "../../algebra/fr.js";
import { canonicalBytes, elementsOf, laneSums } from "./canonical.js";
import { roundValues, type RoundValues } from "./first-round.js";
import type { Pool } from "./pool.js";
import { overGroups, slotGroups } from "./slot-groups.js";
import type { Fractions } from "./tasks/range-build.js";
import { rangeFinish, rangeNodesRound } from "./tasks/range-nodes.js";

/** What a round over entry variables needs besides the slots themselves. */
export interface RoundRequest {
  /** Node pairs a slot. */
  readonly pairs: number;
  /** The coordinates of the entry variables after the round's, canonical bytes. */
  readonly point: Uint8Array;
  /** Whether the value at 1 is wanted too. */
  readonly withOne: boolean;
}

/** The children of a slot's one node, once its entry variables are bound. */
export interface EntryNodes {
  readonly p: readonly Fr[];
  readonly q: readonly Fr[];
}

/** Slots of one kind while entry variables are bound; results are slot by slot. */
export interface EntrySlots {
  /** The round's values of every slot, without its slot weight. */
  round(request: RoundRequest): Promise<RoundValues[]>;
  /** Binds the next entry variable; the work is done with the next round, or when finishing. */
  bind(challenge: Fr): void;
  finish(): Promise<EntryNodes[]>;
}

/** Slots whose children are fractions in shared memory. They are overwritten. */
export class NodeSlots implements EntrySlots {
  readonly #pool: Pool;
  readonly #slots: readonly Fractions[];
  readonly #lambda: Fr;
  #pending: Fr | undefined;
  #isLambdaFolded = false;

  constructor(pool: Pool, slots: readonly Fractions[], lambda: Fr) {
    this.#pool = pool;
    this.#slots = slots;
    this.#lambda = lambda;
  }

  async round(request: RoundRequest): Promise<RoundValues[]> {
    const challenge = this.#pending === undefined ? undefined : canonicalBytes([this.#pending]);
    const lambda = this.#isLambdaFolded ? undefined : canonicalBytes([this.#lambda]);
    this.#pending = undefined;
    this.#isLambdaFolded = true;
    const sums = await overGroups(slotGroups(this.#slots, request.pairs, this.#pool.jobs), (slots) =>
      this.#pool.run(rangeNodesRound, { ...request, slots, challenge, lambda }),
    );
    return sums.map((bytes) => roundValues(laneSums(bytes, request.pairs === 1 ? 1 : 2)));
  }

  bind(challenge: Fr): void {
    if (this.#pending !== undefined) throw new RangeError("NodeSlots.bind: ask for the round polynomial first");
    this.#pending = challenge;
  }

  async finish(): Promise<EntryNodes[]> {
    const challenge = this.#pending === undefined ? undefined : canonicalBytes([this.#pending]);
    const nodes = await overGroups(slotGroups(this.#slots, 1, this.#pool.jobs), (group) =>
      this.#pool.run(rangeFinish, { slots: group.map(({ p, q }) => [p, q]), challenge }),
    );
    return nodes.map((bytes) => {
      const [p0, p1, p2, p3, ...q] = elementsOf(bytes) as [Fr, Fr, Fr, Fr, ...Fr[]];
      const folded = this.#isLambdaFolded ? frMul(this.#lambda, q[3] as Fr) : FR_ZERO;
      return { p: [p0, p1, p2, frSub(p3, folded)], q };
    });
  }
}
