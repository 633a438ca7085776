/**
 * The library. Everything is injected: files come through a `SourceOpener`, arithmetic through a `Backend`, randomness
 * through a `RandomFr`, chains through ethers' `Provider` and `Signer`. The readers and stores of Node are in
 * `node/`, the command line in `cli/`.
 */

// Errors
export {
  ArtifactError,
  FormatError,
  FtiError,
  InputError,
  LostTransactionError,
  PolicyViolation,
  RegistryError,
  UnavailableError,
  VerificationError,
} from "./errors/errors.js";

// Models
export { openModel, type Model } from "./model/open-model.js";
export { openModelOver } from "./model/open-over-base.js";
export { openAdapter, type LoraAdapter } from "./model/lora-adapter.js";
export type { AdaptedTensor, LoraModule } from "./model/lora-module.js";
export type { AskedOrientation } from "./model/lora-orientation.js";
export { memoryFiles, type SourceOpener } from "./model/source-opener.js";
export { memorySource, type ByteSource } from "./model/byte-source.js";
export type { Provenance } from "./model/provenance.js";
export { parseManifest, type Manifest } from "./quantize/manifest.js";
export type { TileClass } from "./quantize/class-table.js";
export type { FractionBitsOptions } from "./quantize/fraction-bits.js";

// Commitments
export { commitModel, type CommitModelInput, type CommitModelResult } from "./client/commit-model.js";
export { assertAllCommitted, assertCommitted, changedTiles, openCommitted } from "./client/open-committed.js";
export { recomputeModelId, type RecomputeInput } from "./client/recompute-model-id.js";
export type { OpenedModel } from "./commitment/commit-tiles.js";
export type { CommittedModel, ModelSecrets } from "./commitment/committed-model.js";
export { encodeModel, encodeSecrets, parseModel, parseSecrets } from "./commitment/model-file.js";
export { modelId, type ModelParts } from "./commitment/model-id.js";

// What changed
export { inspectModels, type InspectInput } from "./inspect/inspect-models.js";
export type { ChangeKind, Inspection, Likeness, MatrixChange, TensorChange } from "./inspect/inspection.js";
export { roundingTest, type RoundingTest } from "./inspect/is-rounding.js";
export { judge } from "./inspect/judge.js";
export type { Verdict, VerdictKind } from "./inspect/verdict.js";
export { inspectionPage } from "./inspect/inspection-page.js";
export { recogniseArchitecture } from "./architecture/recognise.js";
export { parseRoleMapping, type RoleMapping } from "./architecture/role-mapping.js";
export { viewsOf } from "./architecture/views.js";
export type { Architecture, Role, TensorRole } from "./architecture/role.js";

// Policies
export { parsePolicyDocument, type PolicyDocument } from "./policy/policy-document.js";
export { PRESETS, presetDocument, type Preset } from "./policy/presets.js";
export { compilePolicy, type CompiledPolicy } from "./policy/compile-policy.js";
export { measureBase, type BaseMeasure } from "./policy/measure-base.js";
export { checkPolicy } from "./policy/check-policy.js";
export type { CheckPolicyInput, PolicyReport } from "./policy/check-report.js";
export { describeReport } from "./policy/check-words.js";
export { suggestPolicy } from "./policy/suggest-policy.js";
export { noiseOfModel } from "./policy/measure-noise.js";
export { roundingBounds, type RoundingBoundOf } from "./policy/rounding-bound.js";
export { openTiles, type TileReader } from "./quantize/tile-reader.js";
export { createNormPolicy, type NormBound, type NormPolicyInput } from "./policy/create-norm-policy.js";
export { describePolicy } from "./policy/describe-policy.js";
export { measureNorms, type BaseNorms } from "./policy/base-norms.js";
export { pathDrift, type DriftBound, type PartDrift, type PathDrift, type TensorDrift } from "./policy/path-drift.js";
export { driftWords, type DriftWords } from "./policy/drift-words.js";
export { driftObjections, type DriftLimits, type MaxDrift } from "./policy/drift-limits.js";
export { isWithin } from "./policy/is-within.js";
export { encodePolicy, parsePolicy } from "./drift/policy-file.js";
export { policyId, type Policy, type Rule, type TileRange } from "./drift/rule.js";

// Certificates
export {
  planCertificate,
  type CertificatePlan,
  type PlanCertificateInput,
  type PlannedSegment,
  type PublishingContext,
} from "./client/plan-certificate.js";
export { estimateProverMemory, type MemoryBound } from "./drift/prover-memory.js";
export {
  proveCertificate,
  provePlan,
  type ProgressKept,
  type ProveCertificateInput,
} from "./client/prove-certificate.js";
export { proveSegmentOf, type SegmentProverInput } from "./client/prove-segment.js";
export { assembleCertificate, partOf, type LabelledPart } from "./client/assemble-certificate.js";
export { takeOver, type Finished } from "./client/finished-segment.js";
export type { SegmentPart } from "./wrap/segment-part.js";
export { encodeSegmentPart, parseSegmentPart } from "./wrap/segment-part-codec.js";
export {
  checkCertificate,
  type ModelEvidence,
  type CheckCertificateInput,
  type CheckCertificateResult,
} from "./client/check-certificate.js";
export type { CheckMade } from "./client/check-made.js";
export type { ProgressListener } from "./client/progress.js";
export { inTotoStatement, type InTotoStatement } from "./client/in-toto-statement.js";
export { openEnvelope, sealStatement } from "./client/dsse-signature.js";
export { modelCard, type ModelCardInput } from "./client/model-card.js";
export { describeCertificate } from "./client/describe-certificate.js";
export { encodeCertificate, parseCertificate } from "./wrap/certificate-codec.js";
export type { Certificate, SentOnChain, WrappedSegment } from "./wrap/certificate.js";
export { verifyCertificate, verifyWithoutManifest, type CertificateResult } from "./wrap/verify-certificate.js";
export type { TrustAnchors } from "./wrap/trust-anchors.js";

// Registry
export {
  DriftRegistryClient,
  type Certified,
  type CertifyOptions,
  type ClientOptions,
  type DelegationOptions,
  type Registration,
} from "./registry/client.js";
export {
  deployRegistry,
  type DeployableContract,
  type DeployedRegistry,
  type RegistryDeployment,
} from "./registry/deploy.js";
export type {
  Ancestor,
  CertificateStatus,
  DriftInterval,
  RegisteredCertificate,
  RegisteredModel,
  RegisteredRoute,
  Step,
} from "./registry/records.js";
export { DRIFT_REGISTRY_ABI } from "./registry/abi.js";
export type { Answer, EventArguments, EventName, FunctionName, ViewName } from "./registry/abi-types.js";
export { callRegistry } from "./registry/call.js";
export { certificateId, type CertifyTerms, type Metadata, type PolicyOfBase } from "./registry/encode.js";
export { policyOfBase } from "./client/policy-of-base.js";
export { readEvents, topicsOf, topicsOfAny, type EventSource, type RegistryEvent } from "./registry/logs/events.js";
export {
  listCertificates,
  loggedCertificates,
  scanCertificates,
  withStatus,
  type CertificateFilter,
  type LoggedCertificate,
  type LoggedStanding,
} from "./registry/logs/certificates.js";
export { gatherLineage, lineageOf, type Lineage, type Neighbours } from "./client/lineage.js";
export { accumulatedDrift, type AccumulatedDrift, type DriftSource } from "./client/accumulated-drift.js";
export { watchRegistry, type RegistryChange, type WatchOptions } from "./client/watch-registry.js";
export { scanLogs, type LogQuery, type ScanOptions } from "./registry/logs/scan.js";
export { cachedLogs, type CachedLogsInput } from "./registry/logs/cache.js";
export {
  memoryLogStore,
  parseKeptLogs,
  type KeptLog,
  type KeptLogs,
  type LogStore,
} from "./registry/logs/kept-logs.js";
export { queryModel, type ModelAnswer, type ModelVerdict, type QueryModelInput } from "./client/query-model.js";
export type { ModelQuestion } from "./client/model-question.js";
export { currentStatus, type FoundCertificate } from "./client/found-certificate.js";
export { fetchCertificate, type FetchCertificateInput, type FetchedCertificate } from "./client/fetch-certificate.js";
export {
  verifyRegistered,
  type CertificateVerifier,
  type RegisteredVerification,
  type VerifyRegisteredInput,
} from "./client/verify-registered.js";

// Setup, arithmetic and randomness
export { parseVerifyingKey, type Groth16VerifyingKey } from "./wrap/groth16.js";
export type { ProvingArtifacts } from "./wrap/prove-wrapped.js";
export { loadSrs } from "./wrap/srs-file.js";
export { srsId, type Srs, type VerifierSrs } from "./kzg/srs.js";
export { TIERS, TIER_NAMES, type Tier, type TierName } from "./protocol/tiers.js";
export type { Backend } from "./kernels/backend.js";
export { referenceBackend } from "./kernels/reference/backend.js";
export { createWasmBackend } from "./kernels/wasm/backend.js";
export { loadKernel } from "./kernels/wasm/load.js";
export { createInlinePool, type Pool } from "./kernels/wasm/pool.js";
export { createSystemRandomFr, type RandomFr } from "./field/random.js";
export type { PoseidonEx } from "./transcript/poseidon.js";
export type { Hex } from "./encoding/hex.js";
