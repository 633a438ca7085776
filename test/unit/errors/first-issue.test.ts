import { expect } from "chai";
import { z } from "zod";
import { firstIssue } from "../../../src/errors/first-issue.js";

describe("firstIssue", () => {
  const schema = z
    .object({
      name: z.string().min(1).optional(),
      count: z.number().int().min(1).max(9),
      kind: z.enum(["a", "b"]).optional(),
      version: z.literal(1).optional(),
      list: z.array(z.string()).min(1).optional(),
      hash: z.string().regex(/^0x/u, "expected 0x").optional(),
      pattern: z.string().regex(/^0x/u).optional(),
      either: z.union([z.string(), z.array(z.number())]).optional(),
      ratio: z.number().positive().optional(),
    })
    .strict();

  const cases: readonly (readonly [value: unknown, words: string])[] = [
    [{}, "count: is missing"],
    [{ count: 1.5 }, "count: must be a whole number"],
    [{ count: "1" }, "count: must be a number"],
    [{ count: 0 }, "count: must be at least 1"],
    [{ count: 10 }, "count: must be at most 9"],
    [{ count: 1, name: 1 }, "name: must be text"],
    [{ count: 1, name: "" }, "name: must have at least 1 character"],
    [{ count: 1, kind: "c" }, 'kind: must be one of "a", "b"'],
    [{ count: 1, version: 2 }, "version: must be 1"],
    [{ count: 1, list: [] }, "list: must have at least 1 entry"],
    [{ count: 1, list: ["a", 2] }, "list.1: must be text"],
    [{ count: 1, hash: "1" }, "hash: expected 0x"],
    [{ count: 1, pattern: "1" }, "pattern: is malformed"],
    [{ count: 1, either: true }, "either: must be text; or must be a list"],
    [{ count: 1, either: ["1"] }, "either: must be text; or 0: must be a number"],
    [{ count: 1, ratio: 0 }, "ratio: must be more than 0"],
    [{ count: 1, nmae: "x" }, 'the file: has the unknown field "nmae"'],
    [[], "the file: must be an object"],
    [null, "the file: must be an object"],
  ];
  for (const [value, words] of cases) {
    it(`says "${words}"`, () => {
      const { error } = schema.safeParse(value);
      expect(error && firstIssue(error)).to.equal(words);
    });
  }

  it("names the whole value as it is told to", () => {
    const { error } = schema.safeParse([]);
    expect(error && firstIssue(error, "settings")).to.equal("settings: must be an object");
  });
});
