import type { ModelParts } from "../commitment/model-id.js";
import type { Policy, Rule, TileRange } from "../policy/rule.js";
import type { Hex } from "../algebra/hex.js";
import type { TileClass } from "../quantize/class-table.js";
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
  /** L2 norm of the rest in units of `2^-unit`; `undefined` for more than a registry can count. */
  readonly maxNorm: bigint | undefined;
  /** The finest unit of the rules that have these tiles. */
  readonly unit: number;
}

/** Throws `UnavailableError` for a status that this version does not know. */
export function statusOf(status: bigint): CertificateStatus {
  const known = STATUSES[Number(status)];
  if (known === undefined) throw contradiction("a certificate", `it has the status ${status}`);
  return known;
}

/** `event` is the model's `ModelRegistered`: the registry stores only what the id does not contain. */
export function decodeModel(
  modelId: Hex,
  srsId: Hex,
  record: Answer<"model">,
  { manifestHash, classTableHash, merkleRoot }: EventArguments<"ModelRegistered">,
): RegisteredModel {
  const { registrant, isRestricted, parentCertificateId: parent } = record;
  return {
    modelId,
    srsId,
    t: Number(record.t),
    tileCount: Number(record.tileCount),
    manifestHash,
    classTableHash,
    merkleRoot,
    registrant,
    registeredAt: Number(record.registeredAt),
    isRestricted,
    parentCertificateId: /^0x0{64}$/u.test(parent) ? undefined : parent,
  };
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
  const { maxRank, maxNonzeros, maxNorm, unit } = interval;
  return {
    firstTile: Number(interval.firstTile),
    tileCount: Number(interval.tileCount),
    maxRank: maxRank === NO_BOUND ? undefined : Number(maxRank),
    maxNonzeros,
    maxNorm: maxNorm === NO_BOUND ? undefined : maxNorm,
    unit: Number(unit),
  };
}

/** The largest integer, by which the contract says that there is no bound. */
const NO_BOUND = 2n ** 256n - 1n;

/** A policy from its rules' bounds and the ranges of all of them: what fits together its id says. */
export function decodePolicy([baseModelId, bounds, ranges]: Answer<"policy">): Policy {
  const rangesOfRule = bounds.map((): TileRange[] => []);
  for (const { rule, firstTile, tileCount } of ranges) {
    rangesOfRule[Number(rule)]?.push({ firstTile: Number(firstTile), tileCount: Number(tileCount) });
  }
  const rules = bounds.map(({ unit, gridCols, maxRank, shift, maxNonzeros, maxResidualSq }, index): Rule => ({
    ranges: rangesOfRule[index] ?? [],
    unit: Number(unit),
    gridCols: Number(gridCols),
    maxRank: Number(maxRank),
    shift: Number(shift),
    maxNonzeros,
    maxResidualSq,
  }));
  return { baseModelId, rules };
}

export function decodeClasses(classes: EventArguments<"PolicyRegistered">["classes"]): TileClass[] {
  return classes.map(({ firstTile, fractionBits }) => ({
    firstTile: Number(firstTile),
    fractionBits: Number(fractionBits),
  }));
}
