import { srsId } from "../argument/kzg/srs.js";
import { ArtifactError } from "../errors/errors.js";
import { TIERS, type TierName } from "../protocol/tiers.js";
import { parseVerifyingKey } from "../groth16/groth16.js";
import { loadSrs } from "../groth16/srs-file.js";
import type { TrustAnchors } from "../segment/trust-anchors.js";
import {
  artifactRoot,
  checkObject,
  manifestPath,
  objectPath,
  readManifest,
  type ArtifactStoreOptions,
} from "./artifact-store.js";
import { fileSystem } from "./file-source.js";
import { readTextFile } from "./text-file.js";

/** What a verifier trusts, from a tier's setup in the store. */
export interface StoredAnchors {
  readonly anchors: TrustAnchors;
  /** Whether they are those of a development setup, and the warning that says so. */
  readonly insecure: boolean;
  readonly warning: string | undefined;
}

/**
 * Opens what is needed to verify certificates of a tier, and no more: neither the proving key nor the powers are read, so
 * that it takes no time. The verifying key is checked by its digest, the SRS by its id, as the manifest has them.
 * Throws `ArtifactError` naming what is missing or changed.
 */
export async function openAnchors(tierName: TierName, options: ArtifactStoreOptions = {}): Promise<StoredAnchors> {
  const root = artifactRoot(options);
  const { files, srs: expected, insecure, warning } = await readManifest(root, tierName);
  const verifyingKey = parseVerifyingKey(
    JSON.parse(await readTextFile(await checkObject(root, tierName, files.verificationKey))),
  );
  const path = objectPath(root, files.srs);
  const source = await fileSystem.open(path);
  const srs = await loadSrs(source, 2).finally(() => source.close());
  const actual = srsId(srs);
  if (actual !== expected.srsId) {
    throw new ArtifactError(path, `is the SRS ${actual}, the setup (${manifestPath(root, tierName)}) needs another`, {
      expectedDigest: expected.srsId,
      actualDigest: actual,
    });
  }
  const { id } = TIERS[tierName];
  const anchors = {
    srsId: actual,
    srs,
    verifyingKey: (tier: { id: number }) => (tier.id === id ? verifyingKey : undefined),
  };
  return { anchors, insecure, warning };
}
