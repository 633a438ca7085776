import type { Result } from "ethers";
import type { ModelParts } from "../commitment/model-id.js";
import type { Rule } from "../drift/rule.js";
import type { Hex } from "../encoding/hex.js";

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

/** Fields of a decoded struct. Addresses become lowercase, as everywhere in this project. */
const hexField = (record: Result, name: string): Hex => String(record.getValue(name)).toLowerCase() as Hex;
const bigintField = (record: Result, name: string): bigint => BigInt(String(record.getValue(name)));
const numberField = (record: Result, name: string): number => Number(bigintField(record, name));
const statusField = (record: Result): CertificateStatus => {
  const status = STATUSES[numberField(record, "status")];
  if (status === undefined) throw new RangeError("a status that no certificate has");
  return status;
};

/** `event` is the model's `ModelRegistered`: the registry stores only what the id does not contain. */
export function decodeModel(modelId: Hex, srsId: Hex, record: Result, event: Result): RegisteredModel {
  const parent = hexField(record, "parentCertificateId");
  return {
    modelId,
    srsId,
    t: numberField(record, "t"),
    tileCount: numberField(record, "tileCount"),
    manifestHash: hexField(event, "manifestHash"),
    merkleRoot: hexField(event, "merkleRoot"),
    registrant: hexField(record, "registrant"),
    registeredAt: numberField(record, "registeredAt"),
    isRestricted: Boolean(record.getValue("isRestricted")),
    parentCertificateId: /^0x0{64}$/.test(parent) ? undefined : parent,
  };
}

/** `event` is the certificate's `CertificateRegistered`. */
export function decodeCertificate(
  certificateId: Hex,
  record: Result,
  event: { readonly args: Result; readonly blockNumber: number },
): RegisteredCertificate {
  const expiresAt = numberField(record, "expiresAt");
  return {
    certificateId,
    publisher: hexField(record, "publisher"),
    registeredAt: numberField(record, "registeredAt"),
    expiresAt: expiresAt === 0 ? undefined : expiresAt,
    status: statusField(record),
    blockNumber: event.blockNumber,
    baseModelId: hexField(event.args, "baseModelId"),
    tunedModelId: hexField(event.args, "tunedModelId"),
    policyId: hexField(event.args, "policyId"),
  };
}

export function decodeRoute(routeId: Hex, record: Result): RegisteredRoute {
  return {
    routeId,
    tierId: numberField(record, "tierId"),
    verifier: hexField(record, "verifier"),
    isFrozen: Boolean(record.getValue("isFrozen")),
  };
}

export function decodeAncestor(record: Result): Ancestor {
  return {
    modelId: hexField(record, "modelId"),
    certificateId: hexField(record, "certificateId"),
    policyId: hexField(record, "policyId"),
    status: statusField(record),
  };
}

export function decodeDriftInterval(record: Result): DriftInterval {
  const maxRank = bigintField(record, "maxRank");
  return {
    firstTile: numberField(record, "firstTile"),
    tileCount: numberField(record, "tileCount"),
    maxRank: maxRank === 2n ** 256n - 1n ? undefined : Number(maxRank),
    maxNonzeros: bigintField(record, "maxNonzeros"),
    maxNorm: bigintField(record, "maxNorm"),
  };
}

export function decodeRule(record: Result): Rule {
  return {
    firstTile: numberField(record, "firstTile"),
    tileCount: numberField(record, "tileCount"),
    gridCols: numberField(record, "gridCols"),
    maxRank: numberField(record, "maxRank"),
    shift: numberField(record, "shift"),
    maxNonzeros: bigintField(record, "maxNonzeros"),
    maxResidualSq: bigintField(record, "maxResidualSq"),
  };
}
