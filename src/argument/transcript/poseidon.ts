import { FR_ZERO, toFr, type Fr } from "../../algebra/fr.js";
import { apply, dot, FULL_ROUNDS, poseidonConstants, type PoseidonConstants } from "./poseidon-constants.js";

/**
 * circomlib's `PoseidonEx`: one permutation of width `inputs.length + 1` whose first lane starts at `state`.
 * Returns the first `outputs` lanes. `1 <= inputs.length <= 16`, `outputs <= inputs.length + 1`.
 */
export type PoseidonEx = (inputs: readonly Fr[], state: Fr, outputs: number) => Fr[];

const known = new Map<number, PoseidonConstants>();

/** `PoseidonEx` over bigints. The constants of a width are made when it is first asked for. */
export const poseidonEx: PoseidonEx = (inputs, state, outputs) => {
  const width = inputs.length + 1;
  if (width < 2 || width > 17 || outputs < 1 || outputs > width) {
    throw new RangeError(`PoseidonEx: ${inputs.length} inputs and ${outputs} outputs are out of range`);
  }
  const constants = known.get(width) ?? poseidonConstants(width);
  known.set(width, constants);
  return permute([state, ...inputs], constants).slice(0, outputs);
};

function permute(lanes: readonly Fr[], { full, mds, partial, back }: PoseidonConstants): Fr[] {
  const fullRound = (state: readonly Fr[], constants: readonly Fr[]): readonly Fr[] =>
    apply(
      mds,
      state.map((lane, i) => fifthPower(lane + (constants[i] ?? FR_ZERO))),
    );
  const half = FULL_ROUNDS / 2;
  let [first = FR_ZERO, ...others] = [...full.slice(0, half).reduce(fullRound, lanes)];
  for (const { constant, corner, row, shift, column } of partial) {
    const s = fifthPower(first + constant);
    first = toFr(corner * s + dot(row, others) + shift);
    others = others.map((lane, i) => toFr(lane + (column[i] ?? FR_ZERO) * s));
  }
  others = apply(back.matrix, others).map((lane, i) => toFr(lane + (back.offset[i] ?? FR_ZERO)));
  return [...full.slice(half).reduce(fullRound, [first, ...others])];
}

function fifthPower(value: bigint): Fr {
  const square = toFr(value * value);
  return toFr(toFr(square * square) * value);
}
