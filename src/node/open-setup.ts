import { FormatError } from "../errors/errors.js";
import { srsId, type Srs } from "../argument/kzg/srs.js";
import { TIERS, type Tier, type TierName } from "../protocol/tiers.js";
import type { TrustAnchors } from "../segment/trust-anchors.js";
import { parseVerifyingKey } from "../groth16/groth16.js";
import type { ProvingArtifacts } from "../segment/prove-wrapped.js";
import { loadSrs } from "../groth16/srs-file.js";
import { openArtifacts, type ArtifactStoreOptions, type OpenedArtifacts } from "./artifact-store.js";
import { fileSystem } from "./file-source.js";
import { readTextFile } from "./text-file.js";

/** A tier's setup, ready for use: artifacts with checked digests, the SRS in memory. */
export interface Setup {
  readonly tier: Tier;
  readonly artifacts: OpenedArtifacts;
  readonly srs: Srs;
  readonly proving: ProvingArtifacts;
  /** What a verifier trusts; it has the verifying key of this tier alone. */
  readonly anchors: TrustAnchors;
}

/** Opens a tier's setup from the store. Throws `ArtifactError` naming what is missing, changed or of another tier. */
export async function openSetup(tierName: TierName, options: ArtifactStoreOptions = {}): Promise<Setup> {
  const tier = TIERS[tierName];
  const artifacts = await openArtifacts(tierName, options);
  const { paths } = artifacts;
  const source = await fileSystem.open(paths.srs);
  const srs = await loadSrs(source, tier.tileSize).finally(() => source.close());
  const verifyingKey = parseVerifyingKey(parseJson(await readTextFile(paths.verificationKey), paths.verificationKey));
  const proving = { wasm: paths.wasm, zkey: paths.zkey, verifyingKey };
  const anchors: TrustAnchors = {
    srsId: srsId(srs),
    srs,
    verifyingKey: (wanted) => (wanted.id === tier.id ? verifyingKey : undefined),
  };
  return { tier, artifacts, srs, proving, anchors };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(path, "is not JSON", { cause });
  }
}
