import { FR_ONE, FR_ZERO, frAdd, frMul, frOf, frSub, toFr, type Fr } from "../../algebra/fr.js";
import type { MainFinals, MainInput, RoundProver } from "../backend.js";
import { isAllZero } from "../reference/vector.js";
import { canonicalBytes, laneSums } from "./canonical.js";
import { dirtyWithin } from "./dirty-blocks.js";
import { ELEMENT_BYTES } from "./kernel.js";
import { limbsOf } from "./limbs.js";
import { BLOCK_VARS, limbWeights, MainTiles, nonzeroTiles, type OpenTile } from "./main-tiles.js";
import type { Pool } from "./pool.js";
import { sharedBytes, sharedInts } from "../shared-array.js";
import { BLOCK, mainEvaluate, mainLinear } from "./tasks/main-open.js";
import { mainLinearRound } from "./tasks/main-rounds.js";

/** Entries a task of the linear vector: with all tiles of a segment 16 MB. */
const CHUNK = 2 ** 14;

const LIMB = frOf(2 ** 30);

/** Vectors of integers that are values of their own at the end. */
interface Finals {
  readonly factorA: Int32Array;
  readonly factorB: Int32Array;
  readonly multiplicity: readonly [low: Int32Array, high: Int32Array];
}

/**
 * The main sumcheck of PROTOCOL 7.4. The part with eq is linear in the tiles but for masks: one vector holds
 * `Σ_T W_T R_T + W_A P_A + W_B P_B + λ² W_* m`. Squares and masks are summed tile by tile (main-tiles.ts). Three rounds
 * work on integers; then a tile takes 4 bytes an entry (8 if masked), and the linear vector 32 bytes an entry of one tile.
 */
export async function createMainSumcheck(pool: Pool, input: MainInput): Promise<RoundProver<MainFinals>> {
  const { tier, leafPoint, lambda } = input;
  if (tier.ell <= BLOCK_VARS) throw new RangeError(`mainSumcheck: tiles of ${tier.tileSize} entries are too small`);
  const tiles = nonzeroTiles(input.tiles);
  const finals: Finals = {
    factorA: sharedInts(input.factorA),
    factorB: sharedInts(input.factorB),
    multiplicity: limbsOf(input.multiplicities),
  };
  const [linear, sums] = await Promise.all([
    linearVector(pool, input, tiles, finals),
    MainTiles.open(pool, tiles, leafPoint, lambda),
  ]);
  return new MainSumcheck(pool, input, linear, sums, finals);
}

class MainSumcheck implements RoundProver<MainFinals> {
  readonly #pool: Pool;
  readonly #point: readonly Fr[];
  readonly #tileCount: number;
  readonly #linear: Uint8Array;
  readonly #tiles: MainTiles;
  readonly #vectors: Finals;
  readonly #challenges: Fr[] = [];
  /** `eq` of the bound variables. */
  #scale: Fr = FR_ONE;

  constructor(pool: Pool, input: MainInput, linear: Uint8Array, tiles: MainTiles, vectors: Finals) {
    this.#pool = pool;
    this.#point = input.leafPoint;
    this.#tileCount = input.tiles.length;
    this.#linear = linear;
    this.#tiles = tiles;
    this.#vectors = vectors;
  }

  async round(): Promise<Fr[]> {
    const [[v0, slope], { weighted, plain }] = await Promise.all([this.#linearRound(), this.#tiles.round()]);
    const [g0, g1, g2] = [frAdd(weighted[0], v0), frAdd(weighted[1], slope), weighted[2]];
    // The eq factor of the round's variable: e0 + e1 X.
    const r = this.#point[this.#challenges.length] as Fr;
    const e0 = frMul(this.#scale, frSub(FR_ONE, r));
    const e1 = frSub(frMul(this.#scale, r), e0);
    return [toFr(e0 * g1 + e1 * g0 + plain[0]), toFr(e0 * g2 + e1 * g1 + plain[1]), toFr(e1 * g2 + plain[2])];
  }

  bind(challenge: Fr): Promise<void> {
    const r = this.#point[this.#challenges.length] as Fr;
    const both = frMul(r, challenge);
    this.#scale = toFr(this.#scale * (1n - r - challenge + 2n * both));
    this.#challenges.push(challenge);
    this.#tiles.bind(challenge);
    return Promise.resolve();
  }

  async finals(): Promise<MainFinals> {
    const { factorA, factorB, multiplicity } = this.#vectors;
    const vectors = [factorA, factorB, ...multiplicity].filter((vector) => !isAllZero(vector));
    const [tiles, sums] = await Promise.all([
      this.#tiles.finals(),
      this.#pool.run(mainEvaluate, { vectors, point: canonicalBytes(this.#challenges) }),
    ]);
    const values = laneSums(sums, 2);
    const valueOf = (vector: Int32Array): Fr => values[vectors.indexOf(vector)] ?? FR_ZERO;
    const [low, high] = multiplicity;
    const perTile = (values: ReadonlyMap<number, Fr>): Fr[] =>
      Array.from({ length: this.#tileCount }, (_, index) => values.get(index) ?? FR_ZERO);
    return {
      residuals: perTile(tiles.residuals),
      masks: perTile(tiles.masks),
      factorA: valueOf(factorA),
      factorB: valueOf(factorB),
      multiplicity: frAdd(valueOf(low), frMul(LIMB, valueOf(high))),
    };
  }

  async #linearRound(): Promise<[Fr, Fr]> {
    const bound = this.#challenges.length;
    const pairs = 2 ** (this.#point.length - bound - 1);
    const sums = await this.#pool.run(mainLinearRound, {
      vector: this.#linear,
      pairs,
      challenge: bound === 0 ? undefined : canonicalBytes(this.#challenges.slice(-1)),
      point: canonicalBytes(this.#point.slice(bound + 1)),
    });
    return laneSums(sums, pairs === 1 ? 1 : 2) as [Fr, Fr];
  }
}

/** `Σ_T W_T R_T + W_A P_A + W_B P_B + λ² W_* m`, a task a chunk of entries. */
async function linearVector(
  pool: Pool,
  input: MainInput,
  tiles: readonly OpenTile[],
  { factorA, factorB, multiplicity }: Finals,
): Promise<Uint8Array> {
  const { tileSize } = input.tier;
  const linear = sharedBytes(ELEMENT_BYTES * tileSize);
  const terms: [Int32Array, Fr][] = [
    ...tiles.map(({ ints, weight }): [Int32Array, Fr] => [ints, weight]),
    [factorA, input.weightA],
    [factorB, input.weightB],
    [multiplicity[0], input.weightMultiplicity],
    [multiplicity[1], frMul(input.weightMultiplicity, LIMB)],
  ];
  const nonzero = terms.filter(([vector]) => !isAllZero(vector));
  const weights = canonicalBytes(nonzero.map(([, weight]) => weight));
  const masked = tiles.flatMap(({ dirty, weight }) => (dirty ? [{ dirty, weights: limbWeights([weight]) }] : []));
  const chunks = Array.from({ length: Math.ceil(tileSize / CHUNK) }, (_, c) => c * CHUNK);
  await Promise.all(
    chunks.map((from) => {
      const to = Math.min(from + CHUNK, tileSize);
      return pool.run(mainLinear, {
        out: linear.subarray(ELEMENT_BYTES * from, ELEMENT_BYTES * to),
        vectors: nonzero.map(([vector]) => vector.subarray(from, to)),
        weights,
        firstBlock: from / BLOCK,
        masked: masked
          .map((tile) => ({ ...dirtyWithin(tile.dirty, from / BLOCK, to / BLOCK), weights: tile.weights }))
          .filter(({ blocks }) => blocks.length > 0),
      });
    }),
  );
  return linear;
}
