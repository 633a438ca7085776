import { InputError } from "../errors/errors.js";
import { toFr, type Fr } from "../algebra/fr.js";
import { hashToFr, keccakWords, type Word } from "../algebra/keccak.js";
import type { Hex } from "../algebra/hex.js";
import type { G1 } from "../algebra/g1.js";
import { UNIT_BITS } from "../protocol/constants.js";
import type { Tier } from "../protocol/tiers.js";
import type { TileClass } from "../quantize/class-table.js";
import { gridRows, unitExponent, type Rule } from "../policy/rule.js";

/** What a segment may take of a rule's two budgets: all segments together at most the rule's. */
export interface RuleShare {
  readonly maxNonzeros: bigint;
  readonly maxResidualSq: bigint;
}

/** A rule as a segment uses it: its share of the budgets, and the segment's tiles of it. */
export interface RulePlace {
  /** Changed tiles of the rule in this segment, at least 1. */
  readonly tileCount: number;
  /** Row panels `I`; 0 for rank 0. */
  readonly rowPanels: number;
  /** Column panels `J`; 0 for rank 0. */
  readonly colPanels: number;
  /** The policy's `maxRank`. */
  readonly rank: number;
  readonly shift: number;
  /** The segment's share of the policy's bound. */
  readonly maxResidualSq: bigint;
  /** The segment's share of the policy's bound; tiles have masks unless it is 0. */
  readonly maxNonzeros: bigint;
  /** Unit exponent `c_T` of every tile, 0 to 31: its squares count `4^c`. */
  readonly units: readonly number[];
}

/** What a segment proof is about, once its commitments are bound by `d1`. */
export interface SegmentStatement {
  readonly tier: Tier;
  /** Digest of the context and of every commitment (PROTOCOL 5). */
  readonly d1: Fr;
  /** Used places: rank rules first. */
  readonly places: readonly RulePlace[];
}

/** The place of a rule of which `tiles` are in the segment, with its share of the budgets. */
export function placeOf(
  rule: Rule,
  tiles: readonly number[],
  { maxNonzeros, maxResidualSq }: RuleShare,
  classes: readonly TileClass[],
): RulePlace {
  return {
    tileCount: tiles.length,
    rowPanels: gridRows(rule),
    colPanels: rule.gridCols,
    rank: rule.maxRank,
    shift: rule.shift,
    maxResidualSq,
    maxNonzeros,
    units: tiles.map((tile) => unitExponent(rule, classes, tile)),
  };
}

/** `4^c`, what a tile's squares count in its rule's sum. */
export function unitFactor(exponent: number): Fr {
  return toFr(1n << BigInt(2 * exponent));
}

/** Where places lie in the slots and in the factor polynomials. */
export interface SegmentLayout {
  /** Tiles in the segment; slots `0 … usedSlots - 1` are used. */
  readonly usedSlots: number;
  /** First slot of every place. */
  readonly bases: readonly number[];
  /** Place of every used slot. */
  readonly placeOfSlot: readonly number[];
  /** Whether the used slot has a mask. */
  readonly masked: readonly boolean[];
  /** `c_T` of every used slot. */
  readonly units: readonly number[];
  /** Panel origins `a_g` and `b_g` of every place (those of rank 0 take no panel). */
  readonly rowOrigins: readonly number[];
  readonly colOrigins: readonly number[];
}

/** Throws `InputError` if the places do not fit into the tier; otherwise their layout. */
export function segmentLayout(tier: Tier, places: readonly RulePlace[]): SegmentLayout {
  const fail = (detail: string): never => {
    throw new InputError(`the segment does not fit tier ${tier.name}: ${detail}`);
  };
  const bases: number[] = [];
  const placeOfSlot: number[] = [];
  const masked: boolean[] = [];
  const units: number[] = [];
  const rowOrigins: number[] = [];
  const colOrigins: number[] = [];
  let rows = 0;
  let cols = 0;
  if (places.length === 0) fail("it has no tile");
  if (places.length > tier.maxRules) fail(`${places.length} rules, at most ${tier.maxRules}`);
  places.forEach((place, g) => {
    if (place.tileCount < 1) fail(`rule place ${g} has no tile`);
    bases.push(placeOfSlot.length);
    rowOrigins.push(rows);
    colOrigins.push(cols);
    if (place.rank > 0) {
      if (g >= tier.maxRankRules) fail(`rank rule at place ${g}, at most ${tier.maxRankRules} rank rules`);
      if (g > 0 && places[g - 1]?.rank === 0) fail("rank rules must come first");
      if (place.rank > tier.maxRank) fail(`rank ${place.rank}, at most ${tier.maxRank}`);
      if (place.rowPanels * place.colPanels !== place.tileCount) fail(`rank rule at place ${g} is not whole`);
      rows += place.rowPanels;
      cols += place.colPanels;
    }
    if (place.rank === 0 && (place.shift !== 0 || place.rowPanels !== 0 || place.colPanels !== 0)) {
      fail(`rule place ${g} has a shift or panels without a rank`);
    }
    // Before anything of that size is allocated: the count may be anybody's.
    const tiles = placeOfSlot.length + place.tileCount;
    if (tiles > tier.slots) fail(`${tiles} changed tiles, at most ${tier.slots}`);
    if (place.units.length !== place.tileCount) fail(`rule place ${g} has ${place.units.length} unit exponents`);
    for (const unit of place.units) {
      if (!(unit >= 0 && unit < 2 ** UNIT_BITS)) fail(`a tile of rule place ${g} has the unit exponent ${unit}`);
      placeOfSlot.push(g);
      masked.push(place.maxNonzeros > 0n);
      units.push(unit);
    }
  });
  if (rows > tier.panels || cols > tier.panels) {
    fail(`rank rules need ${rows} row and ${cols} column panels, at most ${tier.panels} each`);
  }
  return { usedSlots: placeOfSlot.length, bases, placeOfSlot, masked, units, rowOrigins, colOrigins };
}

/** The bitmaps that save the circuit its own bookkeeping; derived from the places. */
export interface SlotBitmaps {
  /** Slots that hold a tile. */
  readonly used: bigint;
  /** First slot of every place. */
  readonly starts: bigint;
  /** Slots that have a mask. */
  readonly masks: bigint;
  /** First row panel of every rank rule, and the first free panel after the last one. */
  readonly rowPanelStarts: bigint;
  /** The same for column panels. */
  readonly colPanelStarts: bigint;
  /** `U_0 … U_4`: bit `T` of `U_k` is bit `k` of `c_T`. */
  readonly units: readonly bigint[];
}

export function slotBitmaps(tier: Tier, places: readonly RulePlace[]): SlotBitmaps {
  const layout = segmentLayout(tier, places);
  const bits = (positions: readonly number[]): bigint => positions.reduce((word, at) => word | (1n << BigInt(at)), 0n);
  const rankPlaces = places.flatMap((place, g) => (place.rank > 0 ? [g] : []));
  const panelStarts = (origins: readonly number[], counts: (place: RulePlace) => number): bigint => {
    const last = rankPlaces.at(-1);
    if (last === undefined) return 0n;
    const end = (origins[last] ?? 0) + counts(places[last] as RulePlace);
    return bits([...rankPlaces.map((g) => origins[g] ?? 0), ...(end < tier.panels ? [end] : [])]);
  };
  return {
    used: (1n << BigInt(layout.usedSlots)) - 1n,
    starts: bits(layout.bases),
    masks: bits(layout.masked.flatMap((isMasked, slot) => (isMasked ? [slot] : []))),
    rowPanelStarts: panelStarts(layout.rowOrigins, (place) => place.rowPanels),
    colPanelStarts: panelStarts(layout.colOrigins, (place) => place.colPanels),
    units: Array.from({ length: UNIT_BITS }, (_, k) =>
      bits(layout.units.flatMap((unit, slot) => ((unit >> k) & 1 ? [slot] : []))),
    ),
  };
}

/**
 * The statement as field elements: `d1`; for each of the first `maxRankRules` places `tileCount, I, J, rank, shift,
 * maxResidualSq, maxNonzeros`, for the others the two bounds alone, unused ones zero; the five bitmaps of slots and panels,
 * and the five of units. The order is that of the circuit and of the registry.
 */
export function statementVector(statement: SegmentStatement): Fr[] {
  const { tier, places } = statement;
  const vector: bigint[] = [statement.d1];
  for (let g = 0; g < tier.maxRules; g++) {
    const { tileCount, rowPanels, colPanels, rank, shift, maxResidualSq, maxNonzeros } = places[g] ?? NO_PLACE;
    if (g < tier.maxRankRules) vector.push(...[tileCount, rowPanels, colPanels, rank, shift].map(BigInt));
    vector.push(maxResidualSq, maxNonzeros);
  }
  const bitmaps = slotBitmaps(tier, places);
  vector.push(bitmaps.used, bitmaps.starts, bitmaps.masks, bitmaps.rowPanelStarts, bitmaps.colPanelStarts);
  vector.push(...bitmaps.units);
  return vector.map(toFr);
}

/** A place that is not used. */
export const NO_PLACE: RulePlace = {
  tileCount: 0,
  rowPanels: 0,
  colPanels: 0,
  rank: 0,
  shift: 0,
  maxResidualSq: 0n,
  maxNonzeros: 0n,
  units: [],
};

/** Everything that `d1` binds (PROTOCOL 5). */
export interface SegmentContext {
  readonly chainId: bigint;
  /** 20-byte addresses as hex. */
  readonly registry: Hex;
  readonly publisher: Hex;
  readonly tierId: number;
  readonly prevModelId: Hex;
  readonly nextModelId: Hex;
  readonly policyId: Hex;
  /** Changed tiles' indices in the model, in slot order. */
  readonly tiles: readonly number[];
}

/** Commitments of a segment; `(0, 0)` is infinity. */
export interface SegmentCommitments {
  /** Base and tuned tile of every used slot. */
  readonly base: readonly G1[];
  readonly tuned: readonly G1[];
  /** Masks of the masked slots, in slot order. */
  readonly masks: readonly G1[];
  readonly factorA: G1;
  readonly factorB: G1;
  readonly multiplicity: G1;
  /** The random polynomial `M`. */
  readonly blinding: G1;
}

/** The points of `d1` in order: `C0_T, C1_T` for every slot, masks, `P_A`, `P_B`, `m`, `M`. */
export function commitmentPoints(commitments: SegmentCommitments): G1[] {
  return [
    ...commitments.base.flatMap((base, slot) => [base, commitments.tuned[slot] as G1]),
    ...commitments.masks,
    commitments.factorA,
    commitments.factorB,
    commitments.multiplicity,
    commitments.blinding,
  ];
}

/** `keccak256(abi.encode(chainId, registry, publisher, tier, prev, next, policyId, tiles, points)) mod p`. */
export function contextDigest(context: SegmentContext, commitments: SegmentCommitments): Fr {
  const coordinates = commitmentPoints(commitments).flatMap((point) => [point.x, point.y]);
  const headBytes = 9 * 32;
  const words: Word[] = [
    context.chainId,
    context.registry,
    context.publisher,
    BigInt(context.tierId),
    context.prevModelId,
    context.nextModelId,
    context.policyId,
    BigInt(headBytes),
    BigInt(headBytes + 32 * (1 + context.tiles.length)),
    BigInt(context.tiles.length),
    ...context.tiles.map(BigInt),
    BigInt(coordinates.length),
    ...coordinates,
  ];
  return hashToFr(keccakWords(words));
}

/** The public outcome of a segment proof: "the combined polynomial opens to `y` at `z`". */
export interface OpeningClaim {
  readonly theta: Fr;
  readonly psi: Fr;
  /** `ell` coordinates, least significant variable first. */
  readonly z: readonly Fr[];
  readonly y: Fr;
}

/** `values` of PROTOCOL 8: the statement and the opening claim. */
export function publicValues(statement: SegmentStatement, claim: OpeningClaim): Fr[] {
  return [...statementVector(statement), claim.theta, claim.psi, ...claim.z, claim.y];
}
