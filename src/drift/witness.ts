import { PolicyViolation } from "../errors/errors.js";
import type { SparseMask } from "../kernels/backend.js";
import type { Tier } from "../protocol/tiers.js";
import type { RulePlace, SegmentLayout } from "./statement.js";

/** Integer factors of a rank rule: `A` per row panel (`n × rank`, row-major), `B` per column panel (`rank × n`). */
export interface Factors {
  readonly a: readonly Int32Array[];
  readonly b: readonly Int32Array[];
}

/** What the prover knows of one changed tile. */
export interface TileWitness {
  /** `Δ = W1 - W0`, exact integers. */
  readonly delta: Float64Array;
  /** `E`: the residual, zero where masked. */
  readonly residual: Int32Array;
  /** Present iff the tile's rule has `maxNonzeros > 0`. */
  readonly mask: SparseMask | undefined;
}

/** What the prover knows of a segment, in slot order. */
export interface SegmentWitness {
  readonly tiles: readonly TileWitness[];
  /** `P_A` and `P_B`: `2^ell` integers, row = factor slot, column = position in the panel. */
  readonly factorA: Int32Array;
  readonly factorB: Int32Array;
  /** LogUp multiplicities: entry `x` counts the value `x - 2^(ell-1)`. */
  readonly multiplicities: Float64Array;
}

export interface WitnessInput {
  /** `Δ_T` of every used slot. */
  readonly deltas: readonly Float64Array[];
  /** Factors by place; needed for places of rank above 0. */
  readonly factors?: readonly (Factors | undefined)[];
  /** Names the weight at an entry of a slot in errors, with its fraction bits. */
  readonly describeEntry?: (slot: number, x: number) => { readonly name: string; readonly fractionBits: number };
  /** Names a place's rule in errors. */
  readonly describeRule?: (place: number) => string;
}

/** Puts factors into the rows of `P_A` and `P_B` (PROTOCOL 5). */
export function packFactors(
  tier: Tier,
  places: readonly RulePlace[],
  layout: SegmentLayout,
  factors: readonly (Factors | undefined)[],
): { factorA: Int32Array; factorB: Int32Array } {
  const { n, maxRank } = tier;
  const factorA = new Int32Array(tier.tileSize);
  const factorB = new Int32Array(tier.tileSize);
  places.forEach((place, g) => {
    const { a = [], b = [] } = factors[g] ?? {};
    if (place.rank > 0 && (a.length !== place.rowPanels || b.length !== place.colPanels)) {
      throw new RangeError(
        `packFactors: place ${g} needs ${place.rowPanels} and ${place.colPanels} panels, got ${a.length} and ${b.length}`,
      );
    }
    for (let k = 0; k < place.rank; k++) {
      a.forEach((panel, i) => {
        const row = ((layout.rowOrigins[g] ?? 0) + i) * maxRank + k;
        for (let u = 0; u < n; u++) factorA[row * n + u] = panel[u * place.rank + k] ?? 0;
      });
      b.forEach((panel, j) => {
        const row = ((layout.colOrigins[g] ?? 0) + j) * maxRank + k;
        for (let v = 0; v < n; v++) factorB[row * n + v] = panel[k * n + v] ?? 0;
      });
    }
  });
  return { factorA, factorB };
}

/** `(A_i·B_j)(u, v)` of every slot of a rank place, `n × n` row-major. */
function factorProduct(n: number, rank: number, a: Int32Array, b: Int32Array): Float64Array {
  const product = new Float64Array(n * n);
  for (let u = 0; u < n; u++) {
    for (let k = 0; k < rank; k++) {
      const left = a[u * rank + k] ?? 0;
      if (left === 0) continue;
      for (let v = 0; v < n; v++) product[u * n + v] = (product[u * n + v] ?? 0) + left * (b[k * n + v] ?? 0);
    }
  }
  return product;
}

/** `R = 2^shift·Δ - A·B` as exact bigints only where a double cannot hold it. */
function residualAt(delta: number, scale: number, product: number): number | bigint {
  const difference = delta * scale - product;
  return Number.isSafeInteger(difference) ? difference : BigInt(delta * scale) - BigInt(product);
}

/**
 * The witness of a segment: residuals, masks over the largest residuals of each rule, multiplicities.
 *
 * Throws `PolicyViolation` if an entry leaves `[-2^(ell-1), 2^(ell-1))`, a factor does, or a sum exceeds its
 * bound. The prover is never trusted with these checks: the proof makes them again.
 */
export function buildWitness(
  tier: Tier,
  places: readonly RulePlace[],
  layout: SegmentLayout,
  input: WitnessInput,
): SegmentWitness {
  const { factorA, factorB } = packFactors(tier, places, layout, input.factors ?? []);
  const tiles: TileWitness[] = [];
  places.forEach((place, g) => {
    const base = layout.bases[g] ?? 0;
    const factors = input.factors?.[g];
    const residuals = Array.from({ length: place.tileCount }, (_, i) => {
      const delta = input.deltas[base + i];
      if (delta === undefined) throw new RangeError(`buildWitness: no difference for slot ${base + i}`);
      return rawResidual(tier, place, delta, factors, i);
    });
    const masked = place.maxNonzeros > 0n ? largestEntries(tier, residuals, place.maxNonzeros) : [];
    let sumSquares = 0n;
    residuals.forEach((raw, i) => {
      const slot = base + i;
      const positions = place.maxNonzeros > 0n ? (masked[i] ?? new Uint32Array()) : undefined;
      const tile = splitResidual(tier, raw, positions, (x, value) => outOfRange(tier, place, input, slot, x, value));
      for (const entry of tile.residual) sumSquares += BigInt(entry) * BigInt(entry);
      tiles.push({ delta: input.deltas[slot] as Float64Array, ...tile });
    });
    if (sumSquares > place.maxResidualSq) {
      const rule = input.describeRule?.(g) ?? `rule place ${g}`;
      throw new PolicyViolation(`${rule}: the squared norm of the drift is ${sumSquares}`, {
        rule: g,
        measured: sumSquares,
        allowed: place.maxResidualSq,
        remedy: `The policy allows at most ${place.maxResidualSq}.`,
      });
    }
  });
  assertFactorRange(tier, factorA, "A");
  assertFactorRange(tier, factorB, "B");
  return { tiles, factorA, factorB, multiplicities: countMultiplicities(tier, tiles, factorA, factorB) };
}

function rawResidual(
  tier: Tier,
  place: RulePlace,
  delta: Float64Array,
  factors: Factors | undefined,
  index: number,
): (number | bigint)[] {
  if (place.rank === 0) return Array.from(delta);
  const a = factors?.a[Math.floor(index / place.colPanels)];
  const b = factors?.b[index % place.colPanels];
  if (a === undefined || b === undefined)
    throw new RangeError("buildWitness: a rank rule needs factors for every panel");
  const product = factorProduct(tier.n, place.rank, a, b);
  const scale = 2 ** place.shift;
  return Array.from(delta, (value, x) => residualAt(value, scale, product[x] ?? 0));
}

/** Positions, tile by tile, of the `budget` largest residual entries of a rule; zeros are never masked. */
function largestEntries(
  tier: Tier,
  residuals: readonly (readonly (number | bigint)[])[],
  budget: bigint,
): Uint32Array[] {
  const entries = residuals.flatMap((raw, i) =>
    raw.flatMap((value, x) => (Number(value) === 0 ? [] : [{ i, x, size: Math.abs(Number(value)) }])),
  );
  if (BigInt(entries.length) > budget) entries.sort((p, q) => q.size - p.size || p.i - q.i || p.x - q.x);
  const chosen = residuals.map((): number[] => []);
  for (const { i, x } of entries.slice(
    0,
    Number(budget < BigInt(2 ** tier.ell * residuals.length) ? budget : entries.length),
  )) {
    chosen[i]?.push(x);
  }
  return chosen.map((positions) => Uint32Array.from(positions.sort((p, q) => p - q)));
}

function splitResidual(
  tier: Tier,
  raw: readonly (number | bigint)[],
  positions: Uint32Array | undefined,
  reject: (x: number, value: number | bigint) => PolicyViolation,
): { residual: Int32Array; mask: SparseMask | undefined } {
  const bound = tier.tileSize / 2;
  const maskedAt = new Set(positions ?? []);
  const residual = new Int32Array(raw.length);
  raw.forEach((value, x) => {
    if (maskedAt.has(x)) return;
    if (value < -bound || value >= bound) throw reject(x, value);
    residual[x] = Number(value);
  });
  const mask =
    positions === undefined
      ? undefined
      : { positions, residuals: Array.from(positions, (x) => BigInt(raw[x] as number | bigint)) };
  return { residual, mask };
}

/** The error for an entry that the lookup table does not hold, with the fraction bits that would have fitted. */
function outOfRange(
  tier: Tier,
  place: RulePlace,
  input: WitnessInput,
  slot: number,
  x: number,
  value: number | bigint,
): PolicyViolation {
  const bound = tier.tileSize / 2;
  const entry = input.describeEntry?.(slot, x);
  const excessBits = Math.ceil(Math.log2((Math.abs(Number(value)) + 1) / bound));
  const fittingBits = entry === undefined ? undefined : entry.fractionBits - excessBits;
  const fewerBits =
    fittingBits === undefined
      ? "fewer fraction bits"
      : `at most ${fittingBits} (now ${String(entry?.fractionBits)}) fraction bits`;
  // Whole numbers cannot be committed more coarsely.
  const isHopeless = fittingBits !== undefined && fittingBits < 0;
  const scaled = place.shift > 0 ? ` at shift ${place.shift}` : "";
  return new PolicyViolation(
    `${entry?.name ?? `slot ${slot}, entry ${x}`}: drifts by ${value} units${scaled}, outside [-${bound}, ${bound}) of tier ${tier.name}`,
    {
      measured: BigInt(value),
      allowed: BigInt(bound - 1),
      remedy: isHopeless
        ? "No number of fraction bits fits: use a larger tier or a rule with nonzeros for this tensor."
        : `Commit the base with ${fewerBits} for this tensor, or use a larger tier.`,
    },
  );
}

function assertFactorRange(tier: Tier, factor: Int32Array, name: string): void {
  const bound = tier.tileSize / 2;
  const at = factor.findIndex((value) => value < -bound || value >= bound);
  if (at >= 0) {
    throw new PolicyViolation(`factor ${name}: entry ${at} is ${String(factor[at])}, outside [-${bound}, ${bound})`, {
      remedy: "Use a smaller shift.",
    });
  }
}

/** Counts every value of the residuals and of both factor polynomials, used or not (PROTOCOL 5). */
export function countMultiplicities(
  tier: Tier,
  tiles: readonly { readonly residual: Int32Array }[],
  factorA: Int32Array,
  factorB: Int32Array,
): Float64Array {
  const counts = new Float64Array(tier.tileSize);
  const half = tier.tileSize / 2;
  for (const values of [...tiles.map((tile) => tile.residual), factorA, factorB]) {
    for (const value of values) counts[value + half] = (counts[value + half] ?? 0) + 1;
  }
  return counts;
}

/** The integers `Σ E²` and `Σ b` of every place. */
export function measureSums(
  places: readonly RulePlace[],
  layout: SegmentLayout,
  witness: SegmentWitness,
): { sumSquares: bigint; nonzeros: bigint }[] {
  return places.map((place, g) => {
    const base = layout.bases[g] ?? 0;
    let sumSquares = 0n;
    let nonzeros = 0n;
    for (const tile of witness.tiles.slice(base, base + place.tileCount)) {
      for (const entry of tile.residual) sumSquares += BigInt(entry) * BigInt(entry);
      nonzeros += BigInt(tile.mask?.positions.length ?? 0);
    }
    return { sumSquares, nonzeros };
  });
}
