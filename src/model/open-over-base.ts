import { InputError } from "../errors/errors.js";
import { ADAPTER_CONFIG, openAdapter } from "./lora-adapter.js";
import { mergeAdapter } from "./merged-model.js";
import { openModel, type Model } from "./open-model.js";
import type { SourceOpener } from "./source-opener.js";

/**
 * Opens a model of any format, or a PEFT adapter's directory as a model over its base. The base must stay open.
 * Throws as `openModel` and `openAdapter`, and `InputError` for an adapter without a base.
 */
export async function openModelOver(opener: SourceOpener, path: string, base: Model | undefined): Promise<Model> {
  const names = await opener.list(path);
  if (names?.includes(ADAPTER_CONFIG) !== true) return openModel(opener, path);
  if (base === undefined) {
    throw new InputError(`${path}: is an adapter, which is a model only over its base`, {
      remedy: "Give the base's weights as well (--base-weights), or a merged model.",
    });
  }
  const adapter = await openAdapter(opener, path);
  try {
    return mergeAdapter(base, adapter);
  } catch (error) {
    await adapter.close();
    throw error;
  }
}
