import { modelId, type ModelParts } from "../commitment/model-id.js";
import { assertPolicyFitsManifest } from "../drift/policy-manifest.js";
import { assertPolicy, policyId, type Policy } from "../drift/rule.js";
import type { Hex } from "../encoding/hex.js";
import { keccakText } from "../encoding/keccak.js";
import { VerificationError } from "../errors/errors.js";
import { classTable, classTableHash } from "../quantize/class-table.js";
import { encodeManifest, parseManifest, type Manifest } from "../quantize/manifest.js";
import type { Certificate, SentOnChain, WrappedSegment } from "./certificate.js";
import type { TrustAnchors } from "./trust-anchors.js";
import { asVerification, assertSegment } from "./verify-segment.js";

export type CertificateResult =
  | { readonly valid: true; readonly baseModelId: Hex; readonly tunedModelId: Hex; readonly policyId: Hex }
  | { readonly valid: false; readonly error: VerificationError };

/**
 * Every check that the registry makes (PROTOCOL 8), offline. Says nothing of whether the certificate is
 * registered, nor whether `base` and `tuned` are the models that somebody calls by those names: recompute
 * their ids from the weights for that.
 * Throws `InputError` if the verifier lacks a tier's key.
 */
export function verifyCertificate(certificate: Certificate, anchors: TrustAnchors): CertificateResult {
  return verify(certificate, certificate.manifest, anchors);
}

/**
 * `verifyCertificate` but for what only the manifest tells: that the policy's rules fit the tensors. So far a certificate
 * can be checked that was read from a chain, where no manifest is.
 */
export function verifyWithoutManifest(certificate: SentOnChain, anchors: TrustAnchors): CertificateResult {
  return verify(certificate, undefined, anchors);
}

function verify(certificate: SentOnChain, manifest: string | undefined, anchors: TrustAnchors): CertificateResult {
  try {
    return { valid: true, ...checkCertificate(certificate, manifest, anchors) };
  } catch (error) {
    if (error instanceof VerificationError) return { valid: false, error };
    throw error;
  }
}

function checkCertificate(
  certificate: SentOnChain,
  manifestText: string | undefined,
  anchors: TrustAnchors,
): { baseModelId: Hex; tunedModelId: Hex; policyId: Hex } {
  const { base, tuned, policy, segments } = certificate;
  assertModels(certificate, anchors);
  const manifest = manifestText === undefined ? undefined : manifestOf(base, manifestText);
  const baseModelId = modelId(base);
  if (policy.baseModelId !== baseModelId) {
    throw new VerificationError("policy", "is about another base model", {
      expected: baseModelId,
      actual: policy.baseModelId,
    });
  }
  asVerification("policy", () => {
    assertPolicy(policy, base.tileCount);
    if (manifest !== undefined) assertPolicyFitsManifest(policy, manifest);
  });
  if (segments.length === 0) throw new VerificationError("segments", "the certificate has no segment");
  assertRulesUsedOnce(policy, segments);

  let current = base.merkleRoot;
  for (const [i, segment] of segments.entries()) {
    assertSegment(`segment ${i}`, certificate, segment, current, anchors);
    current = segment.nextMerkleRoot;
  }
  if (current !== tuned.merkleRoot) {
    throw new VerificationError("segments", "the last segment does not lead to the tuned model", {
      expected: tuned.merkleRoot,
      actual: current,
    });
  }
  return { baseModelId, tunedModelId: modelId(tuned), policyId: policyId(policy) };
}

function expectSame(name: string, actual: string | number, expected: string | number): void {
  if (actual !== expected) {
    throw new VerificationError("models", `${name} differs`, { expected: String(expected), actual: String(actual) });
  }
}

function assertModels({ base, tuned }: SentOnChain, anchors: TrustAnchors): void {
  expectSame("the base's srsId", base.srsId, anchors.srsId);
  expectSame("the tuned model's srsId", tuned.srsId, base.srsId);
  expectSame("the tuned model's t", tuned.t, base.t);
  expectSame("the tuned model's tileCount", tuned.tileCount, base.tileCount);
  expectSame("the tuned model's manifestHash", tuned.manifestHash, base.manifestHash);
  expectSame("the tuned model's classTableHash", tuned.classTableHash, base.classTableHash);
}

/** The manifest, once it is known to be the base's. */
function manifestOf(base: ModelParts, manifest: string): Manifest {
  expectSame("the manifest's hash", keccakText(manifest), base.manifestHash);
  const parsed = asVerification("models", () => parseManifest(JSON.parse(manifest) as unknown));
  // Readers disagree on a name that is there twice; canonical text has one reading.
  expectSame("the manifest's canonical text", keccakText(encodeManifest(parsed)), keccakText(manifest));
  expectSame("the manifest's t", parsed.t, base.t);
  expectSame("the manifest's tileCount", parsed.tileCount, base.tileCount);
  expectSame("the manifest's class table", classTableHash(classTable(parsed)), base.classTableHash);
  return parsed;
}

/** A rule's budget counts once for the whole certificate: splitting it over segments would multiply it. */
function assertRulesUsedOnce(policy: Policy, segments: readonly WrappedSegment[]): void {
  const used = new Set<number>();
  for (const { uses } of segments) {
    for (const { ruleIndex } of uses) {
      if (ruleIndex >= policy.rules.length) {
        throw new VerificationError("rules", `rule ${ruleIndex} is not in the policy`);
      }
      if (used.has(ruleIndex)) throw new VerificationError("rules", `rule ${ruleIndex} is used twice`);
      used.add(ruleIndex);
    }
  }
}
