import {
  FormatError,
  type Groth16VerifyingKey,
  loadSrs,
  parseVerifyingKey,
  srsId,
  type TrustAnchors,
} from "fine-tuning-integrity";
import { lacksContribution, tierById } from "fine-tuning-integrity/registry";
import type { TierName } from "fine-tuning-integrity/prove";
import { blobSource, type NamedBytes } from "../blob-source.js";

/** What a verifier trusts, as files, which pass between threads. */
export interface AnchorFiles {
  /** A `.ptau` file: its first points are what a verifier trusts. */
  readonly srs: NamedBytes;
  /** snarkjs's `verification_key.json` by tier. */
  readonly verifyingKeys: Readonly<Partial<Record<TierName, { readonly name: string; readonly text: string }>>>;
}

/** Reads them. Throws `InputError` or `FormatError` for files that cannot be used. */
export async function openAnchors({
  srs: file,
  verifyingKeys,
}: AnchorFiles): Promise<{ readonly anchors: TrustAnchors; readonly hasHollowKey: boolean }> {
  const srs = await loadSrs(blobSource(file.name, file.bytes), 2);
  const keys = new Map(Object.entries(verifyingKeys).map(([tier, { name, text }]) => [tier, readKey(text, name)]));
  const verifyingKey: TrustAnchors["verifyingKey"] = ({ id }) => keys.get(tierById(id)?.name ?? "");
  return {
    anchors: { srsId: srsId(srs), srs, verifyingKey },
    hasHollowKey: [...keys.values()].some(lacksContribution),
  };
}

function readKey(text: string, name: string): Groth16VerifyingKey {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(name, "is not JSON", { remedy: "Expected snarkjs's verification key.", cause });
  }
  return parseVerifyingKey(json);
}
