import { ArtifactError } from "../errors/errors.js";
import type { TierName } from "../protocol/tiers.js";
import { artifactRoot, readManifest, type ArtifactStoreOptions } from "./artifact-store.js";
import { openSetup, type Setup } from "./open-setup.js";
import { setupTier, type SetupOptions } from "./setup-tier.js";

export interface OpenOrMakeOptions extends ArtifactStoreOptions, Pick<SetupOptions, "jobs" | "onProgress"> {
  /** Where the same keys must come out again, as in tests; by default from the system's randomness. */
  readonly seed?: string;
}

/**
 * A tier's setup; where there is none, or one for development that is damaged or of other circuit sources, a new INSECURE
 * development setup. Throws `ArtifactError` for a production setup that cannot be used: it is its owner's to repair, and
 * development keys are never put in its place.
 */
export async function openOrMakeSetup(tier: TierName, options: OpenOrMakeOptions = {}): Promise<Setup> {
  const { seed, jobs, onProgress, ...store } = options;
  try {
    return await openSetup(tier, store);
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    const earlier = await readManifest(artifactRoot(store), tier).catch(() => undefined);
    if (earlier?.insecure === false) throw error;
    const mode = { kind: "dev", ...(seed === undefined ? {} : { seed }) } as const;
    await setupTier({ ...store, tier, mode, ...(jobs && { jobs }), ...(onProgress && { onProgress }) });
    return openSetup(tier, store);
  }
}
