import { PolicyViolation } from "../errors/errors.js";
import type { Tier } from "../protocol/tiers.js";

/** Integer factors of a rank rule: `A` per row panel (`n × rank`, row-major), `B` per column panel (`rank × n`). */
export interface Factors {
  readonly a: readonly Int32Array[];
  readonly b: readonly Int32Array[];
}

/** Throws `PolicyViolation` unless every entry of a factor polynomial lies in `[-2^(ell-1), 2^(ell-1))`. */
export function assertFactorRange(tier: Tier, factor: Int32Array, name: string): void {
  const bound = tier.tileSize / 2;
  const at = factor.findIndex((value) => value < -bound || value >= bound);
  if (at >= 0) {
    throw new PolicyViolation(`factor ${name}: entry ${at} is ${String(factor[at])}, outside [-${bound}, ${bound})`, {
      remedy: "Use a smaller shift.",
    });
  }
}
