/**
 * What a publisher needs: commit models, write a policy, prove, pack a certificate, and export what others read. Files,
 * arithmetic, randomness and artifacts are injected; `./node` has those of Node.
 */
export { PolicyViolation } from "./errors/errors.js";
export { TIERS, TIER_NAMES, type Tier, type TierName } from "./protocol/tiers.js";
export type { ProgressListener } from "./protocol/progress.js";

// Models
export { openModelOver } from "./model/open-over-base.js";
export { openAdapter, type LoraAdapter } from "./model/formats/lora-adapter.js";
export type { AdaptedTensor, LoraModule } from "./model/formats/lora-module.js";
export type { AskedOrientation } from "./model/formats/lora-orientation.js";
export type { Provenance } from "./model/provenance.js";
export { viewsOf } from "./model/architecture/views.js";
export type { TileClass } from "./quantize/class-table.js";
export type { FractionBitsOptions } from "./quantize/fraction-bits.js";

// Commitments
export { commitBase } from "./commitment/commit-base.js";
export { commitModel, type CommitModelInput, type CommitModelResult } from "./commitment/commit-model.js";
export { assertAllCommitted, assertCommitted, changedTiles, openCommitted } from "./commitment/open-committed.js";
export type { OpenedModel } from "./commitment/commit-tiles.js";
export type { CommittedModel, ModelSecrets } from "./commitment/committed-model.js";
export {
  encodeModel,
  encodeSecrets,
  MODEL_FORMAT,
  parseModel,
  parseSecrets,
  SECRETS_FORMAT,
} from "./commitment/model-file.js";
export { modelId, type ModelParts } from "./commitment/model-id.js";

// Policies
export { parsePolicyDocument, type PolicyDocument } from "./policy/policy-document.js";
export { PRESETS, presetDocument, type Preset } from "./policy/presets.js";
export { compilePolicy, type CompiledPolicy } from "./policy/compile-policy.js";
export { measureBase, type BaseMeasure } from "./policy/measure-base.js";
export { checkPolicy } from "./authoring/check-policy.js";
export type { CheckPolicyInput, PolicyReport } from "./authoring/check-report.js";
export { describeReport } from "./authoring/check-words.js";
export { suggestPolicy } from "./authoring/suggest-policy.js";
export { noiseOfModel } from "./authoring/measure-noise.js";
export { roundingBounds, type RoundingBoundOf } from "./authoring/rounding-bound.js";
export { openTiles, type TileReader } from "./quantize/tile-reader.js";
export { pathDrift, type DriftBound, type PartDrift, type PathDrift, type TensorDrift } from "./policy/path-drift.js";
export { driftObjections, type DriftLimits, type MaxDrift } from "./policy/drift-limits.js";
export { isWithin } from "./policy/is-within.js";
export { encodePolicy, parsePolicy, POLICY_FORMAT } from "./policy/policy-file.js";
export { policyId, type Policy, type Rule, type TileRange } from "./policy/rule.js";

// Certificates
export { planCertificate, type PlanCertificateInput } from "./certificate/plan-certificate.js";
export { type CertificatePlan, type PlannedSegment, type PublishingContext } from "./segment/planned-segment.js";
export { estimateProverMemory, type MemoryBound } from "./segment/prover-memory.js";
export {
  proveCertificate,
  provePlan,
  type ProgressKept,
  type ProveCertificateInput,
} from "./certificate/prove-certificate.js";
export { provePlannedSegment, type SegmentProverInput } from "./segment/prove-planned-segment.js";
export { assembleCertificate, partOf, type LabeledPart } from "./certificate/assemble-certificate.js";
export { takeOver, type Finished } from "./certificate/finished-segment.js";
export type { SegmentPart } from "./certificate/segment-part.js";
export { encodeSegmentPart, parseSegmentPart } from "./certificate/segment-part-codec.js";
export {
  verifyAgainstModels,
  type ModelEvidence,
  type ModelEvidenceInput,
  type ModelEvidenceResult,
} from "./certificate/model-evidence.js";
export type { CheckMade } from "./certificate/check-made.js";
export { inTotoStatement, type InTotoStatement } from "./certificate/exports/in-toto-statement.js";
export { openEnvelope, sealStatement } from "./certificate/exports/dsse-signature.js";
export { modelCard, type ModelCardInput } from "./certificate/exports/model-card.js";
export { describeCertificate } from "./certificate/describe-certificate.js";
export { encodeCertificate } from "./certificate/certificate-codec.js";
export { CERTIFICATE_FORMAT, type SentOnChain } from "./certificate/certificate.js";
export type { WrappedSegment } from "./segment/wrapped-segment.js";
export { verifyWithoutManifest } from "./certificate/verify-certificate.js";

// Arithmetic, randomness and artifacts
export type { ProvingArtifacts } from "./segment/prove-wrapped.js";
export type { Srs, VerifierSrs } from "./argument/kzg/srs.js";
export { referenceBackend } from "./kernels/reference/backend.js";
export { createWasmBackend } from "./kernels/wasm/backend.js";
export { loadKernel } from "./kernels/wasm/load.js";
export { createInlinePool, type Pool } from "./kernels/wasm/pool.js";
export { createSystemRandomFr, type RandomFr } from "./algebra/random.js";
export type { PoseidonEx } from "./argument/transcript/poseidon.js";
