import type { JsonRpcApiProvider, Signer } from "ethers";
import { proveCertificate, type ProveCertificateInput } from "../../certificate/prove-certificate.js";
import type { Policy } from "../../policy/rule.js";
import { PolicyViolation, RegistryError } from "../../errors/errors.js";
import type { DriftRegistryClient } from "../../registry/client.js";
import { encodeCertificate, parseCertificate } from "../../certificate/certificate-codec.js";
import type { Certificate } from "../../certificate/certificate.js";
import type { TrustAnchors } from "../../segment/trust-anchors.js";
import { verifyCertificate } from "../../certificate/verify-certificate.js";

/** A cheat and who refused it how. */
export interface Refusal {
  readonly cheat: string;
  /** Refusals by name: an error's class, a phase, a custom error of the contract. */
  readonly refusedBy: Readonly<Record<string, string>>;
  readonly asExpected: boolean;
}

const EXPECTED_PHASE = "segment 0/groth16";
const EXPECTED_ERROR = "InvalidGroth16Proof";

/** What the stricter policy divides the bound by. */
export const STRICTER = 4n;

/** A policy that the drift breaks: the prover refuses, and the honest proof does not pass under it. */
export async function refuseStricterPolicy(
  input: ProveCertificateInput,
  stricter: Policy,
  certificate: Certificate,
  anchors: TrustAnchors,
  registry: DriftRegistryClient,
  publisher: Signer,
): Promise<Refusal> {
  const prover = await nameOfThrown(proveCertificate({ ...input, policy: stricter }));
  // With shares as the stricter policy has them: these alone would be refused before anybody looked at the proof.
  const segments = certificate.segments.map((segment) => ({
    ...segment,
    uses: segment.uses.map((use) => ({ ...use, maxResidualSq: use.maxResidualSq / STRICTER })),
  }));
  const relabeled = { ...certificate, policy: stricter, segments };
  await registry.registerPolicy(publisher, relabeled);
  const verifier = phaseOf(relabeled, anchors);
  const contract = await nameOfThrown(registry.certify(publisher, relabeled));
  return {
    cheat: "a policy of a quarter of the bound, which the drift breaks",
    refusedBy: { prover, verifier, contract },
    asExpected: prover === PolicyViolation.name && verifier === EXPECTED_PHASE && contract === EXPECTED_ERROR,
  };
}

/**
 * One byte of the certificate's file changed: the last of the claimed value `y`. The chain is set back to before
 * the certificate was registered, so that the contract looks at the proof and does not just see a duplicate.
 */
export async function refuseChangedByte(
  certificate: Certificate,
  anchors: TrustAnchors,
  registry: DriftRegistryClient,
  publisher: Signer,
  rewind: () => Promise<void>,
): Promise<{ readonly refusal: Refusal; readonly file: string }> {
  const file = changeByte(encodeCertificate(certificate));
  const changed = parseCertificate(file, "certificate.changed.json");
  const verifier = phaseOf(changed, anchors);
  await rewind();
  const contract = await nameOfThrown(registry.certify(publisher, changed));
  return {
    refusal: {
      cheat: "the certificate with one byte changed",
      refusedBy: { verifier, contract },
      asExpected: verifier === EXPECTED_PHASE && contract === EXPECTED_ERROR,
    },
    file,
  };
}

/** The proof as it is, sent by somebody else; for the offline verifier, with the name of somebody else on it. */
export async function refuseCopy(
  certificate: Certificate,
  anchors: TrustAnchors,
  registry: DriftRegistryClient,
  thief: Signer,
): Promise<Refusal> {
  const address = (await thief.getAddress()).toLowerCase() as Certificate["publisher"];
  const verifier = phaseOf({ ...certificate, publisher: address }, anchors);
  const contract = await nameOfThrown(registry.certify(thief, certificate));
  return {
    cheat: "the copied proof, sent by another account",
    refusedBy: { verifier, contract },
    asExpected: verifier === EXPECTED_PHASE && contract === EXPECTED_ERROR,
  };
}

/** Takes a snapshot of a development chain; the result sets it back. */
export async function snapshot(provider: JsonRpcApiProvider): Promise<() => Promise<void>> {
  const id: unknown = await provider.send("evm_snapshot", []);
  return async () => {
    await provider.send("evm_revert", [id]);
  };
}

/** Flips the lowest bit of the last hex digit of the first claimed `y`: still a canonical scalar. */
function changeByte(file: string): string {
  const at = /"claim":[^}]*"y": "0x[0-9a-f]{63}/u.exec(file);
  if (at === null) throw new Error("the certificate's file has no claimed value");
  const position = at.index + at[0].length;
  const digit = parseInt(file.charAt(position), 16) ^ 1;
  return `${file.slice(0, position)}${digit.toString(16)}${file.slice(position + 1)}`;
}

function phaseOf(certificate: Certificate, anchors: TrustAnchors): string {
  const result = verifyCertificate(certificate, anchors);
  return result.valid ? "accepted" : result.error.phase;
}

/** The error's class, or the contract's custom error; "accepted" if there was none. */
async function nameOfThrown(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "accepted";
  } catch (error) {
    if (error instanceof RegistryError && error.errorName !== undefined) return error.errorName;
    return error instanceof Error ? error.name : String(error);
  }
}
