import type { Model } from "../model/open-model.js";
import { measureRounding } from "./measure-tensor.js";
import { arePaired } from "./tensor-pair.js";

/** Whether the dtypes of the two files explain the change of a tensor. */
export type RoundingTest = (tensor: string) => Promise<boolean>;

/**
 * Tells tensors that were rounded from those that were changed: by the dtypes of both files, never by the steps of a commitment.
 * Reads a tensor when it is asked for. What an adapter adds is no rounding.
 */
export function roundingTest(base: Pick<Model, "tensors">, tuned: Pick<Model, "tensors" | "adapter">): RoundingTest {
  const known = new Map<string, Promise<boolean>>();
  const test = async (name: string): Promise<boolean> => {
    const [before, after] = [base, tuned].map(({ tensors }) => tensors.find((tensor) => tensor.name === name));
    if (before?.kind !== "float" || after?.kind !== "float" || !arePaired(before, after)) return false;
    return tuned.adapter === undefined && (await measureRounding(before, after)) !== undefined;
  };
  return (name) => {
    const answer = known.get(name) ?? test(name);
    known.set(name, answer);
    return answer;
  };
}
