import { ArtifactError } from "../../errors/errors.js";
import { readManifest } from "../../node/artifact-store.js";
import type { Setup } from "../../node/open-setup.js";
import { setupTier } from "../../node/setup-tier.js";
import type { TierName } from "../../protocol/tiers.js";
import { artifactsRoot, type Session } from "../session.js";

/** The tier's setup if there is a valid one; otherwise a new INSECURE development setup. */
export async function openOrMakeSetup(tier: TierName, folder: string | undefined, session: Session): Promise<Setup> {
  try {
    return await session.openSetup(tier, folder);
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    const root = artifactsRoot(folder, session.env);
    // A damaged production setup is its owner's to repair: never put development keys in its place.
    const earlier = await readManifest(root, tier).catch(() => undefined);
    if (earlier?.insecure === false) throw error;
    await setupTier({ tier, mode: { kind: "dev" }, root, jobs: session.jobs, onProgress: session.onProgress });
    return session.openSetup(tier, folder);
  }
}
