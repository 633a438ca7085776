import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import {
  assertPolicy,
  assertPolicyFitsClasses,
  gridRows,
  MAX_RANGES,
  policyId,
  rangesOf,
  tileCountOf,
  unitExponent,
  type Policy,
  type Rule,
} from "../../../src/policy/rule.js";
import { wordToHexBE } from "../../../src/algebra/hex.js";
import { InputError } from "../../../src/errors/errors.js";
import { PROTOCOL_VERSION } from "../../../src/protocol/constants.js";
import { flatRule } from "../../support/rules.js";

const baseModelId = wordToHexBE(77n);
const norm = flatRule(0, 3, { maxResidualSq: 1000n });
const rank: Rule = { ...norm, ranges: [{ firstTile: 4, tileCount: 6 }], gridCols: 3, maxRank: 2, shift: 7, unit: 7 };
const at = (rule: Rule, firstTile: number, tileCount = tileCountOf(rule)): Rule => ({
  ...rule,
  ranges: [{ firstTile, tileCount }],
});
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
    ["an empty rule", [at(norm, 0, 0)], /rule 0: covers no tile/],
    ["rules that overlap", [norm, at(rank, 2)], /rule 1: a range starts at tile 2, .* expected at least 3/],
    ["rules out of order", [rank, norm], /rule 1: starts at tile 0, but rules are sorted by their first tiles/],
    [
      "ranges that overlap another rule's",
      [{ ...norm, ranges: [...norm.ranges, { firstTile: 6, tileCount: 1 }] }, rank],
      /rule 0: a range starts at tile 6, .* expected at least 10/,
    ],
    [
      "ranges that do not ascend",
      [{ ...norm, ranges: [{ firstTile: 4, tileCount: 1 }, ...norm.ranges] }],
      /rule 0: its ranges do not ascend/,
    ],
    ["a rule without a range", [{ ...norm, ranges: [] }], /rule 0: covers no tile/],
    [
      "more ranges than a registry keeps",
      [{ ...norm, ranges: Array.from({ length: MAX_RANGES + 1 }, (_, i) => ({ firstTile: 2 * i, tileCount: 1 })) }],
      /rule 0: has 1277 ranges/,
    ],
    [
      "a rank over two ranges",
      [{ ...rank, ranges: [...rank.ranges, { firstTile: 0, tileCount: 1 }].reverse() }],
      /rule 0: bounds a rank over 2 ranges/,
    ],
    ["a unit out of range", [{ ...norm, unit: 136 }], /rule 0: unit is 136/],
    ["a unit that is not whole", [{ ...norm, unit: 0.5 }], /rule 0: unit is 0.5/],
    ["tiles beyond the model", [norm, at(rank, 5)], /rule 1: ends at tile 10, but the model has 10 tiles/],
    ["a negative tile", [at(norm, -1)], /rule 0: a count is not a whole number/],
    ["a fractional count", [at(norm, 0, 1.5)], /rule 0: a count is not a whole number/],
    ["a count that is no number", [at(norm, 0, Number.NaN)], /rule 0: a count is not a whole number/],
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
    const bounds =
      "tuple(int16 unit, uint32 gridCols, uint8 maxRank, uint8 shift, uint64 maxNonzeros, uint128 maxResidualSq)";
    const range = "tuple(uint32 firstTile, uint32 tileCount, uint16 rule)";
    for (const rules of [
      [norm],
      [norm, rank],
      [{ ...norm, maxNonzeros: 2n ** 40n - 1n, maxResidualSq: 2n ** 100n - 1n, unit: -3 }],
      [{ ...norm, ranges: [...norm.ranges, { firstTile: 10, tileCount: 2 }] }, rank],
    ]) {
      const encoded = AbiCoder.defaultAbiCoder().encode(
        ["uint256", "bytes32", `${bounds}[]`, `${range}[]`],
        [PROTOCOL_VERSION, baseModelId, rules, rangesOf(rules)],
      );
      expect(policyId(policyOf(...rules))).to.equal(keccak256(encoded));
    }
  });

  it("has an id that depends on every field of every rule", () => {
    const ids = new Set([
      policyId(policyOf(norm, rank)),
      policyId({ baseModelId: wordToHexBE(78n), rules: [norm, rank] }),
    ]);
    const fields = ["unit", "gridCols", "maxRank", "shift", "maxNonzeros", "maxResidualSq"] as const;
    for (const field of fields) {
      const value = rank[field];
      const changed = { ...rank, [field]: typeof value === "bigint" ? value + 1n : value + 1 };
      ids.add(policyId(policyOf(norm, changed)));
    }
    ids.add(policyId(policyOf(norm, at(rank, 5))));
    ids.add(policyId(policyOf(norm, at(rank, 4, 3))));
    ids.add(policyId(policyOf(norm)));
    expect(ids.size).to.equal(5 + fields.length);
  });

  describe("over a class table", () => {
    const classes = [
      { firstTile: 0, fractionBits: 4 },
      { firstTile: 5, fractionBits: 10 },
    ];
    const fits = (...rules: Rule[]): void => {
      assertPolicyFitsClasses(policyOf(...rules), classes);
    };
    const wide = {
      ...flatRule(0, 5, { unit: 10 }),
      ranges: [...flatRule(0, 5).ranges, { firstTile: 5, tileCount: 2 }],
    };

    it("counts a tile of fewer fraction bits the more", () => {
      fits(wide);
      expect([0, 4, 5, 6].map((tile) => unitExponent(wide, classes, tile))).to.deep.equal([6, 6, 0, 0]);
      fits({ ...wide, unit: 35 });
    });

    it("is refused with a range over two classes, or a unit that is too coarse or too fine", () => {
      expect(() => fits(flatRule(0, 6, { unit: 10 }))).to.throw(
        InputError,
        /tiles 0 to 5 have different fraction bits/,
      );
      expect(() => fits({ ...wide, unit: 9 })).to.throw(
        InputError,
        /rule 0: its unit 2\^-9 is 1 bit coarser than that of tile/,
      );
      expect(() => fits({ ...wide, unit: 36 })).to.throw(InputError, /32 bits finer than that of tile 0/);
    });

    it("is refused with a rank rule in any unit but its own", () => {
      const matrix: Rule = { ...flatRule(0, 4), gridCols: 2, maxRank: 1, shift: 3, unit: 7 };
      fits(matrix);
      for (const unit of [6, 8]) expect(() => fits({ ...matrix, unit })).to.throw(InputError, /expected the same/);
    });
  });

  it("counts row panels only for rank rules", () => {
    expect(gridRows(rank)).to.equal(2);
    expect(gridRows(norm)).to.equal(0);
  });
});
