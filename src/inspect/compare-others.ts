import type { Model } from "../model/open-model.js";
import type { ModelTensor } from "../model/tensor.js";
import type { Inspection, OtherChange } from "./inspection.js";
import { arePaired, eachChunk } from "./tensor-pair.js";

/** What became of tensors of integers, booleans and strings that both models have. */
export async function compareOthers(base: Model, tuned: Model): Promise<Inspection["others"]> {
  const after = new Map(tuned.tensors.map((tensor) => [tensor.name, tensor]));
  const changed: OtherChange[] = [];
  let count = 0;
  for (const before of base.tensors) {
    const other = after.get(before.name);
    if (before.kind === "float" || other === undefined || !arePaired(before, other)) continue;
    count++;
    const change = await compare(before, other);
    if (change !== undefined) changed.push(change);
  }
  return { count, changed };
}

async function compare(before: ModelTensor, after: ModelTensor): Promise<OtherChange | undefined> {
  const { name, shape, dtype, elementCount: elements } = after;
  const what = { name, shape, dtype, elements };
  if (before.kind === "string" || after.kind === "string") {
    const isSame = before.kind === "string" && after.kind === "string" && before.sha256 === after.sha256;
    return isSame ? undefined : { ...what, differ: undefined, largest: undefined };
  }
  let differ = 0;
  let largest = { value: 0, index: 0 };
  await eachChunk(before, after, (w0, w1, start) => {
    for (let i = 0; i < w0.length; i++) {
      const change = (w1[i] as number) - (w0[i] as number);
      if (change === 0) continue;
      differ++;
      if (Math.abs(change) > Math.abs(largest.value)) largest = { value: change, index: start + i };
    }
  });
  return differ === 0 ? undefined : { ...what, differ, largest };
}
