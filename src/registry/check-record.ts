import { modelId, type ModelParts } from "../commitment/model-id.js";
import { policyId, type Policy } from "../policy/rule.js";
import { keccakWords } from "../algebra/keccak.js";
import type { Hex } from "../algebra/hex.js";
import { UnavailableError } from "../errors/errors.js";
import { classTableHash, type TileClass } from "../quantize/class-table.js";

/** What names a certificate in its registry. */
export interface CertificateIds {
  readonly certificateId: Hex;
  readonly publisher: Hex;
  readonly baseModelId: Hex;
  readonly tunedModelId: Hex;
  readonly policyId: Hex;
}

/** Ids are hashes of what they name: an answer that does not fit its id is a lie or a fault of the node. */
export function contradiction(what: string, detail = "its answer has another id"): UnavailableError {
  return new UnavailableError(`the RPC node's answers about ${what} contradict each other: ${detail}`, {
    remedy: "Do not rely on this RPC node: use another one.",
  });
}

/** Throws `UnavailableError` unless the record is what its id is made of, in this registry on this chain. */
export function assertCertificateRecord(record: CertificateIds, chainId: bigint, registry: Hex): void {
  const { certificateId: id, publisher, baseModelId, tunedModelId } = record;
  const actual = keccakWords([chainId, registry, publisher, baseModelId, tunedModelId, record.policyId]);
  if (actual !== id.toLowerCase()) throw contradiction(`certificate ${id}`);
}

/** Throws `UnavailableError` unless the model has that id. */
export function assertModelRecord(model: ModelParts, id: Hex): void {
  if (modelId(model) !== id.toLowerCase()) throw contradiction(`model ${id}`);
}

/** Throws `UnavailableError` unless the class table is that of the model. */
export function assertClassesRecord(classes: readonly TileClass[], { classTableHash: expected }: ClassesOf): void {
  if (classTableHash(classes) !== expected.toLowerCase()) throw contradiction(`the class table ${expected}`);
}

type ClassesOf = Pick<ModelParts, "classTableHash">;

/** Throws `UnavailableError` unless the policy has that id. */
export function assertPolicyRecord(policy: Policy, id: Hex): void {
  if (policyId(policy) !== id.toLowerCase()) throw contradiction(`policy ${id}`);
}
