import { openAdapter } from "./formats/lora-adapter.js";
import { isAdapterConfig } from "./formats/lora-module.js";
import type { AskedOrientation } from "./formats/lora-orientation.js";
import { assertNoFactors } from "./formats/loose-factors.js";
import { mergeAdapter } from "./formats/merged-model.js";
import { contentOfFolder } from "./model-folder.js";
import { pairModel } from "./names/pair-names.js";
import { targetOfModel } from "./names/pair-target.js";
import { notesOnIgnored, openModel, type Model } from "./open-model.js";
import { assertSameKinds } from "./same-kinds.js";
import type { SourceOpener } from "./source-opener.js";

/**
 * Opens a model of any format, or a PEFT adapter's folder (or its adapter_config.json) as a model over its base. With a base
 * the model's tensors have the base's names (`pairModel`), and the base must stay open. Throws as `openModel`, `openAdapter`
 * and `pairModel`, `InputError` for an adapter without a base and for factors without their configuration, for a tensor that
 * holds integers in one of the models and floats in the other, and as
 * `mergeAdapter`, to which `orientations` go.
 */
export async function openModelOver(
  opener: SourceOpener,
  path: string,
  base: Model | undefined,
  orientations: readonly AskedOrientation[] = [],
): Promise<Model> {
  const names = await opener.list(path);
  const content = names === undefined ? undefined : contentOfFolder(path, names);
  const isAdapter = content === undefined ? isAdapterConfig(path) : content.model.kind === "adapter";
  if (base === undefined || !isAdapter) return openWhole(opener, path, base);
  const adapter = await openAdapter(opener, content === undefined ? opener.directoryOf(path) : path);
  try {
    const model = await mergeAdapter(base, adapter, orientations);
    const notes = [...model.notes, ...notesOnIgnored(`the adapter in ${path}`, content?.otherWeights ?? [])];
    return await pairOver(base, { ...model, notes });
  } catch (error) {
    await adapter.close();
    throw error;
  }
}

async function openWhole(opener: SourceOpener, path: string, base: Model | undefined): Promise<Model> {
  const model = await openModel(opener, path);
  try {
    const read = { ...model, notes: [...model.notes, ...(await assertNoFactors(opener, model, base))] };
    return base === undefined ? read : await pairOver(base, read);
  } catch (error) {
    await model.close();
    throw error;
  }
}

/** The model by its base's names: only then is it known which tensors are to hold the same kind of numbers. */
async function pairOver(base: Model, model: Model): Promise<Model> {
  const paired = await pairModel(targetOfModel(base), model);
  assertSameKinds(base, paired);
  return paired;
}
