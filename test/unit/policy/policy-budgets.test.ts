import { expect } from "chai";
import fc from "fast-check";
import { recognizeArchitecture } from "../../../src/model/architecture/recognize.js";
import type { Hex } from "../../../src/algebra/hex.js";
import { FormatError, InputError } from "../../../src/errors/errors.js";
import { compilePolicy, type CompiledPolicy } from "../../../src/policy/compile-policy.js";
import { parseDecimal } from "../../../src/policy/decimal.js";
import { parsePolicyDocument } from "../../../src/policy/policy-document.js";
import { tileCountOf, tilesOf } from "../../../src/policy/rule.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { layOut, type TensorSpec } from "../../../src/quantize/layout.js";
import type { Manifest } from "../../../src/quantize/manifest.js";
import { tileContents } from "../../../src/quantize/tile-contents.js";

const BASE_ID: Hex = `0x${"12".repeat(32)}`;
const TIER = TIERS.nano;

const manifestOf = (specs: readonly TensorSpec[]): Manifest => ({ version: 2, t: TIER.t, ...layOut(TIER.t, specs) });

function compile(manifest: Manifest, text: string): Promise<CompiledPolicy> {
  return compilePolicy({
    document: parsePolicyDocument(text, "policy.yaml"),
    baseModelId: BASE_ID,
    manifest,
    architecture: recognizeArchitecture(manifest.tensors),
    tier: TIER,
  });
}

const rules = (...lines: readonly string[]): string =>
  `version: 1\nrules:\n${lines.map((line) => `  - ${line}\n`).join("")}`;

/** Every unit here is at most this. */
const FINEST = 60;

/** What each tensor could change by at most: the bounds of all rules that reach into its tiles. `Σ B·4^(60-u)`, and `Σ k`. */
function reachOf({ policy }: CompiledPolicy, manifest: Manifest, name: string): { sq: bigint; nonzeros: bigint } {
  const contents = tileContents(manifest);
  const [sq, nonzeros] = policy.rules
    .filter((rule) => tilesOf(rule).some((tile) => contents[tile]?.tensors.includes(name)))
    .reduce(
      ([sum, count], { unit, maxResidualSq, maxNonzeros }) => [
        sum + maxResidualSq * 4n ** BigInt(FINEST - unit),
        count + maxNonzeros,
      ],
      [0n, 0n],
    );
  return { sq, nonzeros };
}

describe("budgets of a policy document", () => {
  /** More tiles than a segment of the tier holds. */
  const wide = manifestOf([{ name: "a.weight", shape: [64, 80], fractionBits: 4 }]);

  it("are those of one rule for a tensor that no segment holds, also if they are per tensor", async () => {
    const { policy } = await compile(wide, rules("{ tensors: a.weight, drift: 1, nonzeros: 5, per: tensor }"));
    expect(policy.rules.map(tileCountOf)).to.deep.equal([20]);
    expect(policy.rules[0]).to.deep.include({ maxResidualSq: 256n, maxNonzeros: 5n, unit: 4 });
  });

  it("are one for all fraction bits, in units of the finest, and divided only where these are over 31 bits apart", async () => {
    const bits = (...fractionBits: number[]): Manifest =>
      manifestOf(fractionBits.map((f, i) => ({ name: `t${i}`, shape: [16, 16], fractionBits: f })));
    const one = await compile(bits(-3, 9, 28, 2), rules('{ tensors: "**", drift: 3 }'));
    expect(one.policy.rules.map(({ unit, maxResidualSq }) => [unit, maxResidualSq])).to.deep.equal([
      [28, 9n * 4n ** 28n],
    ]);
    const two = await compile(bits(-3, 29), rules('{ tensors: "**", drift: 300 }'));
    expect(two.policy.rules.map(({ unit }) => unit).sort((a, b) => a - b)).to.deep.equal([-3, 29]);
    expect(two.explanation.join()).to.include("divide its bounds");
  });

  it("are those of one tensor for small tensors whose tiles hang together", async () => {
    const manifest = manifestOf([
      { name: "x", shape: [300], fractionBits: 4 },
      { name: "y", shape: [600], fractionBits: 4 },
    ]);
    const { policy, explanation } = await compile(
      manifest,
      rules("{ tensors: [x, y], drift: 1, nonzeros: 5, per: tensor }"),
    );
    expect(policy.rules.map(({ maxResidualSq, maxNonzeros }) => [maxResidualSq, maxNonzeros])).to.deep.equal([
      [256n, 5n],
    ]);
    expect(explanation.join("\n")).to.include('"x", "y" share tiles');
  });

  it("never let a tensor change by more than is written, whatever the tensors (seed printed on failure)", async () => {
    const tensor = fc.record({
      rows: fc.integer({ min: 1, max: 70 }),
      columns: fc.integer({ min: 1, max: 70 }),
      fractionBits: fc.integer({ min: -20, max: 30 }),
    });
    const bounded = { several: 0, divided: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(tensor, { minLength: 1, maxLength: 8 }),
        fc.constantFrom("rule" as const, "tensor" as const),
        fc.integer({ min: 1, max: 10 ** 8 }),
        fc.integer({ min: 0, max: 300 }),
        async (shapes, per, thousandths, nonzeros) => {
          const specs = shapes.map(({ rows, columns, fractionBits }, i) => ({
            name: `t${i}`,
            shape: [rows, columns],
            fractionBits,
          }));
          const manifest = manifestOf(specs);
          const drift = `${thousandths}e-3`;
          const text = rules(`{ tensors: "**", per: ${per}, drift: ${drift}, nonzeros: ${nonzeros} }`);
          const compiled = await compile(manifest, text).catch((error: unknown) => {
            if (error instanceof InputError && error.message.includes("nothing may change")) return undefined;
            throw error;
          });
          if (compiled === undefined) return;
          const { numerator, denominator } = parseDecimal(drift, "drift");
          const within = ({ sq, nonzeros: used }: { sq: bigint; nonzeros: bigint }): boolean =>
            sq * denominator ** 2n <= numerator ** 2n * 4n ** BigInt(FINEST) && used <= BigInt(nonzeros);
          for (const { name } of specs) expect(within(reachOf(compiled, manifest, name)), name).to.equal(true);
          if (compiled.policy.rules.length > 1) bounded.several++;
          if (compiled.explanation.some((line) => line.includes("divided"))) bounded.divided++;
          if (per === "tensor") return;
          // One budget for all: the rules together.
          const whole = compiled.policy.rules.reduce(
            ({ sq, nonzeros: sum }, { unit, maxResidualSq, maxNonzeros }) => ({
              sq: sq + maxResidualSq * 4n ** BigInt(FINEST - unit),
              nonzeros: sum + maxNonzeros,
            }),
            { sq: 0n, nonzeros: 0n },
          );
          expect(within(whole)).to.equal(true);
        },
      ),
      { numRuns: 300 },
    );
    // The property is about division, so divisions must have been among the cases.
    expect(bounded.several > 20 && bounded.divided > 20, JSON.stringify(bounded)).to.equal(true);
  });

  it("are read as they are written, not as the nearest float64", async () => {
    const manifest = manifestOf([{ name: "a.weight", shape: [16, 16], fractionBits: 60 }]);
    // As a float64 it is read back as 1.2345678901234568e-7, which is more.
    const drift = "0.000000123456789012345679999";
    const { numerator, denominator } = parseDecimal(drift, "drift");
    const exact = (numerator ** 2n * 4n ** 60n) / denominator ** 2n;
    for (const written of [drift, `"${drift}"`]) {
      const { policy } = await compile(manifest, rules(`{ tensors: a.weight, drift: ${written} }`));
      expect(policy.rules[0]?.maxResidualSq, written).to.equal(exact);
    }
    const relative = parsePolicyDocument(rules(`{ tensors: a.weight, drift: { relative: ${drift} } }`), "p.yaml");
    expect(relative.rules?.[0]?.drift).to.deep.equal({ relative: drift });
  });

  it("refuse numbers that are no decimals, and globs that YAML takes for aliases", () => {
    expect(() => parsePolicyDocument(rules("{ tensors: a, drift: 0x10 }"), "p.yaml")).to.throw(
      FormatError,
      /line 3: rules\.0\.drift: expected a decimal number/u,
    );
    expect(() => parsePolicyDocument(rules("{ tensors: *weight, drift: 1 }"), "p.yaml")).to.throw(
      FormatError,
      /p\.yaml:.*quotes/su,
    );
  });

  it("say where a rule that takes whole tiles stands in for a later one", async () => {
    const manifest = manifestOf([
      { name: "x", shape: [30], fractionBits: 4 },
      { name: "y", shape: [30], fractionBits: 4 },
    ]);
    const { policy, explanation } = await compile(
      manifest,
      rules("{ tensors: x, drift: 2, wholeTiles: true }", "{ tensors: y, drift: 1 }"),
    );
    expect(policy.rules).to.have.lengthOf(1);
    expect(explanation.join("\n")).to.match(/rule 0: its bounds are also those of "y" in tile 0/u);
  });

  it("leave small tensors out of a rank by role, for a later rule or frozen", async () => {
    const manifest = manifestOf([
      { name: "conv1.weight", shape: [4, 1, 3, 3], fractionBits: 4 },
      { name: "conv1.bias", shape: [4], fractionBits: 4 },
      { name: "fc1.weight", shape: [32, 32], fractionBits: 4 },
      { name: "fc2.weight", shape: [32, 32], fractionBits: 4 },
    ]);
    const byRole = "{ roles: [conv, dense], part: weight, rank: 1 }";
    const frozen = await compile(manifest, rules(byRole));
    expect(frozen.policy.rules.map((rule) => [rule.maxRank, tileCountOf(rule)])).to.deep.equal([[1, 4]]);
    expect(frozen.explanation.join("\n")).to.include('small tensors ("conv1.weight")');
    const later = await compile(manifest, rules(byRole, '{ tensors: "conv1.*", free: true }'));
    expect(later.policy.rules.map(({ maxRank, maxNonzeros }) => [maxRank, maxNonzeros])).to.deep.equal([
      [1, 0n],
      [0, 40n],
    ]);
  });
});
