import { buildPoseidon } from "circomlibjs";
import type { Fr } from "../../algebra/fr.js";

/**
 * circomlib's `PoseidonEx`: one permutation of width `inputs.length + 1` whose first lane starts at `state`.
 * Returns the first `outputs` lanes. `1 <= inputs.length <= 16`, `outputs <= inputs.length + 1`.
 */
export type PoseidonEx = (inputs: readonly Fr[], state: Fr, outputs: number) => Fr[];

let loading: Promise<PoseidonEx> | undefined;

/** Builds the WebAssembly permutation once per process. */
export function loadPoseidon(): Promise<PoseidonEx> {
  loading ??= buildPoseidon().then((poseidon) => (inputs, state, outputs) => {
    if (inputs.length < 1 || inputs.length > 16 || outputs > inputs.length + 1) {
      throw new RangeError(`PoseidonEx: ${inputs.length} inputs and ${outputs} outputs are out of range`);
    }
    const lanes = poseidon(inputs, state, outputs);
    return (Array.isArray(lanes) ? lanes : [lanes]).map((lane) => poseidon.F.toObject(lane) as Fr);
  });
  return loading;
}
