import { expect } from "chai";
import type { Hex } from "../../../src/algebra/hex.js";
import { InputError } from "../../../src/errors/errors.js";
import { questionAbout } from "../../../src/registry/model-question.js";
import { acceptedPublishers, assertTrustedIn, type TrustedBase } from "../../../src/registry/trusted-base.js";
import { word } from "../../support/fake-chain.js";

const ALICE: Hex = `0x${"a1".repeat(20)}`;
const BOB: Hex = `0x${"b0".repeat(20)}`;
const HERE = { chainId: 31337n, registry: ALICE };

describe("a base of a trust list", () => {
  const base: TrustedBase = { name: "acme", modelId: word(1) };

  it("counts where the list says, and anywhere if it does not", () => {
    assertTrustedIn(base, HERE);
    assertTrustedIn({ ...base, chainId: "31337", registry: ALICE }, HERE);
    expect(() => assertTrustedIn({ ...base, chainId: "1" }, HERE)).to.throw(
      InputError,
      "only in registries on chain 1",
    );
    expect(() => assertTrustedIn({ ...base, registry: BOB }, HERE)).to.throw(InputError, `only in the registry ${BOB}`);
  });

  it("has publishers that the list and the question both name, or anybody", () => {
    expect(acceptedPublishers(undefined, undefined)).to.equal(undefined);
    expect(acceptedPublishers(base, [ALICE])).to.deep.equal([ALICE]);
    expect(acceptedPublishers({ ...base, publishers: [BOB] }, undefined)).to.deep.equal([BOB]);
    expect(acceptedPublishers({ ...base, publishers: [BOB, ALICE] }, [ALICE])).to.deep.equal([ALICE]);
    expect(() => acceptedPublishers({ ...base, publishers: [BOB] }, [ALICE])).to.throw(InputError, "for acme");
  });
});

describe("a question about a model", () => {
  it("is none without a base, unless something is accepted, which must not be passed over", () => {
    expect(questionAbout(undefined, {})).to.equal(undefined);
    expect(questionAbout(undefined, { limits: { frozen: [], maxDrift: [] } })).to.equal(undefined);
    expect(questionAbout(word(1), { publishers: [ALICE] })).to.include({ baseModelId: word(1) });
    for (const accepted of [
      { publishers: [ALICE] },
      { limits: { frozen: ["embed*"] } },
      { limits: { allowRank: 0 } },
    ]) {
      expect(() => questionAbout(undefined, accepted)).to.throw(InputError, "no base is named");
    }
  });
});
