/**
 * What a consumer needs: open a model, compute its id, ask a registry about it, verify its certificate. Files come through
 * a `SourceOpener`, chains through ethers' `Provider`: no built-in of Node is on this entry's path.
 *
 * `./registry` lists, follows and changes records, `./prove` makes certificates, `./inspect` looks at a change that nobody
 * certified, and `./node` has files, setups and threads.
 */

// Errors
export {
  ArtifactError,
  FormatError,
  FtiError,
  InputError,
  RegistryError,
  UnavailableError,
  VerificationError,
} from "./errors/errors.js";

// A model and its id
export { openModel, type Model } from "./model/open-model.js";
export { memoryFiles, type SourceOpener } from "./model/source-opener.js";
export { memorySource, type ByteSource } from "./model/byte-source.js";
export { decodeManifest, encodeManifest, parseManifest, type Manifest } from "./quantize/manifest.js";
export { recomputeModelId, type RecomputeInput } from "./commitment/recompute-model-id.js";
export { openBackend } from "./kernels/open-backend.js";
export type { Backend } from "./kernels/backend.js";
export type { Hex } from "./algebra/hex.js";

// Is it certified?
export { DriftRegistryClient } from "./registry/client.js";
export type { ConnectionOptions } from "./registry/connection.js";
export { memoryLogStore, type LogStore } from "./registry/logs/kept-logs.js";
export { queryModel, type ModelAnswer, type ModelVerdict, type QueryModelInput } from "./registry/query-model.js";
export type { ModelQuestion } from "./registry/model-question.js";
export { driftWords, type DriftWords } from "./policy/drift-words.js";
export { measureNorms, type BaseNorms } from "./policy/base-norms.js";

// A certificate in a file
export { parseCertificate } from "./certificate/certificate-codec.js";
export type { Certificate } from "./certificate/certificate.js";
export { verifyCertificate, type CertificateResult } from "./certificate/verify-certificate.js";
export { describePolicy } from "./policy/describe-policy.js";
export { policyWords } from "./policy/policy-words.js";
export type { TrustAnchors } from "./segment/trust-anchors.js";
export { parseVerifyingKey, type Groth16VerifyingKey } from "./groth16/groth16.js";
export { loadSrs } from "./groth16/srs-file.js";
export { srsId } from "./argument/kzg/srs.js";
