import { expect } from "chai";
import { Wallet } from "ethers";
import { openEnvelope, sealStatement } from "../../../../src/certificate/exports/dsse-signature.js";
import type { InTotoStatement } from "../../../../src/certificate/exports/in-toto-statement.js";
import { preAuthEncoding, type DsseEnvelope } from "../../../../src/certificate/exports/dsse.js";
import { FormatError } from "../../../../src/errors/errors.js";

const STATEMENT: InTotoStatement = {
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: "model", digest: { sha256: "00".repeat(32) } }],
  predicateType: "urn:fine-tuning-integrity:drift-certificate:v1",
  predicate: { words: "Überprüft – 0.5 %" },
};

describe("signed envelopes", () => {
  const wallet = new Wallet(`0x${"11".repeat(32)}`);
  const open = (envelope: DsseEnvelope): ReturnType<typeof openEnvelope> =>
    openEnvelope(JSON.stringify(envelope), "x.intoto.json");

  it("encode what is signed as the DSSE specification's example does", () => {
    const body = new TextEncoder().encode("hello world");
    const encoded = new TextDecoder().decode(preAuthEncoding("http://example.com/HelloWorld", body));
    expect(encoded).to.equal("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  it("count bytes, not characters", () => {
    const body = new TextEncoder().encode("é");
    expect(new TextDecoder().decode(preAuthEncoding("ü", body))).to.equal("DSSEv1 2 ü 2 é");
  });

  it("give back the statement and who signed it", async () => {
    const { statement, signers } = open(await sealStatement(STATEMENT, wallet));
    expect(statement).to.deep.equal(STATEMENT);
    expect(signers).to.deep.equal([wallet.address.toLowerCase()]);
  });

  it("name nobody when nobody signed", async () => {
    expect(open(await sealStatement(STATEMENT)).signers).to.deep.equal([]);
  });

  it("refuse another payload, type, key id or signature", async () => {
    const sealed = await sealStatement(STATEMENT, wallet);
    const [signature] = sealed.signatures;
    const other = await sealStatement({ ...STATEMENT, predicate: {} });
    const tampered: readonly (readonly [string, DsseEnvelope])[] = [
      ["payload", { ...sealed, payload: other.payload }],
      ["type", { ...sealed, payloadType: "application/json" }],
      ["key id", { ...sealed, signatures: [{ keyid: `0x${"22".repeat(20)}`, sig: signature?.sig ?? "" }] }],
      ["signature", { ...sealed, signatures: [{ keyid: signature?.keyid ?? "", sig: "AAAA" }] }],
    ];
    for (const [what, envelope] of tampered) expect(() => open(envelope), what).to.throw(FormatError);
  });

  it("refuse what is no envelope", () => {
    for (const text of ["", "{}", '{"payloadType":"application/vnd.in-toto+json"}', "[1]"]) {
      expect(() => openEnvelope(text, "x.intoto.json"), text).to.throw(FormatError, /x\.intoto\.json/u);
    }
  });
});
