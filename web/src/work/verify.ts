import { checkCertificate } from "../../../src/client/check-certificate.js";
import type { CheckMade } from "../../../src/client/check-made.js";
import type { Hex } from "../../../src/encoding/hex.js";
import { FormatError, InputError } from "../../../src/errors/errors.js";
import { srsId } from "../../../src/kzg/srs.js";
import { certificateId } from "../../../src/registry/encode.js";
import { tierById, type TierName } from "../../../src/protocol/tiers.js";
import { parseCertificate } from "../../../src/wrap/certificate-codec.js";
import type { Certificate } from "../../../src/wrap/certificate.js";
import { parseVerifyingKey, type Groth16VerifyingKey } from "../../../src/wrap/groth16.js";
import { loadSrs } from "../../../src/wrap/srs-file.js";
import { blobSource, type NamedBytes } from "../blob-source.js";

/** A certificate whose proofs are to be checked. */
export interface VerifyJob {
  readonly kind: "verify";
  readonly certificate: { readonly name: string; readonly text: string };
  /** A `.ptau` file: its first points are what a verifier trusts. */
  readonly srs: NamedBytes;
  /** snarkjs's `verification_key.json` by tier. */
  readonly verifyingKeys: Readonly<Partial<Record<TierName, { readonly name: string; readonly text: string }>>>;
}

export interface Verified {
  readonly valid: boolean;
  readonly checks: readonly CheckMade[];
  /** Why it is invalid. */
  readonly reason: string | undefined;
  readonly certificateId: Hex;
  readonly srsId: Hex;
  /** γ = δ in a key: nobody contributed to it, and whoever knows that can forge proofs. */
  readonly hasHollowKey: boolean;
}

/** Every check that the registry makes. Throws `InputError` or `FormatError` for files that cannot be used. */
export async function verify({ certificate: file, srs: srsFile, verifyingKeys }: VerifyJob): Promise<Verified> {
  const certificate = parseCertificate(file.text, file.name);
  const srs = await loadSrs(blobSource(srsFile.name, srsFile.bytes), 2);
  const keys = new Map<number, Groth16VerifyingKey>();
  for (const id of tiersOf(certificate)) {
    const name = tierById(id)?.name;
    const key = name === undefined ? undefined : verifyingKeys[name];
    if (key !== undefined) keys.set(id, readKey(key.text, key.name));
  }
  const anchors = { srsId: srsId(srs), srs, verifyingKey: ({ id }: { id: number }) => keys.get(id) };
  if (certificate.base.srsId !== anchors.srsId) {
    throw new InputError(
      `${srsFile.name}: is the SRS ${anchors.srsId}, the certificate is under ${certificate.base.srsId}`,
      {
        remedy: "Give the SRS of the registry that the certificate is for.",
      },
    );
  }
  const { valid, checks, error } = await checkCertificate({ certificate, anchors });
  return {
    valid,
    checks,
    reason: error?.shortMessage,
    certificateId: certificateId(certificate),
    srsId: anchors.srsId,
    hasHollowKey: [...keys.values()].some(({ gamma2, delta2 }) => sameWords(gamma2, delta2)),
  };
}

/** The tiers whose keys a certificate needs. */
export function tiersOf({ segments }: Pick<Certificate, "segments">): number[] {
  return [...new Set(segments.map(({ tierId }) => tierId))];
}

type Point = Groth16VerifyingKey["gamma2"];

function sameWords(a: Point, b: Point): boolean {
  return a.x.c0 === b.x.c0 && a.x.c1 === b.x.c1 && a.y.c0 === b.y.c0 && a.y.c1 === b.y.c1;
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
