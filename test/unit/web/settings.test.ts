import { expect } from "chai";
import { FormatError } from "../../../src/errors/errors.js";
import {
  forgetChoice,
  loadChoice,
  NO_CHOICE,
  parseChoice,
  parseHostConfig,
  saveChoice,
  settingsOf,
  type Choice,
  type HostConfig,
  type Store,
} from "../../../web/src/settings.js";

const OWN = `0x${"11".repeat(20)}` as const;
const OTHER = `0x${"22".repeat(20)}` as const;
const HOST: HostConfig = { rpc: "https://node.example", registry: OWN, fromBlock: 7, keys: "ceremony" };
const chosen = (choice: Partial<Choice>): Choice => ({ ...NO_CHOICE, ...choice });

class MemoryStore implements Store {
  readonly #values = new Map<string, string>();
  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.#values.set(key, value);
  }
  removeItem(key: string): void {
    this.#values.delete(key);
  }
}

describe("settings of the explorer page", () => {
  it("reads a host's config.json and names the field that is wrong", () => {
    expect(parseHostConfig("{}")).to.deep.equal({});
    expect(parseHostConfig(`{ "rpc": "", "registry": "0x${"AB".repeat(20)}" }`).registry).to.equal(
      `0x${"ab".repeat(20)}`,
    );
    for (const [text, field] of [
      ['{ "keys": "fine" }', "keys"],
      ['{ "fromBlock": -1 }', "fromBlock"],
      ['{ "verifyingKeys": { "huge": "x" } }', "verifyingKeys"],
      ['{ "tracker": "x" }', "tracker"],
      ["not json", "JSON"],
    ] as const) {
      expect(() => parseHostConfig(text), text)
        .to.throw(FormatError)
        .with.property("message")
        .that.includes(field);
    }
  });

  it("takes the host's word about keys for the host's registry on the host's chain alone", () => {
    expect(settingsOf(HOST, NO_CHOICE)).to.include({ rpc: HOST.rpc, registry: OWN, keys: "ceremony", fromBlock: 7 });
    for (const choice of [{ rpc: "http://mine" }, { registry: OTHER }, { via: "wallet" }] as const) {
      expect(settingsOf(HOST, chosen(choice)), JSON.stringify(choice)).to.include({ keys: "unknown", fromBlock: 0 });
    }
    const certain = { ...HOST, chainId: 5 };
    expect(settingsOf(certain, chosen({ rpc: "http://mine" }))).to.include({
      keys: "ceremony",
      chainId: 5,
      fromBlock: 7,
    });
    expect(settingsOf(certain, chosen({ registry: OTHER }))).to.include({ keys: "unknown", chainId: undefined });
  });

  it("keeps the warning about development keys when the reader asks another node", () => {
    const host: HostConfig = { ...HOST, keys: "development" };
    for (const choice of [{}, { rpc: "http://mine" }, { via: "wallet" }] as const) {
      expect(settingsOf(host, chosen(choice)).keys, JSON.stringify(choice)).to.equal("development");
    }
    expect(settingsOf(host, chosen({ registry: OTHER }))).to.include({ keys: "unknown", hostKeys: "development" });
  });

  it("keeps the reader's choice, and takes what it cannot read for none", () => {
    const store = new MemoryStore();
    expect(loadChoice(store)).to.deep.equal(NO_CHOICE);
    const choice = parseChoice({ via: "rpc", rpc: "http://127.0.0.1:8545", registry: OTHER });
    saveChoice(store, choice);
    expect(loadChoice(store)).to.deep.equal(choice);
    forgetChoice(store);
    expect(loadChoice(store)).to.deep.equal(NO_CHOICE);
    for (const broken of ["{", '{"via":"telepathy"}', "null"]) {
      store.setItem("fti.settings", broken);
      expect(loadChoice(store), broken).to.deep.equal(NO_CHOICE);
    }
    expect(() => parseChoice({ via: "rpc", rpc: "ftp://x", registry: "" })).to.throw(
      FormatError,
      "rpc: is not an http",
    );
    expect(() => parseChoice({ via: "rpc", rpc: "", registry: "0x1" })).to.throw(
      FormatError,
      "registry: is not an address",
    );
  });
});
