import { fileURLToPath } from "node:url";
import { expect } from "chai";
import fc from "fast-check";
import { recognizeArchitecture } from "../../../src/model/architecture/recognize.js";
import type { Hex } from "../../../src/algebra/hex.js";
import { FormatError, type FtiError, InputError } from "../../../src/errors/errors.js";
import { openModel, type Model } from "../../../src/model/open-model.js";
import { fileSystem } from "../../../src/node/file-source.js";
import { compilePolicy, type CompiledPolicy } from "../../../src/policy/compile-policy.js";
import { parseDecimal } from "../../../src/policy/decimal.js";
import { describePolicy } from "../../../src/policy/describe-policy.js";
import { measureBase } from "../../../src/policy/measure-base.js";
import { parsePolicyDocument } from "../../../src/policy/policy-document.js";
import { PRESETS, presetDocument } from "../../../src/policy/presets.js";
import { tileCountOf, tilesOf } from "../../../src/policy/rule.js";
import { TIERS, type TierName } from "../../../src/protocol/tiers.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import type { Manifest } from "../../../src/quantize/manifest.js";
import { openTiles } from "../../../src/quantize/tile-reader.js";
import { tileContents } from "../../../src/quantize/tile-contents.js";

const BASE_ID: Hex = `0x${"12".repeat(32)}`;

describe("policy documents", () => {
  let model: Model;
  const manifests = new Map<TierName, Manifest>();

  before(async () => {
    model = await openModel(
      fileSystem,
      fileURLToPath(new URL("../../fixtures/transformer/base.safetensors", import.meta.url)),
    );
    for (const tier of ["nano", "small", "medium"] as const) {
      manifests.set(tier, (await buildManifest(model, TIERS[tier])).manifest);
    }
  });

  after(() => model.close());

  function compile(text: string, tier: TierName = "medium", withBase = true): Promise<CompiledPolicy> {
    const manifest = manifests.get(tier) as Manifest;
    return compilePolicy({
      document: parsePolicyDocument(text, "policy.yaml"),
      baseModelId: BASE_ID,
      manifest,
      architecture: recognizeArchitecture(manifest.tensors),
      tier: TIERS[tier],
      base: withBase ? measureBase(model, manifest) : undefined,
    });
  }

  const rule = (...lines: readonly string[]): string =>
    ["version: 1", "rules:", ...lines.map((line, i) => `  ${i === 0 ? "- " : "  "}${line}`), ""].join("\n");

  const refusal = async (work: Promise<unknown>): Promise<string> => {
    const thrown: unknown = await work.catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(InputError);
    return (thrown as InputError).message;
  };

  it("make a rank rule of every matrix that a role selects", async () => {
    const { policy } = await compile(
      rule("roles: [attention.q, attention.v]", "part: weight", "rank: 4", "drift: { rounding: f32 }"),
    );
    expect(policy.rules.map((rule) => [rule.maxRank, tileCountOf(rule), rule.gridCols])).to.deep.equal(
      new Array(4).fill([4, 1, 1]),
    );
    const words = describePolicy(policy, manifests.get("medium")).join("\n");
    expect(words).to.match(/self_attn\.q_proj\.weight.*rank at most 4/u);
  });

  it("allow a rank rule in float32 about as much as two quantizations round", async () => {
    const { policy } = await compile(rule("roles: attention.q", "part: weight", "rank: 4", "drift: { rounding: f32 }"));
    for (const { maxResidualSq, shift } of policy.rules) {
      const allowed = Number(maxResidualSq) / 4 ** shift / ((1.5 ** 2 * 128 * 128) / 6);
      expect(allowed > 0.99 && allowed < 1.01, `${allowed}`).to.equal(true);
    }
  });

  it("cover everything by one norm", async () => {
    const { policy, explanation } = await compile(rule("tensors: '**'", "drift: 0.5"));
    expect(policy.rules).to.have.lengthOf(1);
    const [rule0] = policy.rules;
    const manifest = manifests.get("medium") as Manifest;
    const finest = Math.max(...tileContents(manifest).map(({ fractionBits }) => fractionBits));
    expect(rule0 === undefined ? 0 : tileCountOf(rule0)).to.equal(manifest.tileCount);
    expect(rule0).to.include({ unit: finest, maxResidualSq: 4n ** BigInt(finest) / 4n });
    expect(explanation).to.deep.equal([]);
  });

  it("bound a relative drift by the base's own integers", async () => {
    const { policy } = await compile(rule("tensors: '**'", "drift: { relative: 0.06 }"));
    const tiles = openTiles(model, manifests.get("medium") as Manifest);
    let energy = 0n;
    const contents = tileContents(manifests.get("medium") as Manifest);
    const finest = Math.max(...contents.map(({ fractionBits }) => fractionBits));
    for (const { tile, fractionBits } of contents) {
      let ofTile = 0n;
      for (const entry of await tiles.readTile(tile)) ofTile += BigInt(entry) * BigInt(entry);
      energy += ofTile << BigInt(2 * (finest - fractionBits));
    }
    expect(policy.rules.map(({ maxResidualSq }) => maxResidualSq)).to.deep.equal([(energy * 36n) / 10_000n]);
  });

  it("give a tensor to the first rule that selects it", async () => {
    const text = `${rule("tensors: '*.fc1.weight'", "nonzeros: 7")}  - tensors: '**'\n    free: true\n`;
    const { policy } = await compile(text);
    const manifest = manifests.get("medium") as Manifest;
    const fc1 = manifest.tensors.flatMap((tensor) =>
      tensor.kind === "grid" && tensor.name.endsWith("fc1.weight") ? [tensor.firstTile] : [],
    );
    const sparse = policy.rules.filter(({ maxNonzeros }) => maxNonzeros < 8n);
    expect(sparse.flatMap(tilesOf)).to.deep.equal(fc1);
    expect(policy.rules.reduce((sum, each) => sum + tileCountOf(each), 0)).to.equal(manifest.tileCount);
  });

  it("let a free tensor change in every weight, and no more", async () => {
    const { policy } = await compile(rule("tensors: '**'", "free: true"));
    const weights = model.tensors.reduce((sum, { elementCount }) => sum + elementCount, 0);
    expect(policy.rules.reduce((sum, { maxNonzeros }) => sum + maxNonzeros, 0n)).to.equal(BigInt(weights));
    expect(describePolicy(policy, manifests.get("medium")).join("\n")).to.match(/in any way|any change/u);
  });

  it("never allow more than is written, however a budget is divided (seed printed on failure)", async () => {
    const names = model.tensors.map(({ name }) => name);
    const decimals = fc
      .tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 6 }))
      .map(([digits, places]) => (digits / 10 ** places).toFixed(places));
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(names, { minLength: 1 }),
        decimals,
        fc.integer({ min: 1, max: 5000 }),
        fc.constantFrom("nano" as const, "small" as const, "medium" as const),
        async (tensors, drift, nonzeros, tier) => {
          const list = JSON.stringify(tensors);
          const text = rule(`tensors: ${list}`, `drift: ${drift}`, `nonzeros: ${nonzeros}`, "wholeTiles: true");
          // Shares that all round to 0 are refused, which allows nothing.
          const compiled = await compile(text, tier, false).catch((error: unknown) => {
            if (error instanceof InputError && error.message.includes("nothing may change")) return undefined;
            throw error;
          });
          if (compiled === undefined) return;
          const { policy } = compiled;
          const { numerator, denominator } = parseDecimal(drift, "drift");
          // Σ B·4^-u <= X², in whole numbers: units are below 40 here.
          const sum = policy.rules.reduce(
            (total, each) => total + (each.maxResidualSq << BigInt(2 * (40 - each.unit))),
            0n,
          );
          expect(sum * denominator ** 2n <= numerator ** 2n * 4n ** 40n).to.equal(true);
          const count = policy.rules.reduce((total, { maxNonzeros }) => total + maxNonzeros, 0n);
          expect(count <= BigInt(nonzeros)).to.equal(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("refuse what cannot be meant, saying why", async () => {
    const cases: readonly (readonly [string, RegExp, TierName?, boolean?])[] = [
      [rule("tensors: nothing.*", "free: true"), /no tensor of weights matches "nothing\.\*"/u],
      [rule("roles: conv", "free: true"), /no tensor has the role conv/u],
      [rule("tensors: '**'"), /has no bound/u],
      [rule("tensors: '**'", "free: true", "drift: 1"), /both free: true and bounds/u],
      [rule("drift: 1"), /selects nothing/u],
      [rule("tensors: classifier.*", "free: true"), /also holds "model.*wholeTiles/su],
      [rule("tensors: '**'", "drift: { relative: 0.1 }"), /--base-weights/u, "medium", false],
      [rule("tensors: '*.q_proj.weight'", "rank: 9"), /rank 9.*at most 8/u],
      [rule("tensors: classifier.weight", "rank: 2", "wholeTiles: true"), /share tiles at tier medium/u],
      [
        `${rule("tensors: '**'", "free: true")}frozen: "classifier.*"\n`,
        /"classifier\.(bias|weight)".*must stay frozen/su,
      ],
      [
        `${rule("tensors: '**'", "free: true")}  - tensors: classifier.*\n    free: true\n`,
        /rule 1 selects no tensor/u,
      ],
      [rule("tensors: '**'", "drift: 1e-9"), /nothing may change/u],
    ];
    for (const [text, message, tier, withBase] of cases) {
      expect(await refusal(compile(text, tier, withBase)), text).to.match(message);
    }
  });

  it("name the line and the entry of what is not written right", () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["version: 1\nrules:\n  - tensors: a\n    rank: four\n", /policy\.yaml: line 4: rules\.0\.rank/u],
      ["version: 1\nrules:\n  - tensors: a\n    drfit: 1\n", /line 3: rules\.0: has the unknown field "drfit"/u],
      ["version: 2\nrules: []\n", /line 1: version/u],
      ["version: 1\n", /either rules or a preset/u],
      ["version: 1\nrules:\n  - tensors: a\n    drift: { rounding: fp8 }\n", /drift/u],
      ["version: [1\n", /line \d/u],
      ["version: 1\nrules:\n  - tensors: a\n    drift: -1\n", /drift/u],
    ];
    for (const [text, message] of cases) {
      expect(() => parsePolicyDocument(text, "policy.yaml"), text).to.throw(FormatError, message);
    }
  });

  it("have presets that compile as their examples are written", async () => {
    for (const { name, example } of PRESETS) {
      const text = `version: 1\npreset: ${example}\n`;
      const failed = await compile(text, "nano").then(
        () => undefined,
        (error: unknown) => (error as FtiError).message,
      );
      // At tier nano the ranks are smaller; without packing by role, heads and biases share tiles.
      const expected: Record<string, RegExp> = {
        lora: /rank 4.*tier nano/u,
        "head-only": /also holds/u,
        bitfit: /also holds/u,
        "frozen-embeddings": /must stay frozen/u,
      };
      if (failed !== undefined) expect(failed, name).to.match(expected[name] ?? /nothing/u);
    }
    expect((await compile("version: 1\npreset: lora(2)\n", "nano")).policy.rules.length > 10).to.equal(true);
  });

  it("refuse presets that are not written right", () => {
    for (const text of [
      "lora",
      "lora(0)",
      "lora(4, fp8)",
      "lora(4, bf16, x)",
      "sparse(-1)",
      "small-drift(a)",
      "nonsense",
      "",
    ]) {
      expect(() => presetDocument(text), text).to.throw(InputError);
    }
  });
});
