import { expect } from "chai";
import type { Hex } from "../../../src/algebra/hex.js";
import { FormatError, InputError } from "../../../src/errors/errors.js";
import { addTrusted, isTrustName, readTrustList, removeTrusted, trustPath } from "../../../src/node/trust-list.js";
import { runJson, Workplace } from "../../support/cli.js";

const MODEL: Hex = `0x${"ab".repeat(32)}`;

describe("the list of trusted bases", () => {
  let place: Workplace;

  before(async () => {
    place = await Workplace.open();
  });

  after(() => place.close());

  it("keeps bases by name, replaces none without being told to, and removes them", async () => {
    const path = place.path("a/folder/trust.json");
    expect(await readTrustList(path)).to.deep.equal([]);
    const publishers: readonly Hex[] = [`0x${"11".repeat(20)}`];
    await addTrusted(path, { name: "b", modelId: MODEL, publishers, chainId: "1", modelFile: "/models/b.json" }, false);
    await addTrusted(path, { name: "a", modelId: MODEL }, false);
    expect((await readTrustList(path)).map(({ name }) => name)).to.deep.equal(["a", "b"]);
    expect((await readTrustList(path))[1]).to.deep.include({ publishers, chainId: "1", modelFile: "/models/b.json" });
    const again = { name: "a", modelId: `0x${"cd".repeat(32)}` } as const;
    expect(await addTrusted(path, again, false).catch((error: unknown) => error)).to.be.instanceOf(InputError);
    await addTrusted(path, again, true);
    expect((await readTrustList(path))[0]?.modelId).to.equal(again.modelId);
    await removeTrusted(path, "a");
    expect(await readTrustList(path)).to.have.length(1);
    expect(await removeTrusted(path, "a").catch((error: unknown) => error)).to.be.instanceOf(InputError);
  });

  it("takes no name that could be an id or a file's", async () => {
    for (const name of ["0xab", "a/b", "a.json", "", ".", "-a", "a b", "a".repeat(65)]) {
      expect(isTrustName(name), name).to.equal(false);
      const refused = await addTrusted(place.path("t.json"), { name, modelId: MODEL }, false).catch((e: unknown) => e);
      expect(refused).to.be.instanceOf(InputError);
    }
    expect(isTrustName("acme-7b_v2")).to.equal(true);
  });

  it("refuses a file that is not right, naming the field", async () => {
    const entry = { name: "a", modelId: MODEL };
    const file = { format: "fine-tuning-integrity/trust", version: 1, bases: [entry] };
    for (const [content, words] of [
      ["nonsense", "is not JSON"],
      [JSON.stringify({ ...file, version: 2 }), "version"],
      [JSON.stringify({ ...file, bases: [{ ...entry, modelId: "0x12" }] }), "bases.0.modelId"],
      [JSON.stringify({ ...file, bases: [{ ...entry, publisher: "0x12" }] }), "bases.0"],
      [JSON.stringify({ ...file, bases: [entry, entry] }), "listed twice"],
    ] as const) {
      const path = await place.write("wrong.json", content);
      const error: unknown = await readTrustList(path).catch((thrown: unknown) => thrown);
      expect(error, content).to.be.instanceOf(FormatError);
      expect(String(error)).to.include(words);
    }
  });

  it("is where --trust, FTI_TRUST or the user's settings say", () => {
    expect(trustPath("/x/t.json", { FTI_TRUST: "/y/t.json" })).to.equal("/x/t.json");
    expect(trustPath(undefined, { FTI_TRUST: "/y/t.json", HOME: "/h" })).to.equal("/y/t.json");
    expect(trustPath(undefined, { XDG_CONFIG_HOME: "/c", HOME: "/h" })).to.equal("/c/fti/trust.json");
    expect(trustPath(undefined, { HOME: "/h" })).to.equal("/h/.config/fti/trust.json");
  });

  it("is kept by fti trust", async () => {
    const env = { FTI_TRUST: place.path("cli.json") };
    const added = await runJson(["trust", "add", "base", MODEL.toUpperCase().replace("0X", "0x")], 0, env);
    expect(added).to.include({ name: "base", modelId: MODEL });
    expect(await runJson(["trust", "list"], 0, env)).to.deep.include({ bases: [{ name: "base", modelId: MODEL }] });
    await runJson(["trust", "remove", "base"], 0, env);
    expect(await runJson(["trust", "list"], 0, env)).to.deep.include({ bases: [] });
    expect((await runJson(["trust", "remove", "base"], 2, env))["error"]).to.have.property("name", "InputError");
  });
});
