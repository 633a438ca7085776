import { expect } from "chai";
import type { Provider } from "ethers";
import {
  certificateAlreadyRegistered,
  modelAlreadyRegistered,
  type Place,
} from "../../../src/cli/already-registered.js";
import { Session } from "../../../src/cli/session.js";
import type { Hex } from "../../../src/algebra/hex.js";
import { RegistryError } from "../../../src/errors/errors.js";
import type { Answer } from "../../../src/registry/abi-types.js";
import type { DriftRegistryClient } from "../../../src/registry/client.js";
import { expectError } from "../../support/rejects.js";
import { word } from "../../support/fake-chain.js";

const SENDER: Hex = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const OTHER: Hex = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

describe("what is registered already", () => {
  let notes: string;
  let place: Place;

  beforeEach(() => {
    notes = "";
    const session = new Session(
      {
        env: {},
        stdout: () => undefined,
        stderr: (text) => {
          notes += text;
        },
        terminal: undefined,
        colors: { stdout: false, stderr: false },
      },
      false,
    );
    const provider = { getBlockNumber: () => Promise.resolve(0), getBlock: () => Promise.resolve(null) };
    const client = { events: { fromBlock: 0 }, findManifestUris: () => Promise.resolve(["ipfs://there"]) };
    place = {
      client: client as unknown as DriftRegistryClient,
      provider: provider as unknown as Provider,
      sender: SENDER,
      session,
    };
  });

  const model = (registrant: Hex, isRestricted: boolean): Answer<"model"> =>
    ({ registrant, isRestricted, registeredAt: 5n }) as unknown as Answer<"model">;

  it("is a model of anybody's on the same terms, also where the node has no old blocks", async () => {
    const asked = { isRestricted: false, uri: undefined };
    const own = await modelAlreadyRegistered(word(1), model(SENDER, false), asked, place);
    expect(own).to.deep.include({ exitCode: 0, json: { alreadyRegistered: true, modelId: word(1) } });
    expect(own.lines.join()).to.not.include("by 0x");
    const others = await modelAlreadyRegistered(word(1), model(OTHER, false), asked, place);
    expect(others.exitCode).to.equal(0);
    expect(others.lines.join()).to.include(`by ${OTHER}`);
    const restricted = await modelAlreadyRegistered(
      word(1),
      model(SENDER, true),
      { ...asked, isRestricted: true },
      place,
    );
    expect(restricted.exitCode).to.equal(0);
  });

  it("is no model on other terms", async () => {
    for (const [record, isRestricted, words] of [
      [model(SENDER, false), true, "not restricted"],
      [model(SENDER, true), false, "restricted, by"],
      [model(OTHER, true), true, "restricted, by"],
    ] as const) {
      const asked = { isRestricted, uri: undefined };
      await expectError(() => modelAlreadyRegistered(word(1), record, asked, place), RegistryError, words, "already");
    }
  });

  it("may lack the address that was to be published, and that is said", async () => {
    for (const [uri, isNoted] of [
      ["ipfs://there", false],
      ["ipfs://new", true],
    ] as const) {
      notes = "";
      await modelAlreadyRegistered(word(1), model(SENDER, false), { isRestricted: false, uri }, place);
      expect(notes.includes("was not published")).to.equal(isNoted);
    }
  });

  it("is no certificate that has ended", async () => {
    const ids = { certificateId: word(1), tunedModelId: word(2) };
    for (const [status, words] of [
      [2n, "expired"],
      [3n, "superseded"],
      [4n, "revoked"],
    ] as const) {
      const record = { publisher: SENDER, registeredAt: 5n, expiresAt: 0n, status } as unknown as Answer<"certificate">;
      const ask = (): Promise<unknown> => certificateAlreadyRegistered(ids, record, { expiresAt: undefined }, place);
      await expectError(ask, RegistryError, words, "another policy");
    }
  });
});
