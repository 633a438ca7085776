import type { G2 } from "../algebra/g1.js";

/** A G2 point in the precompiles' order: imaginary part first. */
export function g2Words({ x, y }: G2): { x: [bigint, bigint]; y: [bigint, bigint] } {
  return { x: [x.c1, x.c0], y: [y.c1, y.c0] };
}
