import { openAdapter } from "./lora-adapter.js";
import { ADAPTER_CONFIG } from "./lora-module.js";
import { mergeAdapter } from "./merged-model.js";
import { openModel, type Model } from "./open-model.js";
import type { SourceOpener } from "./source-opener.js";

/**
 * Opens a model of any format, or a PEFT adapter's directory as a model over its base. The base must stay open.
 * Throws as `openModel` and `openAdapter`, and `InputError` for an adapter without a base.
 */
export async function openModelOver(opener: SourceOpener, path: string, base: Model | undefined): Promise<Model> {
  const names = await opener.list(path);
  if (base === undefined || names?.includes(ADAPTER_CONFIG) !== true) return openModel(opener, path);
  const adapter = await openAdapter(opener, path);
  try {
    return mergeAdapter(base, adapter);
  } catch (error) {
    await adapter.close();
    throw error;
  }
}
