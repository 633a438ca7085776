import type { Hex } from "../algebra/hex.js";
import { eventsOf, type RegistryConnection } from "./connection.js";
import type { Metadata } from "./encode.js";
import { getModel } from "./read-records.js";

/** Somebody's word about a model, policy or certificate. */
export interface Statement extends Metadata {
  readonly publisher: Hex;
}

/** What was said about something, oldest first. Anybody can say anything. Throws `UnavailableError`. */
export async function statementsAbout(registry: RegistryConnection, subjectId: Hex): Promise<Statement[]> {
  const events = await eventsOf(registry, "MetadataPublished", [subjectId]);
  return events.map(({ args: { publisher, uri, contentHash } }) => ({ publisher, uri, contentHash }));
}

/** Addresses at which somebody says the manifest of a model is, oldest first. Check its hash. Throws `UnavailableError`. */
export async function findManifestUris(
  registry: RegistryConnection,
  modelId: Hex,
  fromBlock?: number,
): Promise<string[]> {
  const model = await getModel(registry, modelId);
  if (model === undefined) return [];
  const events = await eventsOf(registry, "MetadataPublished", [modelId, null, model.manifestHash], fromBlock);
  return events.map(({ args }) => args.uri);
}
