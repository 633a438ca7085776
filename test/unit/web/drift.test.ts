import { expect } from "chai";
import type { Rule } from "../../../src/policy/rule.js";
import { flatRule } from "../../support/rules.js";
import type { Hex } from "../../../src/algebra/hex.js";
import { UnavailableError } from "../../../src/errors/errors.js";
import { layOut } from "../../../src/quantize/layout.js";
import type { Manifest } from "../../../src/quantize/manifest.js";
import type { Ancestor, DriftInterval, RegisteredCertificate } from "../../../src/registry/records.js";
import { accumulatedDrift, type DriftSource } from "../../../src/registry/accumulated-drift.js";
import { driftWords } from "../../../web/src/drift-words.js";

const word = (digit: string): Hex => `0x${digit.repeat(64)}`;

/** Tiles 0 and 1 are `coarse`, in steps of 2^-8; tile 2 is `fine`, in steps of 2^-10. */
const manifest: Manifest = {
  version: 2,
  t: 4,
  ...layOut(4, [
    { name: "coarse", shape: [32, 16], fractionBits: 8 },
    { name: "fine", shape: [16, 16], fractionBits: 10 },
  ]),
};

const interval = (firstTile: number, tileCount: number, bounds: Partial<DriftInterval>): DriftInterval => ({
  firstTile,
  tileCount,
  maxRank: 0,
  maxNonzeros: 0n,
  maxNorm: 0n,
  unit: 8,
  ...bounds,
});

describe("accumulated drift in words", () => {
  const first = (each: DriftInterval, known?: Manifest): string => driftWords([each], known)[0] ?? "";

  it("speaks of norms in the weights' own unit, and with the manifest of tensors", () => {
    const norm = interval(0, 2, { maxNorm: 3n });
    expect(first(norm)).to.equal(
      "Tiles 0 to 1 may differ by a change of L2 norm at most 0.01172 over all of them together.",
    );
    expect(first(norm, manifest)).to.equal(
      'Tiles 0 to 1 (512 weights of "coarse") may differ by a change of L2 norm at most 0.01172 over all of them together.',
    );
    expect(first(interval(2, 1, { maxNorm: 1n, unit: 10 }), manifest)).to.include("norm at most 0.0009766.");
  });

  it("says of a norm that no number holds that it is any", () => {
    expect(first(interval(1, 2, { maxNorm: undefined }), manifest)).to.include("a change of any L2 norm");
  });

  it("adds ranks and single weights, and says where they bound nothing", () => {
    const all = interval(2, 1, { maxRank: 3, maxNonzeros: 5n, maxNorm: 1n << 8n });
    expect(first(all, manifest)).to.match(
      /a change of rank at most 3, plus any change of at most 5 single weights, plus a residual of L2 norm at most 1\.$/u,
    );
    expect(first(interval(2, 1, { maxRank: undefined }))).to.include("without a bound");
    expect(first(interval(2, 1, { maxNonzeros: 256n }), manifest)).to.include("in any way at all");
    expect(first(interval(2, 1, { maxNonzeros: 255n }), manifest)).to.include("at most 255 single weights");
    expect(first(interval(2, 1, {}))).to.include("norm at most 0.");
    expect(driftWords([], undefined)).to.deep.equal(["All other tiles are the ancestor's."]);
  });
});

describe("accumulated drift", () => {
  const [grandparent, parent, child] = [word("a"), word("b"), word("c")];
  const upper: RegisteredCertificate = {
    certificateId: word("1"),
    publisher: `0x${"e".repeat(40)}`,
    registeredAt: 0,
    expiresAt: undefined,
    status: "active",
    blockNumber: 0,
    baseModelId: grandparent,
    tunedModelId: parent,
    policyId: word("f"),
  };
  const lower: RegisteredCertificate = {
    ...upper,
    certificateId: word("2"),
    baseModelId: parent,
    tunedModelId: child,
  };
  const RULE: Rule = flatRule(0, 1, { maxResidualSq: 4n, unit: 8 });
  const above = ({ baseModelId: modelId, certificateId, policyId, status }: RegisteredCertificate): Ancestor => ({
    modelId,
    certificateId,
    policyId,
    status,
  });

  /** A registry with both certificates, whose policies have that rule. */
  const source = (certificates: readonly RegisteredCertificate[] = [lower, upper], rule = RULE): DriftSource => ({
    ancestors: (id) => Promise.resolve(id === child ? [lower, upper].map(above) : []),
    getCertificate: (id) => Promise.resolve(certificates.find(({ certificateId }) => certificateId === id)),
    getPolicy: () => Promise.resolve({ baseModelId: grandparent, rules: [rule] }),
    driftFrom: (id, ancestor) =>
      id === child && ancestor === grandparent
        ? Promise.resolve([interval(0, 1, { maxNorm: 4n })])
        : Promise.reject(new Error("another question")),
  });

  it("is asked from the oldest ancestor, over all certificates", async () => {
    const drift = await accumulatedDrift(source(), child, manifest);
    expect(drift).to.deep.include({ ancestorId: grandparent, steps: 2 });
    expect(drift?.bounds.isKnown).to.equal(true);
    expect(await accumulatedDrift(source(), grandparent, manifest)).to.equal(undefined);
  });

  it("is not known if a certificate has ended, by the clock here too, or its policy means nothing", async () => {
    const because = async (given: DriftSource): Promise<string> => {
      const drift = await accumulatedDrift(given, child, manifest);
      return drift?.bounds.isKnown === false ? `${drift.bounds.certificateId} ${drift.bounds.because}` : "known";
    };
    expect(await because(source([lower, { ...upper, status: "revoked" }]))).to.equal(`${word("1")} it is revoked`);
    expect(await because(source([{ ...lower, expiresAt: 1 }, upper]))).to.equal(`${word("2")} it is expired`);
    const mixed = source([lower, upper], flatRule(1, 2, { maxResidualSq: 4n, unit: 10 }));
    expect(await because(mixed)).to.include("its policy means nothing");
    // Without the manifest nobody can tell.
    expect((await accumulatedDrift(mixed, child, undefined))?.bounds.isKnown).to.equal(true);
  });

  it("is not believed of ancestors that its certificates do not lead to", async () => {
    for (const certificates of [
      [lower],
      [lower, { ...upper, tunedModelId: child }],
      [{ ...lower, baseModelId: child }],
    ]) {
      const outcome: unknown = await accumulatedDrift(source(certificates), child, manifest).catch(
        (error: unknown) => error,
      );
      expect(outcome).to.be.instanceOf(UnavailableError);
    }
  });
});
