import { expect } from "chai";
import { InputError } from "../../../src/errors/errors.js";
import { fetchable } from "../../../web/src/fetchable.js";
import { termsOf } from "../../../web/src/terms.js";
import { discoverWallets, pickWallet } from "../../../web/src/wallets.js";

describe("what a publisher adds to a certificate on the explorer page", () => {
  const NONE = { expiresOn: "", uri: "", content: undefined };
  const now = Date.UTC(2026, 0, 1);

  it("is nothing unless something was typed", () => {
    expect(termsOf(NONE, now)).to.deep.equal({});
  });

  it("is an end at the beginning of a day to come", () => {
    expect(termsOf({ ...NONE, expiresOn: "2026-01-02" }, now)).to.deep.equal({ expiresAt: 1_767_312_000 });
    expect(() => termsOf({ ...NONE, expiresOn: "2026-01-01" }, now)).to.throw(InputError, "has already begun");
    for (const expiresOn of ["2026-13-01", "tomorrow"]) {
      expect(() => termsOf({ ...NONE, expiresOn }, now), expiresOn).to.throw(InputError, "is not a day");
    }
  });

  it("is an address with the hash of what is there, never one without the other", () => {
    const content = new TextEncoder().encode("abc");
    expect(termsOf({ ...NONE, uri: "ipfs://bafy", content }, now).metadata).to.deep.equal({
      uri: "ipfs://bafy",
      contentHash: "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
    });
    expect(() => termsOf({ ...NONE, uri: "ipfs://bafy" }, now)).to.throw(InputError, "is not chosen");
    expect(() => termsOf({ ...NONE, content }, now)).to.throw(InputError, "is not an address");
  });
});

describe("published addresses on the explorer page", () => {
  it("are fetched as they are, through the reader's gateway, or not at all", () => {
    const gateway = "https://gateway.example/";
    expect(fetchable("https://a.example/b.json", undefined)).to.equal("https://a.example/b.json");
    expect(fetchable("ipfs://bafy/m.json", gateway)).to.equal("https://gateway.example/ipfs/bafy/m.json");
    expect(fetchable("ipfs://ipfs/bafy", gateway)).to.equal("https://gateway.example/ipfs/bafy");
    expect(fetchable("ipfs://bafy", undefined)).to.equal(undefined);
    for (const uri of ["javascript:alert(1)", "ipfs://../admin", "ipfs://bafy/../../admin", "ipfs://", "file:///etc"]) {
      expect(fetchable(uri, gateway), uri).to.equal(undefined);
    }
  });
});

describe("wallets of the explorer page", () => {
  const provider = { request: () => Promise.resolve() };
  const announce = (host: EventTarget, detail: unknown): void => {
    host.dispatchEvent(Object.assign(new Event("eip6963:announceProvider"), { detail }));
  };

  it("are the browser's default and those that announce themselves, once each", () => {
    const host = Object.assign(new EventTarget(), { ethereum: provider });
    let asked = 0;
    host.addEventListener("eip6963:requestProvider", () => {
      asked++;
      announce(host, { info: { rdns: "a.b", name: "B" }, provider });
    });
    const wallets = discoverWallets(host);
    expect(asked).to.equal(1);
    announce(host, { info: { rdns: "a.b", name: "B again" }, provider });
    announce(host, { info: { rdns: "a.c", name: "C" }, provider });
    expect(wallets().map(({ id, name }) => `${id} ${name}`)).to.deep.equal([
      " the browser's default",
      "a.b B again",
      "a.c C",
    ]);
    expect(pickWallet(wallets(), "a.c")?.name).to.equal("C");
    expect(pickWallet(wallets(), "gone")?.id).to.equal("");
    expect(pickWallet([], "")).to.equal(undefined);
  });

  it("are not what has no name or cannot be asked", () => {
    const host = new EventTarget();
    const wallets = discoverWallets(host);
    for (const detail of [
      undefined,
      null,
      {},
      { info: {}, provider },
      { info: { rdns: "", name: "x" }, provider },
      { info: { rdns: "a", name: "x" }, provider: {} },
    ]) {
      announce(host, detail);
    }
    expect(wallets()).to.deep.equal([]);
  });
});
