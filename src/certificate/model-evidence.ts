import type { OpenedModel } from "../commitment/commit-tiles.js";
import { committedModel, type CommittedModel } from "../commitment/committed-model.js";
import type { ModelParts } from "../commitment/model-id.js";
import type { Hex } from "../algebra/hex.js";
import { VerificationError } from "../errors/errors.js";
import type { Backend } from "../kernels/backend.js";
import type { Srs } from "../argument/kzg/srs.js";
import { pairModel } from "../model/names/pair-names.js";
import type { Model } from "../model/open-model.js";
import { decodeManifest } from "../quantize/manifest.js";
import { targetOfManifest } from "../quantize/manifest-target.js";
import type { Certificate } from "./certificate.js";
import type { TrustAnchors } from "../segment/trust-anchors.js";
import { verifyCertificate } from "./verify-certificate.js";
import { proofChecks, type CheckMade } from "./check-made.js";
import { assertCommitted, openCommitted } from "../commitment/open-committed.js";
import type { ProgressListener } from "../protocol/progress.js";
import { recomputeModelId } from "../commitment/recompute-model-id.js";

/** What can be compared with one of the certificate's two models. */
export interface ModelEvidence {
  /** Weights of an open model: commitments and root are recomputed from them. */
  readonly weights?: Model | undefined;
  /** A committed model's file: its id is compared. With `weights` of an open model, its commitments are checked. */
  readonly committed?: CommittedModel | undefined;
  /** A private model with weights and secrets: every tile's commitment is checked and the id compared. */
  readonly opened?: OpenedModel | undefined;
}

export interface ModelEvidenceInput {
  readonly certificate: Certificate;
  readonly anchors: TrustAnchors;
  readonly base?: ModelEvidence;
  readonly tuned?: ModelEvidence;
  /** Needed to recompute commitments. */
  readonly recompute?: { readonly srs: Srs; readonly backend: Backend; readonly onProgress?: ProgressListener };
}

export interface ModelEvidenceResult {
  readonly valid: boolean;
  readonly checks: readonly CheckMade[];
  /** Present when invalid: the phase that failed, and why. */
  readonly error?: VerificationError;
  readonly ids?: { readonly baseModelId: Hex; readonly tunedModelId: Hex; readonly policyId: Hex };
}

/**
 * `verifyCertificate`, and, where there is evidence, that the certificate's models are those of the
 * given files. Throws `InputError` for evidence that cannot be used, such as a key that is missing.
 */
export async function verifyAgainstModels(input: ModelEvidenceInput): Promise<ModelEvidenceResult> {
  const { certificate, anchors } = input;
  const result = verifyCertificate(certificate, anchors);
  const checks = proofChecks(result);
  if (!result.valid) return { valid: false, checks, error: result.error };
  const { baseModelId, tunedModelId, policyId } = result;
  try {
    await checkEvidence(input, "base", certificate.base, baseModelId, checks);
    await checkEvidence(input, "tuned", certificate.tuned, tunedModelId, checks);
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    return { valid: false, checks: [...checks, { check: error.shortMessage, ok: false }], error };
  }
  return { valid: true, checks, ids: { baseModelId, tunedModelId, policyId } };
}

const OTHER_WEIGHTS = "Either these are other weights, or the model is private: then give its file and secrets.";

async function checkEvidence(
  input: ModelEvidenceInput,
  role: "base" | "tuned",
  parts: ModelParts,
  id: Hex,
  checks: CheckMade[],
): Promise<void> {
  const evidence = input[role] ?? {};
  const phase = `${role} model`;
  const named = role === "base" ? "the base model" : "the fine-tuned model";
  const { committed, weights, opened } = evidence;
  if (committed !== undefined) {
    expectId(phase, "the committed model's file is of another model", id, committed.modelId);
    checks.push({ check: `${named} is that of the given file`, ok: true });
  }
  const { recompute } = input;
  if (recompute === undefined) return;
  const { insecure } = input.certificate;
  const manifest = decodeManifest(input.certificate.manifest);
  // Commitments that are at hand are checked against the weights, which is much faster than making them.
  const given =
    opened ?? (weights !== undefined && committed?.isPrivate === false ? { committed, weights } : undefined);
  if (given !== undefined) {
    const { commitments, isPrivate } = given.committed;
    const { srsId, t } = parts;
    // Its id is computed here: whoever made the object may have written anything into it.
    const model = committedModel({ srsId, t, manifest, commitments, isPrivate, insecure });
    expectId(phase, "the commitments are of another model", id, model.modelId);
    const own = "weights" in given ? await openPaired(model, given.weights) : { ...given, committed: model };
    const refuse = (detail: string): Error => new VerificationError(phase, detail, { remedy: OTHER_WEIGHTS });
    await assertCommitted({ opened: own, label: named, refuse, ...recompute });
  } else if (weights !== undefined) {
    const actual = (await recomputeModelId({ model: weights, manifest, ...recompute })).parts.merkleRoot;
    if (actual !== parts.merkleRoot) {
      throw new VerificationError(phase, "the weights are not those of the certificate", {
        expected: parts.merkleRoot,
        actual,
        remedy: OTHER_WEIGHTS,
      });
    }
  } else {
    return;
  }
  checks.push({ check: `${named}'s commitments, recomputed from its weights, give its id`, ok: true });
}

/** The weights under the names of the committed model's manifest. */
async function openPaired(committed: CommittedModel, weights: Model): Promise<OpenedModel> {
  const target = targetOfManifest(committed.manifest);
  return openCommitted(committed, await pairModel(target, weights));
}

function expectId(phase: string, detail: string, expected: Hex, actual: Hex): void {
  if (expected !== actual) throw new VerificationError(phase, detail, { expected, actual });
}
