import { expect } from "chai";
import {
  verdictOf as verdictOfAll,
  type FoundCertificate,
  type ModelStanding,
} from "../../../src/client/query-model.js";
import { statusWords } from "../../../web/src/status-words.js";
import type { Hex } from "../../../src/encoding/hex.js";
import type { FetchedCertificate } from "../../../src/client/fetch-certificate.js";
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

function standing(certificates: readonly FoundCertificate[], isRegistered = true): ModelStanding {
  const parts = {
    srsId: word("1"),
    t: 4,
    tileCount: 1,
    manifestHash: word("2"),
    classTableHash: word("4"),
    merkleRoot: word("3"),
  };
  const record = { modelId: word("b"), registrant: address, registeredAt: 0, ...OPEN };
  const verdict = verdictOfAll(certificates);
  return {
    modelId: word("b"),
    model: isRegistered ? { ...parts, ...record } : undefined,
    certificates,
    verdict,
    isCertified: verdict === "certified",
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

  it("say that certificates are not valid any more, or that one could not be verified", () => {
    for (const status of ["expired", "superseded", "revoked"] as const) {
      const verdict = verdictOf(standing([found(undefined, status)]), "ceremony");
      expect(verdict.state).to.equal("not-certified");
      expect(verdict.detail).to.include("valid any more");
    }
    const error = new UnavailableError("no such key");
    const unchecked = { ...found(), verification: { outcome: "could-not-check", error } } as const;
    expect(verdictOf(standing([unchecked]), "ceremony")).to.include({
      state: "could-not-check",
      detail: "no such key",
    });
    expect(verdictOf(standing([unchecked, found()]), "ceremony").state).to.equal("certified");
  });

  it("count only certificates whose policy means something", () => {
    expect(verdictOf(standing([found(), found("x"), found()]), "unknown").detail).to.include("2 certificates");
  });

  it("say what has become of certificates that are not valid any more, by the clock here too", () => {
    const ended = [found(undefined, "revoked"), found(undefined, "superseded"), found(undefined, "active", 1)];
    const verdict = verdictOf(standing(ended), "ceremony");
    expect(verdict.state).to.equal("not-certified");
    expect(verdict.detail).to.include("none is valid any more: 1 revoked, 1 superseded, 1 expired");
    expect(verdictOf(standing([...ended, found()]), "ceremony").detail).to.include("1 certificate ");
    expect(verdictOf(standing([...ended, found("x")]), "ceremony").detail).to.include("mean nothing");
  });

  it("put a certificate's end into words, with the reason", () => {
    const words = (status: CertificateStatus, ending?: Parameters<typeof statusWords>[1]): string =>
      statusWords({ status, expiresAt: undefined }, ending);
    expect(words("active")).to.equal("Active, without an end.");
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
    expect(verdictOf(standing([under(true)]), "ceremony")).to.include({ state: "certified", isInsecure: true });
    expect(verdictOf(standing([under(false)]), "ceremony")).to.include({ state: "certified", isInsecure: false });
  });

  it("do not certify by a proof that is invalid", () => {
    const error = new VerificationError("segment 0", "is not valid");
    const invalid = { ...found(), verification: { outcome: "invalid", error } } as const;
    const verdict = verdictOf(standing([invalid]), "ceremony");
    expect(verdict.state).to.equal("not-certified");
    expect(verdict.detail).to.include("proofs are not valid");
  });

  it("shout where keys are known to be development ones", () => {
    const verdict = verdictOf(standing([found()]), "development");
    expect(verdict.headline).to.include("INSECURE").and.include("proves nothing");
    expect(verdict.isInsecure).to.equal(true);
  });
});
