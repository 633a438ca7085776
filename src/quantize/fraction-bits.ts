import { InputError } from "../errors/errors.js";
import type { Tier } from "../protocol/tiers.js";
import type { Magnitude } from "./magnitude.js";
import { assertFractionBits, MIN_FRACTION_BITS, roundScaled, unfit } from "./round.js";
import { WEIGHT_BITS } from "../protocol/constants.js";

/** How `f` is chosen: by the rule below, or one number for every floating-point tensor. */
export interface FractionBitsOptions {
  readonly fractionBits?: number | "auto";
  /** Exceptions by tensor name; they win over everything. */
  readonly overrides?: ReadonlyMap<string, number>;
}

/** `f` of every measured tensor, and why, for the user. */
export interface FractionBitsChoice {
  readonly fractionBits: ReadonlyMap<string, number>;
  readonly explanation: readonly string[];
}

/** No tensor gets more by default: float32 weights of size 1 carry no more. */
const DEFAULT_MAX = 24;
/** Share of the floating-point weights that the common `f` is made for. */
const ORDINARY_SHARE = 0.99;
/** A tensor may share the common `f` while its weights are at most this many times the room for drift. */
const MAX_OVER_ROOM = 16;
/** Larger tensors lose fractional bits in steps of this, so that they can share tiles with each other. */
const CLASS_STEP = 4;

/**
 * Chooses `f` for every tensor. Integers and booleans get 0. A residual entry must lie in `[-2^(ℓ-1), 2^(ℓ-1))`,
 * so `f` leaves every weight the *room* `2^(ℓ-1-f)` to drift (PROTOCOL 2). The default rule:
 *
 * 1. One `f` for the model: rules that span tensors need equal `f`, and packed tensors of equal `f` share tiles.
 *    Let `M` be the smallest magnitude such that the tensors without a larger weight hold 99 % of the weights. `f` is
 *    the largest number, at most 24, whose room is at least `M`: an ordinary weight may drift by its whole size.
 * 2. A tensor whose largest weight is over 16 times that room (a mask of -1e9, a running variance) takes away
 *    four bits at a time until it is not.
 *
 * Then `|w·2^f| <= 16·2^(ℓ-1) < 2^24`: far from the limit 2^31. Throws `InputError` for a weight that does not fit,
 * a number out of range, or an override for a tensor that does not exist.
 */
export function chooseFractionBits(
  magnitudes: readonly Magnitude[],
  tier: Tier,
  options: FractionBitsOptions = {},
): FractionBitsChoice {
  const fractionBits = new Map<string, number>();
  const explanation: string[] = [];
  const overrides = options.overrides ?? new Map<string, number>();
  assertOverrides(overrides, magnitudes);

  const given = options.fractionBits ?? "auto";
  const floats = magnitudes.filter(({ tensor }) => tensor.kind === "float" && !overrides.has(tensor.name));
  const common = given === "auto" ? commonFractionBits(floats, tier) : given;
  assertFractionBits(common, "the model");
  if (floats.length > 0) {
    const origin =
      given === "auto" ? `99 % of the weights lie within ±${short(ordinaryMagnitude(floats))}` : "as given";
    explanation.push(
      `${common} fractional bits for floating-point weights: ${origin}. At tier ${tier.name} a weight may drift ` +
        `by ${short(room(common, tier))}, in steps of ${short(2 ** -common)}.`,
    );
  }
  for (const magnitude of magnitudes) {
    const { tensor, maxAbs } = magnitude;
    const override = overrides.get(tensor.name);
    let f = override ?? (tensor.kind === "float" ? common : 0);
    if (override !== undefined) {
      explanation.push(`${f} fractional bits for ${tensor.name}, as given.`);
    } else if (tensor.kind === "float" && given === "auto" && maxAbs > MAX_OVER_ROOM * room(f, tier)) {
      f = reducedFractionBits(maxAbs, common, tier);
      explanation.push(`${f} fractional bits for ${tensor.name}, whose weights reach ${short(maxAbs)}.`);
    }
    assertFits(magnitude, f);
    fractionBits.set(tensor.name, f);
  }
  return { fractionBits, explanation };
}

/** The room for drift of one weight, `2^(ℓ-1-f)`. */
export function room(f: number, tier: Tier): number {
  return 2 ** (tier.ell - 1 - f);
}

/** `M` of the rule: tensors without a larger weight hold 99 % of the weights. */
function ordinaryMagnitude(floats: readonly Magnitude[]): number {
  const total = floats.reduce((sum, { tensor }) => sum + tensor.elementCount, 0);
  let covered = 0;
  let ordinary = 0;
  for (const { tensor, maxAbs } of [...floats].sort((a, b) => a.maxAbs - b.maxAbs)) {
    if (covered >= ORDINARY_SHARE * total) break;
    ordinary = maxAbs;
    covered += tensor.elementCount;
  }
  return ordinary;
}

/** Step 1 of the rule. Stops at the least supported `f`; a weight that does not fit even then is refused later. */
function commonFractionBits(floats: readonly Magnitude[], tier: Tier): number {
  const ordinary = ordinaryMagnitude(floats);
  let f = DEFAULT_MAX;
  while (f > MIN_FRACTION_BITS && room(f, tier) < ordinary) f--;
  return f;
}

/** Step 2 of the rule, with the same end. */
function reducedFractionBits(maxAbs: number, common: number, tier: Tier): number {
  let f = common;
  while (f > MIN_FRACTION_BITS && maxAbs > MAX_OVER_ROOM * room(f, tier)) f -= CLASS_STEP;
  return Math.max(f, MIN_FRACTION_BITS);
}

function assertOverrides(overrides: ReadonlyMap<string, number>, magnitudes: readonly Magnitude[]): void {
  const names = new Set(magnitudes.map(({ tensor }) => tensor.name));
  for (const [name, f] of overrides) {
    if (!names.has(name)) {
      throw new InputError(
        `fractionBits is given for ${JSON.stringify(name)}, but the model has no such numeric tensor`,
        {
          remedy: "Check the name.",
        },
      );
    }
    assertFractionBits(f, `tensor ${JSON.stringify(name)}`);
  }
}

function assertFits({ tensor, weight, index }: Magnitude, f: number): void {
  const place = { file: tensor.file, tensor: tensor.name, index };
  if (!(Math.abs(roundScaled(weight, f)) < 2 ** WEIGHT_BITS)) throw unfit(weight, f, place);
}

/** Three significant digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
