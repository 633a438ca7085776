import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { driftRegistryInterface } from "../../src/registry/abi-values.js";

/**
 * A policy of too many words costs more gas than a transaction can have (`test/properties/Policies.t.sol` has one).
 * Degenerate challenges need a preimage of keccak256; inversion then cannot fail. The others are OpenZeppelin's, of functions
 * that the registry does not have, and of a name that is short.
 */
const UNREACHABLE = [
  "PolicyTooLarge",
  "DegenerateChallenges",
  "NoInverse",
  "InvalidAccountNonce",
  "InvalidShortString",
  "OwnableInvalidOwner",
  "StringTooLong",
];

describe("tests of refusals", () => {
  it("name every custom error of the registry", () => {
    const here = new URL(".", import.meta.url);
    const tests = readdirSync(here)
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => readFileSync(new URL(name, here), "utf8"))
      .join("");
    const errors: string[] = [];
    driftRegistryInterface.forEachError(({ name }) => errors.push(name));
    expect(errors.filter((name) => !tests.includes(`"${name}"`))).to.deep.equal([]);
    expect(errors).to.include.members(UNREACHABLE);
  });
});
