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
export { openAdapter, type LoraAdapter } from "./model/formats/lora-adapter.js";
export type { AdaptedTensor, LoraModule } from "./model/formats/lora-module.js";
export type { AskedOrientation } from "./model/formats/lora-orientation.js";
export { memoryFiles, type SourceOpener } from "./model/source-opener.js";
export { memorySource, type ByteSource } from "./model/byte-source.js";
export type { Provenance } from "./model/provenance.js";
export { parseManifest, type Manifest } from "./quantize/manifest.js";
export type { TileClass } from "./quantize/class-table.js";
export type { FractionBitsOptions } from "./quantize/fraction-bits.js";

// Commitments
export { commitModel, type CommitModelInput, type CommitModelResult } from "./commitment/commit-model.js";
export { assertAllCommitted, assertCommitted, changedTiles, openCommitted } from "./commitment/open-committed.js";
export { recomputeModelId, type RecomputeInput } from "./commitment/recompute-model-id.js";
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
export { recognizeArchitecture } from "./model/architecture/recognize.js";
export type { RoleMapping } from "./model/architecture/role-mapping.js";
export { parseRoleMapping } from "./model/architecture/role-mapping-file.js";
export { viewsOf } from "./model/architecture/views.js";
export type { Architecture, Role, TensorRole } from "./model/architecture/role.js";

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
export { describePolicy } from "./policy/describe-policy.js";
export { measureNorms, type BaseNorms } from "./policy/base-norms.js";
export { pathDrift, type DriftBound, type PartDrift, type PathDrift, type TensorDrift } from "./policy/path-drift.js";
export { driftWords, type DriftWords } from "./policy/drift-words.js";
export { driftObjections, type DriftLimits, type MaxDrift } from "./policy/drift-limits.js";
export { isWithin } from "./policy/is-within.js";
export { encodePolicy, parsePolicy } from "./policy/policy-file.js";
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
export { proveSegmentOf, type SegmentProverInput } from "./segment/prove-segment.js";
export { assembleCertificate, partOf, type LabeledPart } from "./certificate/assemble-certificate.js";
export { takeOver, type Finished } from "./certificate/finished-segment.js";
export type { SegmentPart } from "./certificate/segment-part.js";
export { encodeSegmentPart, parseSegmentPart } from "./certificate/segment-part-codec.js";
export {
  checkCertificate,
  type ModelEvidence,
  type CheckCertificateInput,
  type CheckCertificateResult,
} from "./certificate/check-certificate.js";
export type { CheckMade } from "./certificate/check-made.js";
export type { ProgressListener } from "./protocol/progress.js";
export { inTotoStatement, type InTotoStatement } from "./certificate/exports/in-toto-statement.js";
export { openEnvelope, sealStatement } from "./certificate/exports/dsse-signature.js";
export { modelCard, type ModelCardInput } from "./certificate/exports/model-card.js";
export { describeCertificate } from "./certificate/describe-certificate.js";
export { encodeCertificate, parseCertificate } from "./certificate/certificate-codec.js";
export type { Certificate, SentOnChain } from "./certificate/certificate.js";
export type { WrappedSegment } from "./segment/wrapped-segment.js";
export { verifyCertificate, verifyWithoutManifest, type CertificateResult } from "./certificate/verify-certificate.js";
export type { TrustAnchors } from "./segment/trust-anchors.js";

// Registry
export { DriftRegistryClient } from "./registry/client.js";
export { registryConnection, type ConnectionOptions, type RegistryConnection } from "./registry/connection.js";
export type { Registration } from "./registry/read-records.js";
export type { Certified, CertifyOptions } from "./registry/write-certificates.js";
export type { DelegationOptions, RevokeRequest, SignedRequest } from "./registry/write-signed.js";
export { newestOfPublisher } from "./registry/find-certificates.js";
export { endingOf, type Ending } from "./registry/certificate-history.js";
export { statementsAbout, type Statement } from "./registry/statements.js";
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
export { type CertifyTerms, type Metadata, type PolicyOfBase } from "./registry/encode.js";
export { certificateId } from "./certificate/certificate-id.js";
export { policyOfBase } from "./registry/policy-of-base.js";
export { readEvents, topicsOf, topicsOfAny, type RegistryLogs, type RegistryEvent } from "./registry/logs/events.js";
export {
  listCertificates,
  loggedCertificates,
  scanCertificates,
  withStatus,
  type CertificateFilter,
  type LoggedCertificate,
  type LoggedStanding,
} from "./registry/logs/certificates.js";
export { gatherLineage, lineageOf, type Lineage, type Neighbors } from "./registry/lineage.js";
export { accumulatedDrift, type AccumulatedDrift, type DriftSource } from "./registry/accumulated-drift.js";
export { watchRegistry, type RegistryChange, type WatchOptions } from "./registry/watch-registry.js";
export { scanLogs, type LogQuery, type ScanOptions } from "./registry/logs/scan.js";
export { cachedLogs, type CachedLogsInput } from "./registry/logs/cache.js";
export {
  memoryLogStore,
  parseKeptLogs,
  type KeptLog,
  type KeptLogs,
  type LogStore,
} from "./registry/logs/kept-logs.js";
export { queryModel, type ModelAnswer, type ModelVerdict, type QueryModelInput } from "./registry/query-model.js";
export type { ModelQuestion } from "./registry/model-question.js";
export { currentStatus, type FoundCertificate } from "./registry/found-certificate.js";
export { fetchCertificate, type FetchCertificateInput, type FetchedCertificate } from "./registry/fetch-certificate.js";
export {
  verifyRegistered,
  type CertificateVerifier,
  type RegisteredVerification,
  type VerifyRegisteredInput,
} from "./registry/verify-registered.js";

// Setup, arithmetic and randomness
export { parseVerifyingKey, type Groth16VerifyingKey } from "./groth16/groth16.js";
export type { ProvingArtifacts } from "./segment/prove-wrapped.js";
export { loadSrs } from "./groth16/srs-file.js";
export { srsId, type Srs, type VerifierSrs } from "./argument/kzg/srs.js";
export { TIERS, TIER_NAMES, type Tier, type TierName } from "./protocol/tiers.js";
export type { Backend } from "./kernels/backend.js";
export { referenceBackend } from "./kernels/reference/backend.js";
export { createWasmBackend } from "./kernels/wasm/backend.js";
export { loadKernel } from "./kernels/wasm/load.js";
export { createInlinePool, type Pool } from "./kernels/wasm/pool.js";
export { createSystemRandomFr, type RandomFr } from "./algebra/random.js";
export type { PoseidonEx } from "./argument/transcript/poseidon.js";
export type { Hex } from "./algebra/hex.js";
