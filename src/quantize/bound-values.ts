import { InputError } from "../errors/errors.js";
import type { ModelTensor, TensorReader } from "../model/tensor.js";
import type { PlacedTensor } from "./layout.js";
import type { Manifest } from "./manifest.js";
import { digestOfValues } from "./value-digest.js";

/**
 * Checks what a manifest says of values beside the tiles: pinned entries are as they were, and so are tensors that a digest
 * stands for. `tensors`: the model's, by the names of the manifest. Throws `InputError` naming tensor, index and both values.
 */
export async function assertBoundValues(manifest: Manifest, tensors: ReadonlyMap<string, ModelTensor>): Promise<void> {
  for (const placed of manifest.tensors) {
    const tensor = tensors.get(placed.name);
    // Strings have their digest from the file, and are compared with the names.
    if (tensor === undefined || tensor.kind === "string") continue;
    if (placed.kind === "digest") await assertDigest(placed.sha256, tensor);
    else await assertPinned(placed, tensor);
  }
}

async function assertDigest(expected: string, tensor: TensorReader): Promise<void> {
  const actual = await digestOfValues(tensor);
  if (actual === expected) return;
  throw new InputError(
    `${place(tensor)}: its values have the digest ${actual}, but ${expected} in the base: it held infinities when the base was ` +
      "committed, so that it must be the same in every fine-tune",
    { remedy: "Take this tensor from the base." },
  );
}

async function assertPinned(placed: PlacedTensor, tensor: TensorReader): Promise<void> {
  if (!("pinned" in placed)) return;
  for (const [index, expected] of placed.pinned ?? []) {
    const [actual] = await tensor.readValues(index, 1);
    if (actual === expected) continue;
    throw new InputError(
      `${place(tensor)}, index ${index}: the weight is ${actual}, but ${expected} in the base, which pins it: it is too large ` +
        `for the tensor's ${placed.fractionBits} fraction bits`,
      {
        remedy:
          "Take this weight from the base, or commit the base with fewer fraction bits for the tensor, so that the " +
          `weight can change: --fraction-bits ${JSON.stringify(placed.name)}=${roomyBits(Math.max(Math.abs(expected), Math.abs(actual ?? 0)))}.`,
      },
    );
  }
}

/** The most fraction bits with which a weight and as much drift again fit into 31 bits. */
function roomyBits(size: number): number {
  return 30 - Math.ceil(Math.log2(Math.min(size, Number.MAX_VALUE)));
}

function place({ file, name }: TensorReader): string {
  return `${file}: tensor ${JSON.stringify(name)}`;
}
