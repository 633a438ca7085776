import { expect } from "chai";
import type { FoundCertificate, ModelStanding } from "../../../src/client/query-model.js";
import type { Hex } from "../../../src/encoding/hex.js";
import { UnavailableError } from "../../../src/errors/errors.js";
import { couldNotCheck, verdictOf } from "../../../web/src/verdict.js";

const word = (digit: string): Hex => `0x${digit.repeat(64)}`;
const address: Hex = `0x${"e".repeat(40)}`;

const found = (policyProblem?: string): FoundCertificate => ({
  certificate: {
    certificateId: word("c"),
    publisher: address,
    registeredAt: 0,
    expiresAt: undefined,
    status: "active",
    blockNumber: 0,
    baseModelId: word("a"),
    tunedModelId: word("b"),
    policyId: word("f"),
  },
  policy: undefined,
  policyProblem,
});

function standing(certificates: readonly FoundCertificate[], isRegistered = true): ModelStanding {
  const parts = { srsId: word("1"), t: 4, tileCount: 1, manifestHash: word("2"), merkleRoot: word("3") };
  return {
    modelId: word("b"),
    model: isRegistered
      ? {
          ...parts,
          modelId: word("b"),
          registrant: address,
          registeredAt: 0,
          isRestricted: false,
          parentCertificateId: undefined,
        }
      : undefined,
    certificates,
    isCertified: certificates.some(({ policyProblem }) => policyProblem === undefined),
  };
}

describe("verdicts of the explorer page", () => {
  it("are certified, not certified and could-not-check, and a failure is never one of the first two", () => {
    expect(verdictOf(standing([found()]), "ceremony")).to.include({ state: "certified", isInsecure: false });
    expect(verdictOf(standing([found("x")]), "ceremony").state).to.equal("not-certified");
    expect(verdictOf(standing([]), "unknown").detail).to.include("base");
    expect(verdictOf(standing([], false), "unknown").detail).to.include("does not know the model");
    const failed = couldNotCheck(new UnavailableError("no node answers", { remedy: "Start it." }));
    expect(failed).to.include({ state: "could-not-check", detail: "no node answers", remedy: "Start it." });
    for (const thrown of [new Error("x"), "x", undefined])
      expect(couldNotCheck(thrown).state).to.equal("could-not-check");
  });

  it("count only certificates whose policy means something", () => {
    expect(verdictOf(standing([found(), found("x"), found()]), "unknown").detail).to.include("2 certificates");
  });

  it("shout where keys are known to be development ones", () => {
    const verdict = verdictOf(standing([found()]), "development");
    expect(verdict.headline).to.include("INSECURE").and.include("proves nothing");
    expect(verdict.isInsecure).to.equal(true);
  });
});
