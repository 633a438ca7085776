import { modelId, type ModelParts } from "../commitment/model-id.js";
import { assertPolicyFitsManifest } from "../policy/policy-manifest.js";
import { assertPolicy, assertPolicyFitsClasses, policyId, type Policy } from "../policy/rule.js";
import type { RuleShare } from "../segment/statement.js";
import type { Hex } from "../algebra/hex.js";
import { keccakText } from "../algebra/keccak.js";
import { VerificationError } from "../errors/errors.js";
import { assertClassTable, classTable, classTableHash } from "../quantize/class-table.js";
import { decodeManifest, manifestHash, type Manifest } from "../quantize/manifest.js";
import type { Certificate, SentOnChain } from "./certificate.js";
import type { WrappedSegment } from "../segment/wrapped-segment.js";
import type { TrustAnchors } from "../segment/trust-anchors.js";
import { asVerification, assertWrappedSegment } from "../segment/verify-wrapped-segment.js";

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
    return { valid: true, ...assertCertificate(certificate, manifest, anchors) };
  } catch (error) {
    if (error instanceof VerificationError) return { valid: false, error };
    throw error;
  }
}

function assertCertificate(
  certificate: SentOnChain,
  manifestText: string | undefined,
  anchors: TrustAnchors,
): { baseModelId: Hex; tunedModelId: Hex; policyId: Hex } {
  const { base, tuned, policy, segments } = certificate;
  assertModels(certificate, anchors);
  const manifest = manifestText === undefined ? undefined : manifestOf(base, manifestText);
  asVerification("models", () => {
    assertClassTable(certificate.classes, base.tileCount);
  });
  expectSame("the class table's hash", classTableHash(certificate.classes), base.classTableHash);
  const baseModelId = modelId(base);
  if (policy.baseModelId !== baseModelId) {
    throw new VerificationError("policy", "is about another base model", {
      expected: baseModelId,
      actual: policy.baseModelId,
    });
  }
  asVerification("policy", () => {
    assertPolicy(policy, base.tileCount);
    assertPolicyFitsClasses(policy, certificate.classes);
    if (manifest !== undefined) assertPolicyFitsManifest(policy, manifest);
  });
  if (segments.length === 0) throw new VerificationError("segments", "the certificate has no segment");
  assertShares(policy, segments);
  assertTilesAscend(segments);

  let current = base.merkleRoot;
  for (const [i, segment] of segments.entries()) {
    assertWrappedSegment(`segment ${i}`, certificate, segment, current, anchors);
    current = segment.nextMerkleRoot;
  }
  if (current !== tuned.merkleRoot) {
    throw new VerificationError("segments", "the last segment does not lead to the fine-tuned model", {
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
  expectSame("the fine-tuned model's srsId", tuned.srsId, base.srsId);
  expectSame("the fine-tuned model's t", tuned.t, base.t);
  expectSame("the fine-tuned model's tileCount", tuned.tileCount, base.tileCount);
  expectSame("the fine-tuned model's manifestHash", tuned.manifestHash, base.manifestHash);
  expectSame("the fine-tuned model's classTableHash", tuned.classTableHash, base.classTableHash);
}

/** The manifest, once it is known to be the base's. */
function manifestOf(base: ModelParts, manifest: string): Manifest {
  expectSame("the manifest's hash", keccakText(manifest), base.manifestHash);
  const parsed = asVerification("models", () => decodeManifest(manifest));
  // Readers disagree on a name that is there twice; canonical text has one reading.
  expectSame("the manifest's canonical text", manifestHash(parsed), keccakText(manifest));
  expectSame("the manifest's t", parsed.t, base.t);
  expectSame("the manifest's tileCount", parsed.tileCount, base.tileCount);
  expectSame("the manifest's class table", classTableHash(classTable(parsed)), base.classTableHash);
  return parsed;
}

/**
 * What segments may take of a rule: its budgets once for the whole certificate, and a rank only in one piece. Shares are
 * sums of squares, so they add up only because no tile is moved twice (`assertTilesAscend`).
 */
function assertShares(policy: Policy, segments: readonly WrappedSegment[]): void {
  const taken = new Map<number, RuleShare>();
  for (const { uses } of segments) {
    for (const { ruleIndex, maxNonzeros, maxResidualSq } of uses) {
      const rule = policy.rules[ruleIndex];
      if (rule === undefined) throw new VerificationError("rules", `rule ${ruleIndex} is not in the policy`);
      const before = taken.get(ruleIndex);
      if (before !== undefined && rule.maxRank > 0) {
        throw new VerificationError("rules", `rule ${ruleIndex} bounds a rank and is used twice`);
      }
      if (maxNonzeros < 0n || maxResidualSq < 0n) {
        throw new VerificationError("shares", `a share of rule ${ruleIndex} is negative`);
      }
      const sum: RuleShare = {
        maxNonzeros: (before?.maxNonzeros ?? 0n) + maxNonzeros,
        maxResidualSq: (before?.maxResidualSq ?? 0n) + maxResidualSq,
      };
      for (const bound of ["maxNonzeros", "maxResidualSq"] as const) {
        if (sum[bound] > rule[bound]) {
          throw new VerificationError("shares", `the shares of rule ${ruleIndex} exceed its ${bound}`, {
            expected: `at most ${rule[bound]}`,
            actual: sum[bound].toString(),
          });
        }
      }
      taken.set(ruleIndex, sum);
    }
  }
}

/** Every segment's tiles lie above those of the segment before: no tile is moved twice. */
function assertTilesAscend(segments: readonly WrappedSegment[]): void {
  let last = -1;
  for (const [i, { tiles }] of segments.entries()) {
    const sorted = [...tiles].sort((a, b) => a - b);
    const [first = last] = sorted;
    if (first <= last) {
      throw new VerificationError(`segment ${i}/tiles`, `tile ${first} is not above those of the segment before`, {
        expected: `at least ${last + 1}`,
        actual: String(first),
      });
    }
    last = sorted.at(-1) ?? last;
  }
}
