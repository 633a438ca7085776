import type { ModelParts } from "../commitment/model-id.js";
import type { Rule } from "../drift/rule.js";
import type { Hex } from "../encoding/hex.js";
import type { Answer, EventArguments } from "./abi-types.js";
import { contradiction, type CertificateIds } from "./check-record.js";

/** A model as the registry keeps it. `registrant` is no claim of authorship. */
export interface RegisteredModel extends ModelParts {
  readonly modelId: Hex;
  readonly registrant: Hex;
  /** Seconds since 1970. */
  readonly registeredAt: number;
  /** Only publishers that the registrant allows can certify from it. */
  readonly isRestricted: boolean;
  /** The certificate by which the model has a parent. */
  readonly parentCertificateId: Hex | undefined;
}

/** What has become of a certificate. */
export type CertificateStatus = "active" | "expired" | "superseded" | "revoked";

/** By the contract's enum; 0 is no certificate. */
const STATUSES = [undefined, "active", "expired", "superseded", "revoked"] as const;

/** A certificate as the registry keeps it. */
export interface RegisteredCertificate {
  readonly certificateId: Hex;
  readonly publisher: Hex;
  /** Seconds since 1970. */
  readonly registeredAt: number;
  /** Seconds since 1970; `undefined` for never. */
  readonly expiresAt: number | undefined;
  readonly status: CertificateStatus;
  readonly blockNumber: number;
  readonly baseModelId: Hex;
  readonly tunedModelId: Hex;
  readonly policyId: Hex;
}

/** A verifying key that certificates can be proven with. */
export interface RegisteredRoute {
  readonly routeId: Hex;
  readonly tierId: number;
  readonly verifier: Hex;
  /** Takes no new certificates. */
  readonly isFrozen: boolean;
}

/** A model on the way up from a fine-tune. */
export interface Ancestor {
  readonly modelId: Hex;
  /** The certificate that leads from it to the model before it. */
  readonly certificateId: Hex;
  /** Of that certificate, as the status. */
  readonly policyId: Hex;
  readonly status: CertificateStatus;
}

/** A certificate on a path of models that is known from its end. */
export interface Step {
  readonly publisher: Hex;
  readonly policyId: Hex;
}

/** How far tiles can be from an ancestor's. */
export interface DriftInterval {
  readonly firstTile: number;
  readonly tileCount: number;
  /** `undefined`: certificates bound the ranks of different matrices, so that nothing bounds the sum's. */
  readonly maxRank: number | undefined;
  readonly maxNonzeros: bigint;
  /** L2 norm of the rest in units of `2^-(fractionBits + 40)`. */
  readonly maxNorm: bigint;
}

function statusOf(status: bigint): CertificateStatus {
  const known = STATUSES[Number(status)];
  if (known === undefined) throw contradiction("a certificate", `it has the status ${status}`);
  return known;
}

/** `event` is the model's `ModelRegistered`: the registry stores only what the id does not contain. */
export function decodeModel(
  modelId: Hex,
  srsId: Hex,
  record: Answer<"model">,
  { manifestHash, merkleRoot }: EventArguments<"ModelRegistered">,
): RegisteredModel {
  const { registrant, isRestricted, parentCertificateId: parent } = record;
  return {
    modelId,
    srsId,
    t: Number(record.t),
    tileCount: Number(record.tileCount),
    manifestHash,
    merkleRoot,
    registrant,
    registeredAt: Number(record.registeredAt),
    isRestricted,
    parentCertificateId: /^0x0{64}$/u.test(parent) ? undefined : parent,
  } as RegisteredModel;
}

/** `logged` is what the certificate's `CertificateRegistered` tells. */
export function decodeCertificate(
  logged: Omit<CertificateIds, "publisher"> & { readonly blockNumber: number },
  { publisher, registeredAt, expiresAt, status }: Answer<"certificate">,
): RegisteredCertificate {
  const { certificateId, blockNumber, baseModelId, tunedModelId, policyId } = logged;
  return {
    certificateId,
    publisher,
    registeredAt: Number(registeredAt),
    expiresAt: expiresAt === 0n ? undefined : Number(expiresAt),
    status: statusOf(status),
    blockNumber,
    baseModelId,
    tunedModelId,
    policyId,
  };
}

export function decodeRoute(routeId: Hex, { tierId, verifier, isFrozen }: Answer<"route">): RegisteredRoute {
  return { routeId, tierId: Number(tierId), verifier, isFrozen };
}

export function decodeAncestor({ status, ...ids }: Answer<"ancestors">[number]): Ancestor {
  return { ...ids, status: statusOf(status) };
}

export function decodeDriftInterval(interval: Answer<"driftFrom">[number]): DriftInterval {
  const { maxRank, maxNonzeros, maxNorm } = interval;
  return {
    firstTile: Number(interval.firstTile),
    tileCount: Number(interval.tileCount),
    maxRank: maxRank === 2n ** 256n - 1n ? undefined : Number(maxRank),
    maxNonzeros,
    maxNorm,
  };
}

export function decodeRule(rule: Answer<"policy">[1][number]): Rule {
  const { maxNonzeros, maxResidualSq } = rule;
  return {
    firstTile: Number(rule.firstTile),
    tileCount: Number(rule.tileCount),
    gridCols: Number(rule.gridCols),
    maxRank: Number(rule.maxRank),
    shift: Number(rule.shift),
    maxNonzeros,
    maxResidualSq,
  };
}
