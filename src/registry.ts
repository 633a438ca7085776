/**
 * A registry on a chain beyond one question: deploying it, recording models, policies and certificates, and reading its
 * logs (lists, lineage, changes). Calls, answers and events are typed by the contract's ABI. `DriftRegistryClient`, which
 * binds most of it to one registry, is in the main entry.
 */
export { LostTransactionError } from "./errors/errors.js";
export { firstIssue } from "./errors/first-issue.js";
export { tierById } from "./protocol/tiers.js";
export { manifestHash } from "./quantize/manifest.js";
export { tierOfTiles } from "./quantize/tier-of-tiles.js";
export { tileContents, type TileContent } from "./quantize/tile-contents.js";
export { listNames } from "./model/names/list-names.js";
export { assertWeightsOfBase } from "./commitment/recompute-model-id.js";
export { assertRegistrySrs } from "./commitment/registry-srs.js";
export { assertPowers } from "./commitment/srs-powers.js";
export { assertPolicyFitsManifest } from "./policy/policy-manifest.js";
export { NOT_SAID } from "./certificate/not-said.js";
export { proofChecks } from "./certificate/check-made.js";
export { askChainId } from "./registry/ask-chain-id.js";
export { questionAbout } from "./registry/model-question.js";
export { lacksContribution } from "./registry/verifying-key.js";
export { registryConnection, type RegistryConnection } from "./registry/connection.js";
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
export { parseKeptLogs, type KeptLog, type KeptLogs } from "./registry/logs/kept-logs.js";
export { currentStatus, type FoundCertificate } from "./registry/found-certificate.js";
export { fetchCertificate, type FetchCertificateInput, type FetchedCertificate } from "./registry/fetch-certificate.js";
export {
  verifyRegistered,
  type CertificateVerifier,
  type RegisteredVerification,
  type VerifyRegisteredInput,
} from "./registry/verify-registered.js";
