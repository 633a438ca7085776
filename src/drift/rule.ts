import { InputError } from "../errors/errors.js";
import { keccakWords, type Word } from "../encoding/keccak.js";
import type { Hex } from "../encoding/hex.js";
import { MAX_SHIFT, NONZEROS_BITS, PROTOCOL_VERSION, RESIDUAL_SQ_BITS } from "../protocol/constants.js";

/**
 * One rule of a policy (PROTOCOL 3): what may change in tiles `firstTile … firstTile + tileCount - 1`.
 * The difference of every tile is `2^-shift·A·B + S + E` in integer units of `2^-fractionBits`.
 */
export interface Rule {
  readonly firstTile: number;
  readonly tileCount: number;
  /** Column panels `J` of the tensor that a rank rule covers; 0 without a rank bound. */
  readonly gridCols: number;
  /** Largest rank of the low-rank part; 0 for none. */
  readonly maxRank: number;
  /** Extra fractional bits of the factors' product, at most 40; 0 without a rank bound. */
  readonly shift: number;
  /** How many entries the sparse part may have over all tiles of the rule; below 2^40. */
  readonly maxNonzeros: bigint;
  /** Largest squared norm of the residual, in squared units of `2^-(fractionBits + shift)`; below 2^100. */
  readonly maxResidualSq: bigint;
}

/** Disjoint rules, sorted by tile. Tiles in no rule are frozen. */
export interface Policy {
  readonly baseModelId: Hex;
  readonly rules: readonly Rule[];
}

/** Row panels `I` of the tensor that a rank rule covers; 0 without a rank bound. */
export function gridRows(rule: Rule): number {
  return rule.maxRank === 0 ? 0 : rule.tileCount / rule.gridCols;
}

/** Throws `InputError` naming the rule and the number unless the policy is well-formed for a model. */
export function assertPolicy(policy: Policy, modelTileCount: number): void {
  if (policy.rules.length === 0) {
    throw new InputError("the policy has no rule, so nothing may change", { remedy: "Add at least one rule." });
  }
  let nextFree = 0;
  policy.rules.forEach((rule, index) => {
    const reject = (detail: string): never => {
      throw new InputError(`policy rule ${index}: ${detail}`);
    };
    const integers = [rule.firstTile, rule.tileCount, rule.gridCols, rule.maxRank, rule.shift];
    if (integers.some((value) => !Number.isSafeInteger(value) || value < 0)) reject("a count is not a whole number");
    if (rule.tileCount === 0) reject("covers no tile");
    if (rule.firstTile < nextFree) {
      reject(`starts at tile ${rule.firstTile}, but rules must be sorted and disjoint: expected at least ${nextFree}`);
    }
    nextFree = rule.firstTile + rule.tileCount;
    if (nextFree > modelTileCount) reject(`ends at tile ${nextFree - 1}, but the model has ${modelTileCount} tiles`);
    if (rule.maxRank === 0) {
      if (rule.shift !== 0 || rule.gridCols !== 0) reject("has a shift or gridCols without a rank bound");
    } else {
      if (rule.maxRank > 255) reject(`maxRank is ${rule.maxRank}, at most 255`);
      if (rule.gridCols === 0 || rule.tileCount % rule.gridCols !== 0) {
        reject(`${rule.tileCount} tiles do not form rows of ${rule.gridCols}`);
      }
    }
    if (rule.shift > MAX_SHIFT) reject(`shift is ${rule.shift}, at most ${MAX_SHIFT}`);
    if (rule.maxNonzeros < 0n || rule.maxNonzeros >> BigInt(NONZEROS_BITS) !== 0n) {
      reject(`maxNonzeros is ${rule.maxNonzeros}, expected at least 0 and below 2^${NONZEROS_BITS}`);
    }
    if (rule.maxResidualSq < 0n || rule.maxResidualSq >> BigInt(RESIDUAL_SQ_BITS) !== 0n) {
      reject(`maxResidualSq is ${rule.maxResidualSq}, expected at least 0 and below 2^${RESIDUAL_SQ_BITS}`);
    }
  });
}

/** `keccak256(abi.encode(version, baseModelId, rules))`, as the registry computes it. */
export function policyId(policy: Policy): Hex {
  const words: Word[] = [BigInt(PROTOCOL_VERSION), policy.baseModelId, 3n * 32n, BigInt(policy.rules.length)];
  for (const rule of policy.rules) {
    words.push(
      BigInt(rule.firstTile),
      BigInt(rule.tileCount),
      BigInt(rule.gridCols),
      BigInt(rule.maxRank),
      BigInt(rule.shift),
      rule.maxNonzeros,
      rule.maxResidualSq,
    );
  }
  return keccakWords(words);
}
