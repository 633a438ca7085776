import { segmentLayout, type RulePlace, type SegmentStatement } from "../../src/segment/statement.js";
import type { Factors } from "../../src/factors/factors.js";
import { buildWitness, type SegmentWitness } from "../../src/segment/witness.js";
import { toFr, type Fr } from "../../src/algebra/fr.js";
import { TIERS, type Tier } from "../../src/protocol/tiers.js";
import type { Backend } from "../../src/kernels/backend.js";
import type { SegmentRandomness } from "../../src/segment/prove.js";
import { integerIn, seededFr, seededRandom } from "./random.js";

/** A proof's randomness with the coefficients of `M` at hand. */
export interface CaseRandomness {
  readonly salt: Fr;
  readonly blindingPolynomial: readonly Fr[];
}

/** The same randomness as a prover with that backend takes it. */
export async function heldBy(
  backend: Backend,
  { salt, blindingPolynomial }: CaseRandomness,
): Promise<SegmentRandomness> {
  return { salt, blindingPolynomial: await backend.fromFr(blindingPolynomial) };
}

/** A statement with an honest witness, as the tests of all three verifiers use it. */
export interface SegmentCase {
  readonly name: string;
  readonly statement: SegmentStatement;
  readonly witness: SegmentWitness;
  readonly randomness: CaseRandomness;
}

export const CASE_CLASSES = ["norm", "low rank", "sparse", "mixed", "several rules", "units", "full"] as const;
export type CaseClass = (typeof CASE_CLASSES)[number];

/** What a place's difference is made of. */
interface PlaceRecipe {
  readonly rows: number;
  readonly cols: number;
  readonly rank: number;
  readonly shift: number;
  /** Nonzeros of the sparse part, over the whole rule. */
  readonly nonzeros: number;
  /** Largest residual magnitude. */
  readonly noise: number;
  /** Unit exponents of the tiles; 0 by default. */
  readonly units?: readonly number[];
}

function recipes(kind: CaseClass, tier: Tier): PlaceRecipe[] {
  const flat = (tiles: number, nonzeros: number, noise: number): PlaceRecipe => ({
    rows: tiles,
    cols: 1,
    rank: 0,
    shift: 0,
    nonzeros,
    noise,
  });
  switch (kind) {
    case "norm":
      return [flat(3, 0, 100)];
    case "low rank":
      return [{ rows: 2, cols: 2, rank: Math.min(2, tier.maxRank), shift: 0, nonzeros: 0, noise: 0 }];
    case "sparse":
      return [flat(3, 9, 0)];
    case "mixed":
      return [{ rows: 2, cols: 3, rank: Math.min(2, tier.maxRank), shift: 3, nonzeros: 5, noise: 4 }];
    case "several rules":
      return [
        { rows: 2, cols: 1, rank: 1, shift: 2, nonzeros: 0, noise: 3 },
        { rows: 1, cols: 3, rank: Math.min(2, tier.maxRank), shift: 0, nonzeros: 4, noise: 0 },
        flat(3, 0, 50),
        flat(2, 6, 2),
      ];
    case "units":
      return [
        { rows: 2, cols: 1, rank: 1, shift: 2, nonzeros: 0, noise: 3 },
        { ...flat(4, 0, 40), units: [0, 31, 10, 1] },
        { ...flat(3, 7, 9), units: [17, 0, 6] },
      ];
    case "full":
      return [
        { rows: 2, cols: 2, rank: Math.min(2, tier.maxRank), shift: 1, nonzeros: 3, noise: 1 },
        { rows: 2, cols: 2, rank: 1, shift: 0, nonzeros: 0, noise: 2 },
        { ...flat(4, 11, 5), units: [2, 0, 31, 21] },
        flat(tier.slots - 12, 0, 90),
      ];
  }
}

/** Differences `2^-shift (A·B + E) + S` built from seeded parts, so that an honest witness exists. */
export function segmentCase(kind: CaseClass, tier: Tier = TIERS.nano, seed = 1): SegmentCase {
  const random = seededRandom(seed);
  const randomFr = seededFr(seed + 1000);
  const places: RulePlace[] = [];
  const deltas: Float64Array[] = [];
  const factors: (Factors | undefined)[] = [];
  for (const recipe of recipes(kind, tier)) {
    const made = makePlace(tier, recipe, random);
    places.push(made.place);
    deltas.push(...made.deltas);
    factors.push(made.factors);
  }
  const layout = segmentLayout(tier, places);
  const witness = buildWitness(tier, places, layout, { deltas, factors });
  return {
    name: `${kind} at ${tier.name}, seed ${seed}`,
    statement: { tier, d1: randomFr(), places },
    witness,
    randomness: freshRandomness(tier, randomFr),
  };
}

export function freshRandomness(tier: Tier, randomFr: () => Fr): CaseRandomness {
  return { salt: randomFr(), blindingPolynomial: Array.from({ length: tier.tileSize }, randomFr) };
}

function makePlace(
  tier: Tier,
  recipe: PlaceRecipe,
  random: () => number,
): { place: RulePlace; deltas: Float64Array[]; factors: Factors | undefined } {
  const { n } = tier;
  const { rows, cols, rank, shift, nonzeros, noise } = recipe;
  const tileCount = rows * cols;
  const units = recipe.units ?? new Array<number>(tileCount).fill(0);
  const scale = 2 ** shift;
  // Factors are multiples of the scale on one side, so that the difference is an integer.
  const a = Array.from({ length: rank > 0 ? rows : 0 }, () =>
    Int32Array.from({ length: n * rank }, () => integerIn(random, -7, 7) * scale),
  );
  const b = Array.from({ length: rank > 0 ? cols : 0 }, () =>
    Int32Array.from({ length: rank * n }, () => integerIn(random, -9, 9)),
  );
  const bound = Math.floor(noise / scale);
  const deltas = Array.from({ length: tileCount }, (_, tile) =>
    Float64Array.from({ length: n * n }, (_unused, x) => {
      let value = bound === 0 ? 0 : integerIn(random, -bound, bound);
      const [left, right] = [a[Math.floor(tile / cols)], b[tile % cols]];
      for (let k = 0; k < rank; k++) {
        value += ((left?.[Math.floor(x / n) * rank + k] ?? 0) * (right?.[k * n + (x % n)] ?? 0)) / scale;
      }
      return value;
    }),
  );
  for (let i = 0; i < nonzeros; i++) {
    const delta = deltas[integerIn(random, 0, tileCount - 1)];
    // Far outside the entry range: only a mask can carry it.
    if (delta !== undefined)
      delta[integerIn(random, 0, n * n - 1)] = integerIn(random, 1, 2 ** 30) * (random() < 0.5 ? -1 : 1);
  }
  const place: RulePlace = {
    tileCount,
    rowPanels: rank > 0 ? rows : 0,
    colPanels: rank > 0 ? cols : 0,
    rank,
    shift,
    maxNonzeros: BigInt(nonzeros),
    maxResidualSq: units.reduce((sum, unit) => sum + (BigInt(noise * noise * n * n) << BigInt(2 * unit)), 0n),
    units,
  };
  return { place, deltas, factors: rank > 0 ? { a, b } : undefined };
}

/** Deterministic digest stand-in for tests that do not build commitments. */
export const TEST_D1 = toFr(123456789n);
