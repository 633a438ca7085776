import { expect } from "chai";
import type { Hex } from "../../../src/algebra/hex.js";
import { openModel } from "../../../src/model/open-model.js";
import { fileSystem } from "../../../src/node/file-source.js";
import { firstTileOf, type Policy, type Rule } from "../../../src/policy/rule.js";
import { describePolicy } from "../../../src/policy/describe-policy.js";
import { TIERS, type TierName } from "../../../src/protocol/tiers.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import type { Manifest } from "../../../src/quantize/manifest.js";
import { tileContents } from "../../../src/quantize/tile-contents.js";
import { flatRule } from "../../support/rules.js";
import { fixturePath } from "../../support/fixture-pairs.js";

const BASE_ID: Hex = `0x${"34".repeat(32)}`;
const NAME = "model.encoder.layers.0.fc1.weight";

async function manifestAt(tier: TierName): Promise<Manifest> {
  const model = await openModel(fileSystem, fixturePath("transformer/base"));
  const { manifest } = await buildManifest(model, TIERS[tier], { fractionBits: 20 });
  await model.close();
  return manifest;
}

/** A rule over all of `fc1` of the first layer, 256 × 128. */
function ruleOf(manifest: Manifest, bounds: Partial<Rule>): Policy {
  const tensor = manifest.tensors.find(({ name }) => name === NAME);
  if (tensor?.kind !== "grid") throw new Error(`${NAME} is no grid`);
  const { firstTile, gridRows, gridCols } = tensor;
  const whole = { ...flatRule(firstTile, gridRows * gridCols, { unit: 20 + (bounds.shift ?? 0) }), ...bounds };
  return { baseModelId: BASE_ID, rules: [{ ...whole, gridCols: whole.maxRank > 0 ? gridCols : 0 }] };
}

describe("a policy in words", () => {
  let small: Manifest;
  let medium: Manifest;

  before(async () => {
    [small, medium] = await Promise.all([manifestAt("small"), manifestAt("medium")]);
  });

  const first = (manifest: Manifest, bounds: Partial<Rule>): string =>
    describePolicy(ruleOf(manifest, bounds), manifest)[0] ?? "";

  it("says the rank of a matrix of one tile, and what may be left", () => {
    // 2^40 squared units of 2^-(20+8): a norm of 2^20·2^-28 = 2^-8.
    expect(first(medium, { maxRank: 4, shift: 8, maxResidualSq: 2n ** 40n })).to.match(
      new RegExp(
        `^Rule 0: tile \\d+ \\(32,768 weights of "${NAME}"\\) may take a change of rank at most 4, ` +
          "plus a residual of L2 norm at most 0.00391 over all weights together " +
          "\\(root mean square 0.0000216\\). Weights are compared in steps of 9.54e-7. Blind spot: changes below one step, whose norm is at most 0.000173.$",
        "u",
      ),
    );
  });

  it("says of a matrix of several tiles that it has one rank", () => {
    expect(first(small, { maxRank: 2, maxNonzeros: 1n })).to.match(
      /^Rule 0: tiles \d+ to \d+ .* may take a change of rank at most 2 over 2 × 1 tiles as one matrix, plus any change of at most 1 single weight\./u,
    );
  });

  it("says that anything goes where every weight may change by any amount, and not with one less", () => {
    const all = 256n * 128n;
    expect(first(medium, { maxNonzeros: all })).to.match(/may take any change at all\.$/u);
    expect(first(medium, { maxNonzeros: all, maxRank: 1, maxResidualSq: 5n })).to.match(
      /may take any change at all\.$/u,
    );
    expect(first(medium, { maxNonzeros: all - 1n })).to.match(/any change of at most 32,767 single weights\./u);
  });

  it("counts padding as no weight", () => {
    const packed = tileContents(medium).find(({ weights }) => weights < TIERS.medium.tileSize && weights > 0);
    if (packed === undefined) throw new Error("no tile is padded");
    const words = (maxNonzeros: bigint): string =>
      describePolicy({ baseModelId: BASE_ID, rules: [flatRule(packed.tile, 1, { maxNonzeros })] }, medium).join("\n");
    expect(words(BigInt(packed.weights))).to.include("any change at all");
    expect(words(BigInt(packed.weights) - 1n)).not.to.include("any change at all");
  });

  it("speaks of a change, not of a rest, where there is a norm alone, also if it is 0", () => {
    expect(first(medium, { maxResidualSq: 4n ** 20n })).to.include("may take a change of L2 norm at most 1 over");
    expect(first(medium, {})).to.include("a change of L2 norm at most 0 over");
  });

  it("says what is frozen, and speaks of units without a manifest", () => {
    const policy = ruleOf(medium, { maxRank: 4, shift: 8, maxResidualSq: 7n });
    expect(describePolicy(policy, medium)[1]).to.match(/^Frozen: \d+ other tiles are identical to the base's \(/u);
    expect(describePolicy(policy)).to.deep.equal([
      `Rule 0: tile ${firstTileOf(policy.rules[0]!)} may take a change of rank at most 4, ` +
        "plus a residual of L2 norm at most 9.86e-9 over all weights together.",
      "All other tiles are frozen.",
    ]);
  });
});
