import type { Rule } from "../drift/rule.js";
import { InputError } from "../errors/errors.js";
import type { IntVector } from "../kernels/backend.js";
import type { Tier } from "../protocol/tiers.js";
import type { GridTensor } from "../quantize/layout.js";
import type { RankReport } from "./check-report.js";

/** `2^shift·Δ - A·B` of the tiles of a rank rule, for the factors that the search finds. */
export function residualsOfRank(_tier: Tier, _rule: Rule, _deltas: readonly IntVector[]): readonly IntVector[] {
  throw new InputError("rank rules cannot be checked yet");
}

/** How many singular values a change has above what rounding can make. */
export function rankAboveNoise(
  _tier: Tier,
  _tensor: GridTensor,
  _deltas: readonly IntVector[],
  _noise: number | undefined,
): Promise<Pick<RankReport, "measured" | "isLowerBound">> {
  return Promise.reject(new InputError("rank rules cannot be checked yet"));
}
