import type { Fr } from "../../algebra/fr.js";
import type { RangeTree } from "../../kernels/backend.js";
import type { Tier } from "../../protocol/tiers.js";
import { runSumcheck } from "../sumcheck/prove.js";
import type { Transcript } from "../transcript/transcript.js";
import type { RangeLayerProof, RangeProof } from "./proof.js";

/** The prover's side of PROTOCOL 7.2; `point` is where the leaves are claimed. */
export async function proveRange(
  tier: Tier,
  tree: RangeTree,
  transcript: Transcript,
  onLayer: (layer: number) => void,
): Promise<{ proof: RangeProof; point: Fr[] }> {
  const root = await tree.root();
  const layers: RangeLayerProof[] = [];
  const lastLayer = tier.leafVars / 2 - 1;
  let children = root;
  let innerPoint: readonly Fr[] = [];
  for (let depth = 1; depth <= lastLayer; depth++) {
    const [c0, c1, lambda] = transcript.absorb(children, 3) as [Fr, Fr, Fr];
    const point = [c0, c1, ...innerPoint];
    const replay = await runSumcheck(2 * depth, await tree.layer(depth, point, lambda), transcript);
    layers.push({ rounds: replay.rounds, children: replay.finals });
    children = replay.finals;
    innerPoint = replay.point;
    onLayer(depth);
  }
  const [c0, c1] = transcript.absorb(children, 2) as [Fr, Fr];
  return { proof: { root, layers }, point: [c0, c1, ...innerPoint] };
}
