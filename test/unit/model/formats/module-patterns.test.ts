import { expect } from "chai";
import { FormatError } from "../../../../src/errors/errors.js";
import { ModulePatterns } from "../../../../src/model/formats/module-patterns.js";

const LAYER = "model.layers.1.self_attn.q_proj";

/** Keys, modules that they match, modules that they do not: as `re.match(rf"(.*\.)?({key})$", module)` of Python 3.11. */
const CASES: readonly (readonly [key: string, matches: readonly string[], others: readonly string[]])[] = [
  ["q_proj", ["q_proj", LAYER], ["model.xq_proj", "q_proj.x", "k_proj"]],
  ["layers.1.self_attn.q_proj", [LAYER, "layersX1.self_attn.q_proj"], ["layers.11.self_attn.q_proj"]],
  [String.raw`layers\.1\.self_attn\.q_proj\Z`, [LAYER], ["layers.11.self_attn.q_proj", "layersX1.self_attn.q_proj"]],
  [String.raw`\Amodel\..*q_proj$`, [LAYER], ["x.model.q_proj", "q_proj"]],
  [String.raw`^model\.layers\.0\.q`, ["model.layers.0.q"], ["x.model.layers.0.q", "model.layers.0.q_proj"]],
  [String.raw`model\.layers\.(?P<n>[01])\.q_proj`, ["model.layers.0.q_proj"], ["model.layers.2.q_proj"]],
  [String.raw`(?P<n>\d)\.x\.(?P=n)`, ["1.x.1", "m.1.x.1"], ["1.x.2"]],
  [String.raw`q\-proj`, ["q-proj"], ["q_proj"]],
  [String.raw`[q\-k]_proj`, ["-_proj", "a.k_proj"], ["l_proj"]],
  ["[]q]_proj", ["]_proj", "q_proj"], ["k_proj"]],
  ["[^]q]_proj", ["k_proj"], ["]_proj", "q_proj"]],
  ["[[]a", ["[a"], ["a"]],
  ["[a&&b]", ["&", "x.a"], ["c"]],
  ["a{,2}", ["a", "aa", "", "model."], ["aaa"]],
  ["a{x}", ["a{x}"], ["a"]],
  ["a}", ["a}"], ["a"]],
  ["q|k_proj", ["model.layers.0.q", "k_proj"], ["q_proj"]],
  ["(?#two)q_proj", ["q_proj"], ["two"]],
  [String.raw`(?<=\.)q_proj`, [LAYER], ["q_proj"]],
  [String.raw`\x71\u005fproj`, ["q_proj"], ["x71"]],
  [String.raw`\_\/`, ["_/"], ["/"]],
  ["a.b", ["a.b", "axb"], ["ab"]],
  [String.raw`layers\.(?:[1-9]|1[0-5])\..*_proj`, [LAYER], ["model.layers.16.q_proj", "model.layers.0.q_proj"]],
  ["a+b", ["aab", "a+b"], ["b"]], // the last by name, as PEFT falls back to that
];

/** Keys that cannot be followed to the letter, and why. */
const REFUSED: readonly (readonly [key: string, reason: RegExp])[] = [
  ["(?i)Q_PROJ", /has "\(\?i\)"/u],
  ["(?i:Q)_proj", /has "\(\?i:"/u],
  ["a*+b", /possessive/u],
  ["(?>a)b", /no counterpart/u],
  ["(a)?(?(2)b|c)", /no counterpart/u],
  [String.raw`(?P<n>\d)\.\1`, /by number/u],
  [String.raw`\071`, /by number/u],
  ["(?P<n>a)?(?P=n)b", /refers to the group "n", which may not take part/u],
  ["(?P<n>a)|(?P=n)b", /may not take part/u],
  [String.raw`\q`, /the escape \\q/u],
  ["(", /not closed/u],
  [")", /not open/u],
  ["[a", /not closed/u],
  ["a\\", /ends in a backslash/u],
  ["a**", /share/u],
  ["a{3,2}", /share/u],
  ["a".repeat(1001), /longer than 1000/u],
];

const refusalOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
  throw new Error("was not refused");
};

describe("patterns of an adapter's configuration", () => {
  const patterns = (entries: Readonly<Record<string, number>>): ModulePatterns =>
    new ModulePatterns("adapter_config.json", "alpha_pattern", entries);

  for (const [key, matches, others] of CASES) {
    it(`follow Python's ${key}`, () => {
      for (const module of matches) expect(patterns({ [key]: 7 }).valueOf(module), module).to.equal(7);
      for (const module of others) expect(patterns({ [key]: 7 }).valueOf(module), module).to.equal(undefined);
    });
  }

  it("are refused, by name, where JavaScript cannot follow", () => {
    for (const [key, reason] of REFUSED) {
      const message = refusalOf(() => patterns({ [key]: 7 }));
      expect(message, key).to.match(reason);
      expect(message).to.include("alpha_pattern: the pattern ").and.to.include("Write the modules' names out in full");
    }
  });

  it("count in their order in the file", () => {
    expect(patterns({ ".*_proj": 1, q_proj: 2 }).valueOf(LAYER)).to.equal(1);
    expect(patterns({ q_proj: 2, ".*_proj": 1 }).valueOf(LAYER)).to.equal(2);
    // JavaScript puts "0" first: whether it was is lost.
    expect(refusalOf(() => patterns({ ".*": 1, "0": 2 }).valueOf("net.0"))).to.include("which comes first is lost");
    expect(patterns({ ".*": 2, "0": 2 }).valueOf("net.0")).to.equal(2);
    expect(patterns({ q: 1, "0": 2 }).valueOf("net.0")).to.equal(2);
  });

  it("are refused over names that classes of the two languages see differently", () => {
    expect(refusalOf(() => patterns({ [String.raw`\w+`]: 2 }).valueOf("é"))).to.include("is not ASCII");
    expect(patterns({ é: 2 }).valueOf("x.é")).to.equal(2);
  });

  it("tell which of them matched nothing", () => {
    const two = patterns({ q_proj: 1, k_proj: 2 });
    two.valueOf(LAYER);
    expect(two.unused()).to.deep.equal(["k_proj"]);
  });
});
