import picomatch from "picomatch";
import { InputError } from "../errors/errors.js";
import type { Tier } from "../protocol/tiers.js";
import type { Entry, Magnitude } from "./magnitude.js";
import { pinnedLimit, type PinnedEntry } from "./pinned.js";
import { assertFractionBits, MIN_FRACTION_BITS, roundScaled, unfit } from "./round.js";
import { WEIGHT_BITS } from "../protocol/constants.js";

/** How `f` is chosen: by the rule below, or one number for every floating-point tensor. */
export interface FractionBitsOptions {
  readonly fractionBits?: number | "auto";
  /**
   * Exceptions by the name of a tensor, or a glob over names; a name goes before a glob, and both before everything else.
   * A glob is about floating-point tensors only.
   */
  readonly overrides?: ReadonlyMap<string, number>;
  /**
   * Whether weights that are far larger than the rest of their tensor may be pinned: their exact values are in the manifest, which
   * is public. Otherwise their tensor gets fewer fraction bits. Yes unless said.
   */
  readonly mayPin?: boolean;
}

/** Why a tensor has its `f`. */
export type FractionBitsReason = "integer" | "given" | "own" | "family" | "zeros" | "small class" | "large weights";

/** What was chosen for a tensor. */
export interface TensorBits {
  readonly fractionBits: number;
  readonly reason: FractionBitsReason;
  /** By ascending index. */
  readonly pinned: readonly PinnedEntry[];
}

/** What is known of tensors beside their weights. */
export interface TensorFacts {
  /** The same key for the same matrix of all blocks. */
  readonly familyOf?: (name: string) => string | undefined;
  /** A model may lack the tensor: nothing of it can be pinned. */
  readonly isOptional?: (name: string) => boolean;
}

/** No tensor gets more by itself: a step of 10^-12. */
export const MAX_AUTOMATIC = 40;
/** What a tensor of zeros gets in a model of nothing else. */
const ALL_ZEROS = 12;
/** The range of drift is at least this many times a tensor's ordinary magnitude, 2^3, and below 2^5. */
const RANGE_BITS = 3;
/** Classes of `f` are this many bits apart. */
const CLASS_BITS = 2;
/** A class of at most this part of a tile's entries is not worth a tile of its own, which every certificate pays for. */
const SMALL_CLASS = 1 / 16;
/** A block keeps its own `f` if its weights are so many times larger than the middle block's … */
const FAMILY_LARGER = 4;
/** … or so many times smaller: steps then stay below 2^-8.6 of its magnitude at tier medium, which loses 0.1 %. */
const FAMILY_SMALLER = 2.5;
/** Larger ones are pinned, or take bits from their tensor: 31 bits hold them, and as much again of drift. */
const ROOMY_BITS = WEIGHT_BITS - 1;

/**
 * Chooses `f` for every tensor. Integers and booleans get 0. With `r` the ordinary magnitude of a tensor
 * (`MagnitudeHistogram.ordinary`), `f` is the largest even number, at most 40, with `8 r <= 2^(ell-1-f)`: the range of drift is 8 to 32
 * times `r`, a step `2^-f` is between 2^-(ell-4) and 2^-(ell-6) of `r`. Never by the largest weight, and whatever the base's values
 * happen to be.
 *
 * - The same matrix of all blocks (`familyOf` gives them one key) has the `f` of the median `r` over the blocks, except blocks that
 *   are far from it.
 * - A tensor of zeros takes the median `f` of the others, or 12.
 * - A class of at most a sixteenth of a tile joins the next finer one, if that is larger: its range is then 2 to 8 times `r`.
 * - Weights above `2^(30-f)` are pinned if there are few (`pinnedLimit`); otherwise, and where nothing may be pinned, `f` is
 *   lowered by two until they are.
 *
 * Tensors with infinities must be left out. Throws `InputError` for a weight that does not fit, a number out of range, or an
 * override that no tensor matches.
 */
export function chooseFractionBits(
  magnitudes: readonly Magnitude[],
  tier: Tier,
  options: FractionBitsOptions = {},
  { familyOf = () => undefined, isOptional = () => false }: TensorFacts = {},
): ReadonlyMap<string, TensorBits> {
  const given = givenBits(magnitudes, options);
  const automatic = magnitudes.filter(({ tensor }) => tensor.kind === "float" && !given.has(tensor.name));
  const typical = typicalOfFamilies(automatic, familyOf);
  const ordinaryBits = new Map<string, ChosenBits>();
  for (const { tensor, ordinary } of automatic) {
    if (ordinary === 0) continue;
    const ofFamily = typical.get(familyOf(tensor.name) ?? "");
    const isNear =
      ofFamily !== undefined && ordinary <= FAMILY_LARGER * ofFamily && ofFamily <= FAMILY_SMALLER * ordinary;
    const [own, shared] = [bitsFor(ordinary, tier), isNear ? bitsFor(ofFamily, tier) : undefined];
    ordinaryBits.set(tensor.name, { fractionBits: shared ?? own, reason: (shared ?? own) === own ? "own" : "family" });
  }
  const forZeros = middle([...ordinaryBits.values()].map(({ fractionBits }) => fractionBits)) ?? ALL_ZEROS;
  for (const { tensor, ordinary } of automatic) {
    if (ordinary === 0) ordinaryBits.set(tensor.name, { fractionBits: forZeros, reason: "zeros" });
  }
  const joined = joinSmallClasses(automatic, ordinaryBits, given, tier);
  return new Map(
    magnitudes.map((magnitude): [string, TensorBits] => {
      const { tensor } = magnitude;
      const mayPin = (options.mayPin ?? true) && !isOptional(tensor.name);
      const asGiven = given.get(tensor.name);
      if (asGiven !== undefined) {
        return [tensor.name, { fractionBits: asGiven, reason: "given", pinned: pinAt(magnitude, asGiven, mayPin) }];
      }
      if (tensor.kind !== "float") {
        return [tensor.name, { fractionBits: 0, reason: "integer", pinned: pinAt(magnitude, 0, false) }];
      }
      const chosen = joined.get(tensor.name);
      if (chosen === undefined) throw new RangeError(`no fraction bits for ${tensor.name}`);
      return [tensor.name, withRoom(magnitude, chosen, mayPin)];
    }),
  );
}

/** The choice for a tensor, before its large weights have a say. */
type ChosenBits = Omit<TensorBits, "pinned">;

/** The choices once small classes have joined larger ones. A class in which a number is given stays. */
function joinSmallClasses(
  automatic: readonly Magnitude[],
  chosen: ReadonlyMap<string, ChosenBits>,
  given: ReadonlyMap<string, number>,
  { ell }: Tier,
): ReadonlyMap<string, ChosenBits> {
  const weights = new Map<number, number>();
  for (const { tensor } of automatic) {
    const f = chosen.get(tensor.name)?.fractionBits;
    if (f !== undefined) weights.set(f, (weights.get(f) ?? 0) + tensor.elementCount);
  }
  const stays = new Set(given.values());
  const isSmall = (f: number): boolean => (weights.get(f) ?? 0) <= SMALL_CLASS * 2 ** ell;
  return new Map(
    [...chosen].map(([name, bits]): [string, ChosenBits] => {
      const finer = bits.fractionBits + CLASS_BITS;
      const joins = isSmall(bits.fractionBits) && !stays.has(bits.fractionBits) && !isSmall(finer);
      return [name, joins ? { fractionBits: finer, reason: "small class" } : bits];
    }),
  );
}

/** The largest even `f`, at most 40, with `8 r <= 2^(ell-1-f)`. By comparisons alone, so that all machines agree. */
function bitsFor(ordinary: number, { ell }: Tier): number {
  let f = MAX_AUTOMATIC;
  while (f > MIN_FRACTION_BITS && ordinary > 2 ** (ell - 1 - RANGE_BITS - f)) f -= CLASS_BITS;
  return f;
}

/** The median `r` of the blocks of every family, without those that are zeros. */
function typicalOfFamilies(
  magnitudes: readonly Magnitude[],
  familyOf: (name: string) => string | undefined,
): ReadonlyMap<string, number> {
  const members = new Map<string, number[]>();
  for (const { tensor, ordinary } of magnitudes) {
    const family = familyOf(tensor.name);
    if (family === undefined || ordinary === 0) continue;
    members.set(family, [...(members.get(family) ?? []), ordinary]);
  }
  return new Map([...members].map(([family, each]) => [family, middle(each) ?? 0]));
}

/** The median, of an even number the lower one; `undefined` of nothing. */
function middle(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];
}

/** Lowers `f` until the weights that it does not hold can be pinned. */
function withRoom(magnitude: Magnitude, { fractionBits, reason }: ChosenBits, mayPin: boolean): TensorBits {
  const most = mayPin ? pinnedLimit(magnitude.tensor.elementCount) : 0;
  let f = fractionBits;
  const tooLarge = (): Entry[] => magnitude.largest.filter(({ weight }) => Math.abs(weight) * 2 ** f > 2 ** ROOMY_BITS);
  while (f > MIN_FRACTION_BITS && tooLarge().length > most) f -= CLASS_BITS;
  const entries = tooLarge();
  const [first] = entries;
  if (first !== undefined && entries.length > most) throw unfit(first.weight, f, placeOf(magnitude, first));
  return { fractionBits: f, reason: f < fractionBits ? "large weights" : reason, pinned: asPinned(entries) };
}

/** The weights that a given `f` does not hold, if they may be pinned. */
function pinAt(magnitude: Magnitude, f: number, mayPin: boolean): PinnedEntry[] {
  const entries = magnitude.largest.filter(({ weight }) => !(Math.abs(roundScaled(weight, f)) < 2 ** WEIGHT_BITS));
  const [first] = entries;
  if (first !== undefined && entries.length > (mayPin ? pinnedLimit(magnitude.tensor.elementCount) : 0)) {
    throw unfit(first.weight, f, placeOf(magnitude, first));
  }
  return asPinned(entries);
}

function asPinned(entries: readonly Entry[]): PinnedEntry[] {
  return entries.map(({ index, weight }): PinnedEntry => [index, weight]).sort(([a], [b]) => a - b);
}

function placeOf({ tensor }: Magnitude, { index }: Entry): { file: string; tensor: string; index: number } {
  return { file: tensor.file, tensor: tensor.name, index };
}

/** `f` of the tensors for which the user gives it. */
function givenBits(
  magnitudes: readonly Magnitude[],
  { fractionBits = "auto", overrides = new Map() }: FractionBitsOptions,
): ReadonlyMap<string, number> {
  const given = new Map<string, number>();
  if (fractionBits !== "auto") {
    assertFractionBits(fractionBits, "the model");
    for (const { tensor } of magnitudes) if (tensor.kind === "float") given.set(tensor.name, fractionBits);
  }
  const names = magnitudes.map(({ tensor }) => tensor.name);
  const floats = magnitudes.flatMap(({ tensor }) => (tensor.kind === "float" ? [tensor.name] : []));
  const isName = (key: string): boolean => names.includes(key);
  for (const [key, f] of [...overrides].sort(([a], [b]) => Number(isName(a)) - Number(isName(b)))) {
    assertFractionBits(f, `tensor ${JSON.stringify(key)}`);
    const matching = isName(key) ? [key] : floats.filter((name) => picomatch.isMatch(name, key, { dot: true }));
    if (matching.length === 0) {
      throw new InputError(
        `fraction bits are given for ${JSON.stringify(key)}, but the model has no such tensor of numbers`,
        { remedy: "Check the name, or the glob." },
      );
    }
    for (const name of matching) given.set(name, f);
  }
  return given;
}
