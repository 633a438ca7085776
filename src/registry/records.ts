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
}

/** A certificate as the registry keeps it. */
export interface RegisteredCertificate {
  readonly certificateId: Hex;
  readonly publisher: Hex;
  /** Seconds since 1970. */
  readonly registeredAt: number;
  readonly blockNumber: number;
  readonly baseModelId: Hex;
  readonly tunedModelId: Hex;
  readonly policyId: Hex;
}

/** Fields of a decoded struct. Addresses become lowercase, as everywhere in this project. */
const hexField = (record: Result, name: string): Hex => String(record.getValue(name)).toLowerCase() as Hex;
const bigintField = (record: Result, name: string): bigint => BigInt(String(record.getValue(name)));
const numberField = (record: Result, name: string): number => Number(bigintField(record, name));

export function decodeModel(modelId: Hex, srsId: Hex, record: Result): RegisteredModel {
  return {
    modelId,
    srsId,
    t: numberField(record, "t"),
    tileCount: numberField(record, "tileCount"),
    manifestHash: hexField(record, "manifestHash"),
    merkleRoot: hexField(record, "merkleRoot"),
    registrant: hexField(record, "registrant"),
    registeredAt: numberField(record, "registeredAt"),
  };
}

export function decodeCertificate(certificateId: Hex, record: Result): RegisteredCertificate {
  return {
    certificateId,
    publisher: hexField(record, "publisher"),
    registeredAt: numberField(record, "registeredAt"),
    blockNumber: numberField(record, "blockNumber"),
    baseModelId: hexField(record, "baseModelId"),
    tunedModelId: hexField(record, "tunedModelId"),
    policyId: hexField(record, "policyId"),
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
