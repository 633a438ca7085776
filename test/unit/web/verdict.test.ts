import { expect } from "chai";
import type { FoundCertificate } from "../../../src/registry/found-certificate.js";
import type { ModelAnswer } from "../../../src/registry/query-model.js";
import { statusWords } from "../../../web/src/status-words.js";
import type { Hex } from "../../../src/algebra/hex.js";
import type { FetchedCertificate } from "../../../src/registry/fetch-certificate.js";
import { UnavailableError, VerificationError } from "../../../src/errors/errors.js";
import type { CertificateStatus } from "../../../src/registry/records.js";
import { couldNotCheck, verdictOf } from "../../../web/src/verdict.js";

const word = (digit: string): Hex => `0x${digit.repeat(64)}`;
const address: Hex = `0x${"e".repeat(40)}`;

const found = (policyProblem?: string, status: CertificateStatus = "active", expiresAt?: number): FoundCertificate => ({
  certificate: {
    certificateId: word("c"),
    publisher: address,
    registeredAt: 0,
    expiresAt,
    status,
    blockNumber: 0,
    baseModelId: word("a"),
    tunedModelId: word("b"),
    policyId: word("f"),
  },
  policy: undefined,
  policyProblem,
  verification: undefined,
});

const OPEN = { isRestricted: false, parentCertificateId: undefined };

function report(certificates: readonly FoundCertificate[], more: Partial<ModelAnswer> = {}): ModelAnswer {
  const parts = {
    srsId: word("1"),
    t: 4,
    tileCount: 1,
    manifestHash: word("2"),
    classTableHash: word("4"),
    merkleRoot: word("3"),
  };
  const record = { modelId: word("b"), registrant: address, registeredAt: 0, ...OPEN };
  return {
    modelId: word("b"),
    model: { ...parts, ...record },
    certificates,
    verdict: "report",
    isCertified: false,
    path: undefined,
    drift: undefined,
    reasons: [],
    errors: [],
    isInsecure: false,
    ...more,
  };
}

const certified = (path: readonly FoundCertificate[], more: Partial<ModelAnswer> = {}): ModelAnswer =>
  report(path, { verdict: "certified", isCertified: true, path, ...more });

describe("verdicts of the explorer page", () => {
  it("are a report, never certified, where no base is named", () => {
    expect(verdictOf(report([found()]), "ceremony")).to.include({ state: "report", isInsecure: false });
    expect(verdictOf(report([]), "unknown").headline).to.equal("Base model");
    const unknown = verdictOf(report([], { model: undefined }), "unknown");
    expect(unknown).to.include({ state: "report", headline: "Unknown model" });
  });

  it("are certified, not certified and could-not-check, and a failure is never one of the first two", () => {
    expect(verdictOf(certified([found()]), "ceremony")).to.include({ state: "certified", isInsecure: false });
    const no = verdictOf(report([found()], { verdict: "not-certified", reasons: ["it is so", "and so"] }), "ceremony");
    expect(no).to.include({ state: "not-certified", detail: "It is so; and so." });
    const failed = couldNotCheck(new UnavailableError("no RPC node answers", { remedy: "Start it." }));
    expect(failed).to.include({ state: "could-not-check", detail: "no RPC node answers", remedy: "Start it." });
    for (const thrown of [new Error("x"), "x", undefined])
      expect(couldNotCheck(thrown).state).to.equal("could-not-check");
    const error = new UnavailableError("no such key", { remedy: "Get it." });
    const open = report([found()], { verdict: "could-not-check", reasons: ["no such key"], errors: [error] });
    expect(verdictOf(open, "ceremony")).to.include({
      state: "could-not-check",
      detail: "no such key",
      remedy: "Get it.",
    });
  });

  it("say how far the model may be first, and that the base is the base", () => {
    expect(verdictOf(certified([]), "ceremony").headline).to.equal("Certified: this is the base itself");
    expect(verdictOf(certified([found()]), "ceremony").headline).to.include("is not known without its manifest");
  });

  it("count only certificates whose policy means something", () => {
    expect(verdictOf(report([found(), found("x"), found()]), "unknown").detail).to.include("2 active certificates");
  });

  it("say what has become of certificates that are not valid any more, by the clock here too", () => {
    const ended = [found(undefined, "revoked"), found(undefined, "superseded"), found(undefined, "active", 1)];
    const verdict = verdictOf(report(ended), "ceremony");
    expect(verdict.headline).to.equal("No certificate is valid");
    expect(verdict.detail).to.include("none is still valid: 1 revoked, 1 superseded, 1 expired");
    expect(verdictOf(report([...ended, found()]), "ceremony").detail).to.include("1 active certificate ");
    expect(verdictOf(report([...ended, found("x")]), "ceremony").detail).to.include("mean nothing");
  });

  it("put a certificate's end into words, with the reason", () => {
    const words = (status: CertificateStatus, ending?: Parameters<typeof statusWords>[1]): string =>
      statusWords({ status, expiresAt: undefined }, ending);
    expect(words("active")).to.equal("Active · does not expire.");
    expect(statusWords({ status: "active", expiresAt: 86_400 })).to.include("until 1970-01-02");
    expect(statusWords({ status: "expired", expiresAt: 86_400 })).to.include("expired at 1970-01-02");
    expect(words("revoked")).to.equal("Its publisher revoked it.");
    expect(words("revoked", { status: "revoked", blockNumber: 7, reason: "stolen" })).to.include("“stolen”");
    expect(words("revoked", { status: "revoked", blockNumber: 7, reason: "" })).to.include("without a reason");
    expect(words("superseded", { status: "superseded", blockNumber: 7, by: word("d") })).to.include("0xdddddddd");
  });

  it("shout where a proof was verified under keys that are known to prove nothing, whatever is said of the registry", () => {
    const under = (insecure: boolean): FoundCertificate => ({
      ...found(),
      verification: {
        outcome: "verified",
        checks: [],
        notMade: [],
        fetched: { certificate: { insecure } } as FetchedCertificate,
      },
    });
    expect(verdictOf(certified([under(true)]), "ceremony")).to.include({ state: "development-keys", isInsecure: true });
    expect(verdictOf(certified([under(false)]), "ceremony")).to.include({ state: "certified", isInsecure: false });
    expect(verdictOf(report([under(true)]), "ceremony").headline).to.include("INSECURE");
  });

  it("report no proof that is invalid as one that leads to the model", () => {
    const error = new VerificationError("segment 0", "is not valid");
    const invalid = { ...found(), verification: { outcome: "invalid", error } } as const;
    expect(verdictOf(report([invalid]), "ceremony").detail).to.include("proofs are not valid");
  });

  it("shout where keys are known to be development ones, and never say certified", () => {
    for (const verdict of [
      verdictOf(certified([found()]), "development"),
      verdictOf(report([found()], { verdict: "development-keys", path: [found()], isInsecure: true }), "ceremony"),
    ]) {
      expect(verdict).to.include({ state: "development-keys", isInsecure: true });
      expect(verdict.headline).to.include("proves nothing").and.not.include("Certified");
    }
  });
});
