import { expect } from "chai";
import { describeCertificate } from "../../../src/certificate/describe-certificate.js";
import { inTotoStatement } from "../../../src/certificate/exports/in-toto-statement.js";
import { modelCard } from "../../../src/certificate/exports/model-card.js";
import { queryOutcome } from "../../../src/cli/query-outcome.js";
import type { Session } from "../../../src/cli/session.js";
import { certificateOutcome } from "../../../src/cli/certificate-outcome.js";
import { coarseOf } from "../../../src/cli/query-files.js";
import { committedModel, type CommittedModel } from "../../../src/commitment/committed-model.js";
import { encodeModel } from "../../../src/commitment/model-file.js";
import { G1_INFINITY } from "../../../src/algebra/g1.js";
import type { Hex } from "../../../src/algebra/hex.js";
import { InputError } from "../../../src/errors/errors.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import { encodeManifest, type Manifest } from "../../../src/quantize/manifest.js";
import { describeResolution } from "../../../src/quantize/resolution.js";
import type { Certificate } from "../../../src/certificate/certificate.js";
import { policyWords } from "../../../src/policy/policy-words.js";
import { runCli, runJson, Workplace } from "../../support/cli.js";
import { openTensors } from "../../support/models.js";
import { expectError } from "../../support/rejects.js";
import { flatRule } from "../../support/rules.js";
import { encodePolicy } from "../../../src/policy/policy-file.js";

const ADDRESS: Hex = `0x${"11".repeat(20)}`;
const LINE = 'Weights are compared in steps: of 0.00391 in 1 tensor ("fine"), 0.25 in 1 tensor ("rough").';
const COARSE = [{ name: "rough", lostOfChange: 0.31, lostOfTensor: 0.04 }];

describe("a statement in words carries its resolution", () => {
  let manifest: Manifest;
  let base: CommittedModel;
  let certificate: Certificate;

  before(async () => {
    const model = await openTensors([
      { name: "fine", shape: [4], dtype: "F64", values: [1, 2, 3, 4] },
      { name: "rough", shape: [4], dtype: "F64", values: [1, 2, 3, 4] },
    ]);
    ({ manifest } = await buildManifest(model, TIERS.nano, { fractionBits: 8, overrides: new Map([["rough", 2]]) }));
    const commitments = Array.from({ length: manifest.tileCount }, () => G1_INFINITY);
    const parts = { srsId: `0x${"00".repeat(32)}`, t: manifest.t, manifest } as const;
    base = committedModel({ ...parts, commitments, isPrivate: false, insecure: false, coarse: COARSE });
    certificate = {
      chainId: 1n,
      registry: ADDRESS,
      publisher: ADDRESS,
      base: base.parts,
      tuned: base.parts,
      policy: { baseModelId: base.modelId, rules: [flatRule(0, 1, { unit: 8, maxNonzeros: 1n })] },
      classes: [],
      manifest: encodeManifest(manifest),
      insecure: false,
      segments: [],
    };
  });

  const session = { colors: { bold: String, red: String, green: String, yellow: String } } as unknown as Session;
  const once = (text: string): void => {
    expect(text.split(LINE)).to.have.lengthOf(2);
    expect(text).to.include("Differences of less than a step in a weight may not be seen");
  };

  it("once, in what verify says, in a model card, an in-toto statement and the answer of prove", () => {
    once(describeCertificate(certificate, { insecure: false }).says.join("\n"));
    once(modelCard({ certificate, baseName: "org/base", relation: "finetune" }));
    once((inTotoStatement(certificate).predicate["says"] as string[]).join("\n"));
    once(certificateOutcome(certificate, "c.json", session).lines.join("\n"));
  });

  it("once, in the answer of query, which also says that the model is coarse", () => {
    const answer = {
      ...{ modelId: base.modelId, model: undefined, certificates: [], verdict: "report" as const, isCertified: false },
      ...{ path: undefined, drift: undefined, reasons: [], errors: [], isInsecure: false },
    };
    const rest = { chainId: 1n, baseModelId: undefined, baseName: undefined, isVerifiedHere: false, bytes: undefined };
    const { lines, json } = queryOutcome({ ...rest, answer, manifest, coarse: COARSE }, session);
    once(lines.join("\n"));
    expect(lines.join("\n")).to.match(/COARSE: .*1 tensor: "rough" \(31 %\)/u);
    expect([json["coarse"], json["resolution"]]).to.deep.equal([COARSE, describeResolution(manifest)]);
    const unknown = queryOutcome({ ...rest, answer, manifest: undefined }, session);
    expect(unknown.lines.join("\n")).to.not.match(/COARSE|compared in steps:/u);
  });

  it("on the page, where the manifest is known", () => {
    expect(policyWords(certificate.policy, manifest).resolution).to.deep.equal(describeResolution(manifest));
    expect(policyWords(certificate.policy, undefined).resolution).to.deep.equal([]);
  });

  it("in fti policy show, with the base", async () => {
    const place = await Workplace.open();
    const path = await place.write("policy.json", encodePolicy(certificate.policy));
    const file = await place.write("base.json", encodeModel(base));
    once((await runCli(["policy", "show", path, "--base", file])).stdout);
    const json = await runJson(["policy", "show", path, "--base", file]);
    expect(json["resolution"]).to.deep.equal(describeResolution(manifest));
    expect((await runCli(["policy", "show", path])).stdout).to.not.include("compared in steps:");
    await place.close();
  });

  it("query reads which tensors are coarse from the model's own file, and from no other's", async () => {
    const place = await Workplace.open();
    const file = await place.write("tuned.json", encodeModel(base));
    expect(await coarseOf(base.modelId, file, session)).to.deep.equal(COARSE);
    expect(await coarseOf(base.modelId, undefined, session)).to.deep.equal([]);
    const other = (): Promise<unknown> => coarseOf(`0x${"77".repeat(32)}`, file, session);
    await expectError(other, InputError, "tuned.json", base.modelId);
    await place.close();
  });
});
