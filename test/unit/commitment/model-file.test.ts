import { expect } from "chai";
import { committedModel, type CommittedModel } from "../../../src/commitment/committed-model.js";
import { encodeModel, encodeSecrets, parseModel, parseSecrets } from "../../../src/commitment/model-file.js";
import { G1_GENERATOR } from "../../../src/algebra/g1.js";
import { FormatError, InputError } from "../../../src/errors/errors.js";
import { frOf } from "../../../src/algebra/fr.js";
import { layOut } from "../../../src/quantize/layout.js";
import { classTable, classTableHash } from "../../../src/quantize/class-table.js";
import { expectError } from "../../support/rejects.js";

const manifest = { version: 2 as const, t: 4, ...layOut(4, [{ name: "a", shape: [3], fractionBits: 9 }]) };
const common = {
  srsId: `0x${"11".repeat(32)}` as const,
  t: 4,
  manifest,
  commitments: [G1_GENERATOR],
  insecure: true,
};
const coarse = [{ name: "a", lostOfChange: 0.25, lostOfTensor: 0.0013 }];
const provenance = { format: "safetensors", files: [{ name: "a", bytes: 3, sha256: "ab".repeat(32) }] };
const change = (model: CommittedModel, fields: object): string =>
  JSON.stringify({ ...(JSON.parse(encodeModel(model)) as object), ...fields });

describe("the file of a committed model", () => {
  const model = committedModel({ ...common, isPrivate: false, coarse });

  it("holds its parts, from which its id follows, and says that it is coarse", () => {
    expect(model.parts.classTableHash).to.equal(classTableHash(classTable(manifest)));
    expect(parseModel(encodeModel(model, provenance), "m.json")).to.deep.equal(model);
    const plain = committedModel({ ...common, isPrivate: false, coarse: [] });
    expect("coarse" in plain).to.equal(false);
    expect(parseModel(encodeModel(plain), "m.json")).to.deep.equal(plain);
    expect(plain.modelId).to.equal(model.modelId);
  });

  it("is refused with a manifest that is none or of other tiles", async () => {
    const bad: readonly (readonly [object, string])[] = [
      [{ manifest: "x" }, "not JSON"],
      [{ manifest: "{}" }, "manifest of version 2"],
      [{ t: 5 }, "side 2^4"],
      [{ coarse: [] }, "coarse"],
      [{ coarse: [{ name: "a", lostOfChange: -1 }] }, "coarse"],
      [{ version: 1 }, "version"],
    ];
    for (const [fields, word] of bad) {
      await expectError(() => parseModel(change(model, fields), "m.json"), FormatError, "m.json", word);
    }
    await expectError(() => committedModel({ ...common, commitments: [], isPrivate: false }), InputError, "tiles");
  });

  it("of a private model holds no digest of its files: the secrets do", () => {
    const hidden = committedModel({ ...common, isPrivate: true });
    expect(() => encodeModel(hidden, provenance)).to.throw(RangeError, "secrets");
    expect(encodeModel(hidden)).to.not.include("sha256");
    const secrets = { modelId: hidden.modelId, blindings: [frOf(5)], provenance };
    expect(parseSecrets(encodeSecrets(secrets), "s.json")).to.deep.equal(secrets);
  });
});
