import { PolicyViolation } from "../errors/errors.js";
import type { IntVector, SparseMask } from "../kernels/backend.js";
import { sharedInt32 } from "../kernels/shared-array.js";
import type { Tier } from "../protocol/tiers.js";
import { asInt32 } from "../difference/tile-difference.js";
import { countEntries, firstOutside, sumOfSquares } from "../difference/entries.js";
import { assertFactorRange, type Factors } from "../factors/factors.js";
import { packFactors, type PackedFactors } from "./packed-factors.js";
import { largestEntries } from "../factors/largest-entries.js";
import { plainResidual, rankResidual, type RawResidual } from "../difference/residual.js";
import type { RulePlace, SegmentLayout } from "./statement.js";

/** What the prover knows of one changed tile. */
export interface TileWitness {
  /** `Δ = W1 - W0`, exact integers. */
  readonly delta: IntVector;
  /** `E`: the residual, zero where masked. One array with `delta` where they are equal. */
  readonly residual: Int32Array;
  /** Present iff the tile's rule has `maxNonzeros > 0`. */
  readonly mask: SparseMask | undefined;
}

/** What the prover knows of a segment, in slot order. */
export interface SegmentWitness extends PackedFactors {
  readonly tiles: readonly TileWitness[];
  /** LogUp multiplicities: entry `x` counts the value `x - 2^(ell-1)`. */
  readonly multiplicities: IntVector;
}

export interface WitnessInput {
  /** `Δ_T` of every used slot: `tileDifference`. Not written to, but part of the witness. */
  readonly deltas: readonly IntVector[];
  /** Factors by place; needed for places of rank above 0. */
  readonly factors?: readonly (Factors | undefined)[];
  /** Names the weight at an entry of a slot in errors, with its fraction bits. */
  readonly describeEntry?: (slot: number, x: number) => { readonly name: string; readonly fractionBits: number };
  /** Names a place's rule in errors. */
  readonly describeRule?: (place: number) => string;
}

/**
 * The witness of a segment: residuals, masks over the largest residuals of each rule, multiplicities.
 *
 * Throws `PolicyViolation` if a factor leaves `[-2^(ell-1), 2^(ell-1))`, an entry does, or a sum exceeds its
 * bound. The prover is never trusted with these checks: the proof makes them again.
 *
 * Memory, bytes an entry: 4 a changed tile (`Δ`, which is `E` as well), 4 more under a rank or sparse rule, 8 instead of
 * 4 for a `Δ` or `R` beyond 32 bits; 12 once for multiplicities and factors. A sparse rule holds its tiles' `R` at once.
 */
export function buildWitness(
  tier: Tier,
  places: readonly RulePlace[],
  layout: SegmentLayout,
  input: WitnessInput,
): SegmentWitness {
  const { factorA, factorB } = packFactors(tier, places, layout, input.factors ?? []);
  // Before the products, which are exact only for these.
  assertFactorRange(tier, factorA, "A");
  assertFactorRange(tier, factorB, "B");
  const tiles: TileWitness[] = [];
  places.forEach((place, g) => {
    let sumSquares = 0n;
    for (const tile of placeTiles(tier, place, g, layout.bases[g] ?? 0, input)) {
      sumSquares += countedSquares(tile, layout.units[tiles.length]);
      tiles.push(tile);
    }
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
  return { tiles, factorA, factorB, multiplicities: countMultiplicities(tier, tiles, factorA, factorB) };
}

/** `4^c ΣE²` of a tile. */
function countedSquares({ residual }: TileWitness, exponent = 0): bigint {
  return sumOfSquares(residual) << BigInt(2 * exponent);
}

/** Counts every value of the residuals and of both factor polynomials, used or not (PROTOCOL 5). */
export function countMultiplicities(
  tier: Tier,
  tiles: readonly Pick<TileWitness, "residual">[],
  factorA: Int32Array,
  factorB: Int32Array,
): Int32Array {
  const counts = sharedInt32(tier.tileSize);
  for (const { residual } of tiles) countEntries(residual, counts);
  countEntries(factorA, counts);
  countEntries(factorB, counts);
  return counts;
}

/** The tiles of one place, whose slots start at `base`. A mask is chosen over all of them. */
function* placeTiles(
  tier: Tier,
  place: RulePlace,
  g: number,
  base: number,
  input: WitnessInput,
): Generator<TileWitness> {
  const rawAt = (i: number): RawResidual => {
    const delta = input.deltas[base + i];
    if (delta === undefined) throw new RangeError(`buildWitness: no difference for slot ${base + i}`);
    return rawResidual(tier, place, delta, input.factors?.[g], i);
  };
  const isMasked = place.maxNonzeros > 0n;
  const raws = isMasked ? Array.from({ length: place.tileCount }, (_, i) => rawAt(i)) : [];
  const masks = isMasked
    ? largestEntries(
        raws.map(({ values }, i) => ({ values, exponent: place.units[i] ?? 0 })),
        place.maxNonzeros,
        tier.tileSize / 2,
      )
    : [];
  for (let i = 0; i < place.tileCount; i++) {
    const slot = base + i;
    const raw = raws[i] ?? rawAt(i);
    const given = input.deltas[slot] as IntVector;
    const mask = isMasked ? sparseMask(raw, masks[i] ?? new Uint32Array()) : undefined;
    const residual = maskedResidual(raw, mask, raw.values === given);
    const outside = firstOutside(residual, tier.tileSize / 2);
    const entries = outside < 0 ? asInt32(residual) : undefined;
    if (entries === undefined) throw outOfRange(tier, place, input, slot, outside, raw.exactAt(outside));
    // A rule without rank and mask has E = Δ: the wider copy is given up.
    yield { delta: place.rank === 0 && !isMasked ? entries : given, residual: entries, mask };
  }
}

function rawResidual(
  tier: Tier,
  place: RulePlace,
  delta: IntVector,
  factors: Factors | undefined,
  index: number,
): RawResidual {
  if (place.rank === 0) return plainResidual(delta);
  const a = factors?.a[Math.floor(index / place.colPanels)];
  const b = factors?.b[index % place.colPanels];
  if (a === undefined || b === undefined)
    throw new RangeError("buildWitness: a rank rule needs factors for every panel");
  return rankResidual(tier.n, place.rank, place.shift, delta, a, b);
}

function sparseMask({ exactAt }: RawResidual, positions: Uint32Array): SparseMask {
  return { positions, residuals: Array.from(positions, exactAt) };
}

/** `R` with zeros at the masked entries: in place, unless the values are still needed as the difference. */
function maskedResidual({ values }: RawResidual, mask: SparseMask | undefined, isShared: boolean): IntVector {
  if (mask === undefined) return values;
  let residual = values;
  if (isShared) {
    residual = values instanceof Int32Array ? sharedInt32(values.length) : new Float64Array(values.length);
    residual.set(values);
  }
  for (const x of mask.positions) residual[x] = 0;
  return residual;
}

/** The error for an entry that the lookup table does not hold, with the fraction bits that would have fitted. */
function outOfRange(
  tier: Tier,
  place: RulePlace,
  input: WitnessInput,
  slot: number,
  x: number,
  value: bigint,
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
      measured: value,
      allowed: BigInt(bound - 1),
      remedy: isHopeless
        ? "No number of fraction bits fits: use a larger tier or a rule with nonzeros for this tensor."
        : `Commit the base with ${fewerBits} for this tensor, or use a larger tier.`,
    },
  );
}

/** The integers `Σ 4^c ΣE²` and `Σ b` of every place. */
export function measureSums(
  places: readonly RulePlace[],
  layout: SegmentLayout,
  witness: SegmentWitness,
): { sumSquares: bigint; nonzeros: bigint }[] {
  return places.map((place, g) => {
    const base = layout.bases[g] ?? 0;
    let sumSquares = 0n;
    let nonzeros = 0n;
    for (const [i, tile] of witness.tiles.slice(base, base + place.tileCount).entries()) {
      sumSquares += countedSquares(tile, place.units[i]);
      nonzeros += BigInt(tile.mask?.positions.length ?? 0);
    }
    return { sumSquares, nonzeros };
  });
}
