import type { Fr } from "../../algebra/fr.js";

/** Prover messages of the LogUp-GKR range argument (PROTOCOL 7.2). */
export interface RangeProof {
  /** The root's eight child values `p_0..p_3, q_0..q_3`. */
  readonly root: readonly Fr[];
  /** Layers with `4^d` nodes, `d = 1 … leafVars/2 - 1`. */
  readonly layers: readonly RangeLayerProof[];
}

export interface RangeLayerProof {
  /** `2d` round polynomials `c_1 … c_4`, without their eq factor. */
  readonly rounds: readonly (readonly Fr[])[];
  /** The eight child values at the layer's random point. */
  readonly children: readonly Fr[];
}
