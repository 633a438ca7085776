import { FR_ZERO, frInv, frMul, frOf, toFr, type Fr } from "../../algebra/fr.js";
import { eqTable } from "../../algebra/eq.js";
import type { MainTile } from "../backend.js";
import { isAllZero } from "../reference/vector.js";
import { canonicalBytes, elementsOf, laneSums } from "./canonical.js";
import { splitMasked } from "./dirty-blocks.js";
import { Gram } from "./gram.js";
import { ELEMENT_BYTES } from "./kernel.js";
import type { Pool } from "./pool.js";
import { sharedBytes, sharedInts } from "../shared-array.js";
import { overGroups, slotGroups } from "./slot-groups.js";
import { BLOCK, mainBind, mainFinish, mainGram, type DirtyBlocks } from "./tasks/main-open.js";
import { mainDirtyRound, mainMaskedRound, mainSquaresRound } from "./tasks/main-rounds.js";

/** Variables within a block. */
export const BLOCK_VARS = 3;

/** A tile with a nonzero entry or a masked one. */
export interface OpenTile {
  readonly index: number;
  /** `W_T` */
  readonly weight: Fr;
  /** `λ^(3+2g)` */
  readonly sumWeight: Fr;
  /** What the count of the mask weighs, over `sumWeight`. */
  readonly countRatio: Fr;
  /** Zero in dirty blocks; not needed once blocks are bound. */
  readonly ints: Int32Array;
  readonly dirty: DirtyBlocks | undefined;
  /** With blocks bound: `R` and, of a masked tile, `b`. */
  residual: Uint8Array | undefined;
  mask: Uint8Array | undefined;
}

/** A tile's place in a round: coefficients of its part with the eq factor (left out), and of its part without. */
export interface TileCoefficients {
  readonly weighted: readonly [Fr, Fr, Fr];
  readonly plain: readonly [Fr, Fr, Fr];
}

/** The tiles that cost something, ready for the first round: constant zero ones are left out. */
export function nonzeroTiles(tiles: readonly MainTile[]): OpenTile[] {
  return tiles.flatMap(({ residual, mask, weight, sumWeight, countWeight }, index): OpenTile[] => {
    const shared = {
      index,
      weight,
      sumWeight,
      countRatio: frMul(countWeight, frInv(sumWeight)),
      residual: undefined,
      mask: undefined,
    };
    if (mask !== undefined && mask.positions.length > 0) return [{ ...shared, ...splitMasked(residual, mask) }];
    return isAllZero(residual) ? [] : [{ ...shared, ints: sharedInts(residual), dirty: undefined }];
  });
}

/** `1, 2^30, 2^60` times every weight: limb after limb. */
export function limbWeights(weights: readonly Fr[]): Uint8Array {
  const limb = frOf(2 ** 30);
  const next = weights.map((weight) => frMul(weight, limb));
  return canonicalBytes([...weights, ...next, ...next.map((weight) => frMul(weight, limb))]);
}

/** The sums over tiles in the main sumcheck, round by round. */
export class MainTiles {
  readonly #pool: Pool;
  readonly #tiles: readonly OpenTile[];
  readonly #point: readonly Fr[];
  readonly #lambda: Fr;
  readonly #challenges: Fr[] = [];
  readonly #gram: Gram;

  private constructor(pool: Pool, tiles: readonly OpenTile[], point: readonly Fr[], lambda: Fr, gram: Gram) {
    this.#pool = pool;
    this.#tiles = tiles;
    this.#point = point;
    this.#lambda = lambda;
    this.#gram = gram;
  }

  static async open(pool: Pool, tiles: readonly OpenTile[], point: readonly Fr[], lambda: Fr): Promise<MainTiles> {
    const gram = new Gram();
    await Promise.all(
      tiles.map(async ({ ints, sumWeight }) => {
        gram.add(await pool.run(mainGram, ints), sumWeight);
      }),
    );
    return new MainTiles(pool, tiles, point, lambda, gram);
  }

  /** Weighted sums over all tiles. */
  async round(): Promise<TileCoefficients> {
    const bound = this.#challenges.length;
    if (bound === BLOCK_VARS) await this.#bindBlocks();
    const [squares, masked] = await Promise.all([
      bound < BLOCK_VARS ? this.#gram.round() : this.#squares(bound),
      this.#masked(bound),
    ]);
    const { weighted, plain } = masked;
    return { weighted, plain: [toFr(plain[0] + squares[0]), toFr(plain[1] + squares[1]), plain[2]] };
  }

  bind(challenge: Fr): void {
    if (this.#challenges.length < BLOCK_VARS) this.#gram.bind(challenge);
    this.#challenges.push(challenge);
  }

  /** Values of the tiles' `R` and `b` at the point, by tile; what is missing is zero. */
  async finals(): Promise<{ readonly residuals: ReadonlyMap<number, Fr>; readonly masks: ReadonlyMap<number, Fr> }> {
    const masked = this.#tiles.filter(({ mask }) => mask !== undefined);
    const vectors = [...this.#tiles.map(({ residual }) => residual), ...masked.map(({ mask }) => mask)];
    const challenge = canonicalBytes(this.#challenges.slice(-1));
    const values = elementsOf(
      await this.#pool.run(mainFinish, { vectors: vectors.map((vector) => vector ?? new Uint8Array()), challenge }),
    );
    const count = this.#tiles.length;
    return {
      residuals: new Map(this.#tiles.map(({ index }, i) => [index, values[i] ?? FR_ZERO])),
      masks: new Map(masked.map(({ index }, i) => [index, values[count + i] ?? FR_ZERO])),
    };
  }

  /** Three variables at once, from integers to field elements: 4 bytes an entry, 8 of a masked tile. */
  async #bindBlocks(): Promise<void> {
    const weights = limbWeights(eqTable(this.#challenges));
    await Promise.all(
      this.#tiles.map(async (tile) => {
        const length = (tile.ints.length / BLOCK) * ELEMENT_BYTES;
        const residual = sharedBytes(length);
        const mask = tile.dirty && sharedBytes(length);
        await this.#pool.run(mainBind, { ints: tile.ints, dirty: tile.dirty, weights, residual, mask });
        tile.residual = residual;
        tile.mask = mask;
      }),
    );
  }

  /** The challenge that a round on stored vectors binds first: none right after the blocks were bound. */
  #pending(bound: number): Uint8Array | undefined {
    return bound === BLOCK_VARS ? undefined : canonicalBytes(this.#challenges.slice(-1));
  }

  async #squares(bound: number): Promise<[Fr, Fr]> {
    const pairs = 2 ** (this.#point.length - bound - 1);
    const tiles = this.#tiles.filter(({ dirty }) => dirty === undefined);
    const challenge = this.#pending(bound);
    const sums = await overGroups(slotGroups(tiles, pairs, this.#pool.jobs), (group) =>
      this.#pool.run(mainSquaresRound, { pairs, challenge, vectors: group.map(({ residual }) => stored(residual)) }),
    );
    let [c1, c2] = [0n, 0n];
    tiles.forEach(({ sumWeight }, i) => {
      const [cross, square] = laneSums(sums[i] as Uint8Array, pairs === 1 ? 1 : 2) as [Fr, Fr];
      c1 += 2n * cross * sumWeight;
      c2 += square * sumWeight;
    });
    return [toFr(c1), toFr(c2)];
  }

  async #masked(bound: number): Promise<TileCoefficients> {
    const tiles = this.#tiles.filter(({ dirty }) => dirty !== undefined);
    const pairs = 2 ** (this.#point.length - bound - 1);
    const point = canonicalBytes(this.#point.slice(Math.max(bound + 1, BLOCK_VARS)));
    const sums = await overGroups(slotGroups(tiles, pairs, this.#pool.jobs), (group) => {
      const lambda = canonicalBytes(group.flatMap(({ countRatio }) => [this.#lambda, countRatio]));
      if (bound >= BLOCK_VARS) {
        const vectors = group.map(({ residual, mask }) => ({ residual: stored(residual), mask: stored(mask) }));
        const challenge = this.#pending(bound);
        return this.#pool.run(mainMaskedRound, { tiles: vectors, pairs, challenge, lambda, point });
      }
      return this.#pool.run(mainDirtyRound, {
        tiles: group.map(({ dirty }) => dirty as DirtyBlocks),
        bound,
        weights: limbWeights(eqTable(this.#challenges)),
        positions: canonicalBytes(eqTable(this.#point.slice(bound + 1, BLOCK_VARS))),
        lambda,
        point,
      });
    });
    const totals = [0n, 0n, 0n, 0n, 0n, 0n];
    tiles.forEach(({ weight, sumWeight }, i) => {
      const values = laneSums(sums[i] as Uint8Array, bound >= BLOCK_VARS && pairs === 1 ? 1 : 2);
      values.forEach((value, k) => (totals[k] = (totals[k] as bigint) + value * (k < 3 ? weight : sumWeight)));
    });
    const [g0, g1, g2, h1, h2, h3] = totals.map(toFr) as [Fr, Fr, Fr, Fr, Fr, Fr];
    return { weighted: [g0, g1, g2], plain: [h1, h2, h3] };
  }
}

function stored(vector: Uint8Array | undefined): Uint8Array {
  if (vector === undefined) throw new RangeError("MainTiles: blocks are not bound yet");
  return vector;
}
