import type { Rule } from "./rule.js";
import { InputError } from "../errors/errors.js";
import { FLOAT_FORMATS } from "../model/float-format.js";
import { MAX_SHIFT } from "../protocol/constants.js";
import type { GridTensor } from "../quantize/layout.js";
import { elementCountOf } from "../model/tensor.js";
import type { RuleContext } from "./compile-context.js";
import { exactNumber, needBase, squaredPart, squaredShare } from "./exact-bounds.js";
import { roundingErrors } from "./measure-base.js";
import { NOISE_FACTOR } from "./suggest-limits.js";
import { listNames } from "../model/names/list-names.js";

/** Two quantizations differ by at most a unit, and rounding the factors adds about another. */
const LARGEST_QUANTISATION = 2.2;
/** Nothing is known of the shape of a residual that is no rounding: so many standard deviations. */
const LARGEST_DEVIATIONS = 6;

/**
 * One rule for every matrix: a rank is that of one matrix. Small tensors share tiles, where no rank can be proven: they
 * stay frozen if they were selected by role, and are an error if they were named.
 */
export async function compileRankRule(context: RuleContext): Promise<Rule[]> {
  const { rule, index, manifest, selected, small, tier, explain } = context;
  const rank = rule.rank ?? 0;
  if (rank > tier.maxRank) {
    throw new InputError(`rule ${index}: rank ${rank}, but tier ${tier.name} holds at most ${tier.maxRank}`, {
      remedy: "Commit the base at a larger tier.",
    });
  }
  if (rule.free === true) throw new InputError(`rule ${index} has a rank and is free: give one of them`);
  const grids = manifest.tensors.filter(
    (tensor): tensor is GridTensor => tensor.kind === "grid" && selected.has(tensor.name),
  );
  const packed = [...selected].filter((name) => !grids.some((grid) => grid.name === name));
  if (packed.length > 0) {
    throw new InputError(
      `rule ${index}: ${listNames(packed)} share tiles at tier ${tier.name}, so no rank can be proven`,
      { remedy: "Give them nonzeros or drift, or commit the base at a smaller tier." },
    );
  }
  if (small.length > 0) {
    explain(`small tensors (${listNames(small, 3)}) share tiles: frozen, unless a later rule lets them change`);
  }
  const rules: Rule[] = [];
  for (const grid of grids) rules.push(await rankRule(context, grid, grids));
  const [first] = rules;
  if (first !== undefined) {
    const shifts = [...new Set(rules.map(({ shift }) => shift))].join(", ");
    explain(`${rules.length} matrices, each with factors of ${shifts} extra bits`);
  }
  return rules;
}

async function rankRule(context: RuleContext, grid: GridTensor, grids: readonly GridTensor[]): Promise<Rule> {
  const { rule, index } = context;
  const { unitSq, largest } = await residualBound(context, grid, grids);
  const shift = rule.shift ?? defaultShift(context, largest);
  const together = rule.per === "tensor" ? 1n : BigInt(grids.length);
  const nonzeros = BigInt(rule.nonzeros ?? 0) / together;
  if (rule.nonzeros !== undefined && rule.nonzeros > 0 && nonzeros === 0n) {
    throw new InputError(
      `rule ${index}: ${rule.nonzeros} single weights for ${grids.length} matrices leave none for each`,
      {
        remedy: "Name the matrices that have them in a rule of their own, or give nonzeros per tensor.",
      },
    );
  }
  return {
    ranges: [{ firstTile: grid.firstTile, tileCount: grid.gridRows * grid.gridCols }],
    unit: grid.fractionBits + shift,
    gridCols: grid.gridCols,
    maxRank: rule.rank ?? 0,
    shift,
    maxNonzeros: nonzeros,
    maxResidualSq: unitSq * 4n ** BigInt(shift),
  };
}

interface ResidualBound {
  /** In squared units of `2^-f`. */
  readonly unitSq: bigint;
  /** About the largest entry that the residual may have, in units of `2^-f`. */
  readonly largest: number;
}

async function residualBound(
  context: RuleContext,
  grid: GridTensor,
  grids: readonly GridTensor[],
): Promise<ResidualBound> {
  const { rule, index, base } = context;
  const { drift } = rule;
  const bounded = (unitSq: bigint): ResidualBound => {
    const deviation = Math.sqrt(Number(unitSq) / elementCountOf(grid.shape));
    return { unitSq, largest: LARGEST_QUANTISATION + LARGEST_DEVIATIONS * deviation };
  };
  if (drift === undefined) return bounded(0n);
  if (typeof drift !== "object") {
    const norm = exactNumber(drift, `rule ${index}: drift`);
    const weights = (tensor: GridTensor): bigint => BigInt(elementCountOf(tensor.shape));
    const total = grids.reduce((sum, each) => sum + weights(each), 0n);
    const whole = rule.per === "tensor" ? weights(grid) : total;
    return bounded(squaredShare(norm, grid.fractionBits, weights(grid), whole));
  }
  const measure = needBase(base, index);
  if ("relative" in drift) {
    const ratio = exactNumber(drift.relative, `rule ${index}: drift.relative`);
    const { firstTile, gridRows, gridCols, fractionBits } = grid;
    const tiles = Array.from({ length: gridRows * gridCols }, (_, i) => ({ tile: firstTile + i, fractionBits }));
    return bounded(squaredPart(ratio, await measure.energyOf(tiles, fractionBits)));
  }
  const reader = measure.readerOf(grid.name);
  if (reader === undefined) throw new InputError(`rule ${index}: ${JSON.stringify(grid.name)} holds no numbers`);
  const { expectedSq, largestStep } = await roundingErrors(reader, grid.fractionBits, FLOAT_FORMATS[drift.rounding]);
  // Rounding errors spread like noise around their mean, and the factors' own rounding comes to them; the worst case
  // would leave room for a change of full rank.
  const unitSq = BigInt(Math.floor(NOISE_FACTOR ** 2 * expectedSq));
  // Half a step, of a weight that may have grown to twice its size.
  return { unitSq, largest: LARGEST_QUANTISATION + largestStep };
}

/**
 * As many extra bits as the entry range leaves for the residual: rounding the factors then matters least. A fine-tune whose
 * factors do not fit under them needs a smaller `shift` in the document; `fti policy suggest` finds it.
 */
function defaultShift({ tier }: RuleContext, largest: number): number {
  const bits = Math.log2(tier.tileSize / 2 / largest);
  return Math.max(0, Math.min(MAX_SHIFT, Math.floor(bits)));
}
