import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import { assertPolicy, gridRows, policyId, type Policy, type Rule } from "../../../src/drift/rule.js";
import { wordToHexBE } from "../../../src/encoding/hex.js";
import { InputError } from "../../../src/errors/errors.js";
import { PROTOCOL_VERSION } from "../../../src/protocol/constants.js";

const baseModelId = wordToHexBE(77n);
const norm: Rule = {
  firstTile: 0,
  tileCount: 3,
  gridCols: 0,
  maxRank: 0,
  shift: 0,
  maxNonzeros: 0n,
  maxResidualSq: 1000n,
};
const rank: Rule = { ...norm, firstTile: 4, tileCount: 6, gridCols: 3, maxRank: 2, shift: 7 };
const policyOf = (...rules: Rule[]): Policy => ({ baseModelId, rules });

describe("a policy", () => {
  it("is well-formed with sorted, disjoint rules that end at the model's last tile", () => {
    expect(() => assertPolicy(policyOf(norm, rank), 10)).to.not.throw();
    const bounds = { maxNonzeros: 2n ** 40n - 1n, maxResidualSq: 2n ** 100n - 1n, shift: 40, maxRank: 255 };
    expect(() => assertPolicy(policyOf({ ...rank, ...bounds }), 10)).to.not.throw();
  });

  it("has at least one rule", () => {
    expect(() => assertPolicy(policyOf(), 10)).to.throw(InputError, "the policy has no rule");
  });

  const broken: [string, Rule[], RegExp][] = [
    ["an empty rule", [{ ...norm, tileCount: 0 }], /rule 0: covers no tile/],
    ["rules that overlap", [norm, { ...rank, firstTile: 2 }], /rule 1: starts at tile 2, .* expected at least 3/],
    ["rules out of order", [rank, norm], /rule 1: starts at tile 0, .* expected at least 10/],
    [
      "tiles beyond the model",
      [norm, { ...rank, firstTile: 5 }],
      /rule 1: ends at tile 10, but the model has 10 tiles/,
    ],
    ["a negative tile", [{ ...norm, firstTile: -1 }], /rule 0: a count is not a whole number/],
    ["a fractional count", [{ ...norm, tileCount: 1.5 }], /rule 0: a count is not a whole number/],
    ["a count that is no number", [{ ...norm, tileCount: Number.NaN }], /rule 0: a count is not a whole number/],
    ["a shift without a rank", [{ ...norm, shift: 1 }], /rule 0: has a shift or gridCols without a rank/],
    ["a grid without a rank", [{ ...norm, gridCols: 1 }], /rule 0: has a shift or gridCols without a rank/],
    ["a rank without a grid", [{ ...rank, gridCols: 0 }], /rule 0: 6 tiles do not form rows of 0/],
    ["a grid that is not whole", [{ ...rank, gridCols: 4 }], /rule 0: 6 tiles do not form rows of 4/],
    ["a rank that storage cannot hold", [{ ...rank, maxRank: 256 }], /rule 0: maxRank is 256, at most 255/],
    ["a shift of 41", [{ ...rank, shift: 41 }], /rule 0: shift is 41, at most 40/],
    ["2^40 nonzeros", [{ ...norm, maxNonzeros: 2n ** 40n }], /rule 0: maxNonzeros is 1099511627776, .* below 2\^40/],
    ["negative nonzeros", [{ ...norm, maxNonzeros: -1n }], /rule 0: maxNonzeros is -1/],
    ["a norm of 2^100", [{ ...norm, maxResidualSq: 2n ** 100n }], /rule 0: maxResidualSq is \d+, .* below 2\^100/],
    ["a negative norm", [{ ...norm, maxResidualSq: -1n }], /rule 0: maxResidualSq is -1/],
  ];
  for (const [name, rules, message] of broken) {
    it(`is refused with ${name}`, () => {
      expect(() => assertPolicy(policyOf(...rules), 10)).to.throw(InputError, message);
    });
  }

  it("has the id that the registry's types give", () => {
    const struct =
      "tuple(uint32 firstTile, uint32 tileCount, uint32 gridCols, uint8 maxRank, uint8 shift, uint64 maxNonzeros, uint128 maxResidualSq)";
    for (const rules of [
      [norm],
      [norm, rank],
      [{ ...norm, maxNonzeros: 2n ** 40n - 1n, maxResidualSq: 2n ** 100n - 1n }],
    ]) {
      const encoded = AbiCoder.defaultAbiCoder().encode(
        ["uint256", "bytes32", `${struct}[]`],
        [PROTOCOL_VERSION, baseModelId, rules],
      );
      expect(policyId(policyOf(...rules))).to.equal(keccak256(encoded));
    }
  });

  it("has an id that depends on every field of every rule", () => {
    const ids = new Set([
      policyId(policyOf(norm, rank)),
      policyId({ baseModelId: wordToHexBE(78n), rules: [norm, rank] }),
    ]);
    const fields = Object.keys(norm) as (keyof Rule)[];
    for (const field of fields) {
      const value = rank[field];
      const changed = { ...rank, [field]: typeof value === "bigint" ? value + 1n : value + 1 };
      ids.add(policyId(policyOf(norm, changed)));
    }
    ids.add(policyId(policyOf(norm)));
    expect(ids.size).to.equal(3 + fields.length);
  });

  it("counts row panels only for rank rules", () => {
    expect(gridRows(rank)).to.equal(2);
    expect(gridRows(norm)).to.equal(0);
  });
});
