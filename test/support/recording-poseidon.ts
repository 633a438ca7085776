import type { Fr } from "../../src/algebra/fr.js";
import { poseidonEx, type PoseidonEx } from "../../src/argument/transcript/poseidon.js";

/** One permutation as the transcript called it. */
export interface Permutation {
  readonly inputs: readonly Fr[];
  readonly state: Fr;
  readonly lanes: readonly Fr[];
}

/** A permutation that keeps a record of its calls. */
export function recordingPoseidon(): { permute: PoseidonEx; calls: Permutation[] } {
  const calls: Permutation[] = [];
  return {
    calls,
    permute: (inputs, state, outputs) => {
      const lanes = poseidonEx(inputs, state, outputs);
      calls.push({ inputs: [...inputs], state, lanes });
      return lanes;
    },
  };
}
