import { expect } from "chai";
import { queryModel, type ModelAnswer, type QueryModelInput } from "../../../src/registry/query-model.js";
import type { ModelQuestion } from "../../../src/registry/model-question.js";
import { policyId, type Policy, type Rule } from "../../../src/policy/rule.js";
import type { Hex } from "../../../src/algebra/hex.js";
import { InputError } from "../../../src/errors/errors.js";
import { measureNorms, type BaseNorms } from "../../../src/policy/base-norms.js";
import { driftWords } from "../../../src/policy/drift-words.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import type { DriftRegistryClient } from "../../../src/registry/client.js";
import type { RegisteredCertificate } from "../../../src/registry/records.js";
import { FRACTION_BITS, rule } from "../../contracts/support/world.js";
import { openFile } from "../../support/models.js";
import { manifestHash, type Manifest } from "../../../src/quantize/manifest.js";
import { tinyModel } from "../../support/tiny-models.js";

const word = (digit: string): Hex => `0x${digit.repeat(64)}`;
const ALICE: Hex = `0x${"a1".repeat(20)}`;
const MALLORY: Hex = `0x${"66".repeat(20)}`;
const [BASE, MIDDLE, TUNED, TWIN] = [word("a"), word("b"), word("c"), word("d")] as const;

/** A registry in memory: whatever its certificates say, without chain and proofs. */
class FakeRegistry {
  readonly certificates: RegisteredCertificate[] = [];
  readonly policies = new Map<Hex, Policy>();
  readonly frozen = new Set<Hex>();

  constructor(readonly manifest: Manifest) {}

  certify(
    baseModelId: Hex,
    tunedModelId: Hex,
    rules: readonly Rule[],
    more: Partial<RegisteredCertificate> = {},
  ): RegisteredCertificate {
    const policy = { baseModelId, rules };
    this.policies.set(policyId(policy), policy);
    const certificate: RegisteredCertificate = {
      certificateId: `0x${(this.certificates.length + 1).toString(16).padStart(64, "0")}`,
      publisher: ALICE,
      registeredAt: 0,
      expiresAt: undefined,
      status: "active",
      blockNumber: 0,
      baseModelId,
      tunedModelId,
      policyId: policyId(policy),
      ...more,
    };
    this.certificates.push(certificate);
    return certificate;
  }

  get client(): DriftRegistryClient {
    const isKnown = (id: Hex): boolean =>
      this.certificates.some((each) => each.baseModelId === id || each.tunedModelId === id);
    const client = {
      getModel: (id: Hex) =>
        Promise.resolve(isKnown(id) ? { modelId: id, manifestHash: manifestHash(this.manifest) } : undefined),
      findByTunedModel: (id: Hex) => Promise.resolve(this.certificates.filter((each) => each.tunedModelId === id)),
      getPolicy: (id: Hex) => Promise.resolve(this.policies.get(id)),
      routesOfCertificate: (id: Hex) => Promise.resolve([{ isFrozen: this.frozen.has(id) }]),
    };
    return client as unknown as DriftRegistryClient;
  }
}

describe("the verdict on a model", () => {
  let manifest: Manifest;
  let norms: BaseNorms;
  let registry: FakeRegistry;

  before(async () => {
    const model = await openFile(tinyModel(1));
    const built = await buildManifest(model, TIERS.nano, { fractionBits: FRACTION_BITS });
    manifest = built.manifest;
    norms = await measureNorms(model, built.manifest);
  });

  beforeEach(() => {
    registry = new FakeRegistry(manifest);
  });

  const SMALL = [rule(0, 2, { maxResidualSq: 100n })];
  const ask = (
    question: Partial<ModelQuestion> | undefined,
    { modelId = TUNED, ...more }: Partial<QueryModelInput> = {},
  ): Promise<ModelAnswer> =>
    queryModel({
      registry: registry.client,
      modelId,
      manifest,
      question: question && { baseModelId: BASE, norms, ...question },
      ...more,
    });

  it("is a report, never a yes, where nobody names a base", async () => {
    registry.certify(BASE, TUNED, SMALL);
    const answer = await ask(undefined);
    expect(answer).to.include({ verdict: "report", isCertified: false });
    expect(answer.certificates).to.have.length(1);
    expect((await ask(undefined, { modelId: BASE })).verdict).to.equal("report");
  });

  it("is yes for a certificate from the base that is named, and says how far at most", async () => {
    registry.certify(BASE, TUNED, SMALL);
    const answer = await ask({});
    expect(answer).to.include({ verdict: "certified", isCertified: true });
    expect(answer.path).to.have.length(1);
    expect(driftWords(answer.drift ?? expect.fail()).headline).to.match(/^at most [\d.]+ % of the base's norm/u);
  });

  it("is no for a stranger's certificate from an unrelated base, also of the same shapes", async () => {
    registry.certify(TWIN, TUNED, SMALL, { publisher: MALLORY });
    const answer = await ask({});
    expect(answer.verdict).to.equal("not-certified");
    expect(answer.reasons.join()).to.include(TWIN).and.include("no certificates lead from the base");
    expect((await ask({}, { modelId: MIDDLE })).reasons).to.deep.equal(["no certificate leads to this model"]);
  });

  it("is no for a stranger's certificate where publishers are named, wherever on the way it is", async () => {
    registry.certify(BASE, MIDDLE, SMALL, { publisher: MALLORY });
    registry.certify(MIDDLE, TUNED, SMALL);
    expect((await ask({})).verdict).to.equal("certified");
    const answer = await ask({ publishers: [ALICE] });
    expect(answer.verdict).to.equal("not-certified");
    expect(answer.reasons).to.have.length(1);
    expect(answer.reasons[0]).to.include(MALLORY);
    // Another way around the stranger is as good.
    registry.certify(BASE, MIDDLE, SMALL);
    expect((await ask({ publishers: [ALICE] })).verdict).to.equal("certified");
  });

  it("is no once a certificate on the way has ended, by the node or by the clock", async () => {
    for (const ended of [
      { status: "revoked" },
      { status: "superseded" },
      { status: "expired" },
      { status: "active", expiresAt: 1 },
    ] as const) {
      registry = new FakeRegistry(manifest);
      registry.certify(BASE, MIDDLE, SMALL, ended);
      registry.certify(MIDDLE, TUNED, SMALL);
      const answer = await ask({});
      expect(answer.verdict, JSON.stringify(ended)).to.equal("not-certified");
      expect(answer.reasons.join()).to.include(ended.status === "active" ? "expired" : ended.status);
    }
  });

  it("adds up a longer path, and refuses it where the sum is too much", async () => {
    registry.certify(BASE, MIDDLE, SMALL);
    registry.certify(MIDDLE, TUNED, SMALL);
    const answer = await ask({});
    expect(answer.path?.map(({ certificate }) => certificate.baseModelId)).to.deep.equal([BASE, MIDDLE]);
    const one = await ask({ baseModelId: MIDDLE });
    expect(answer.drift?.whole.norm).to.be.closeTo(2 * (one.drift?.whole.norm ?? 0), 1e-12);
    const within = (maxResidualSq: bigint): Partial<ModelQuestion> => ({
      limits: { within: { baseModelId: BASE, rules: [rule(0, 2, { maxResidualSq })] } },
    });
    expect((await ask(within(400n))).verdict).to.equal("certified");
    expect((await ask(within(399n))).verdict).to.equal("not-certified");
  });

  it("takes the path that is good among several, however many are not", async () => {
    const loose = [rule(0, 5, { maxResidualSq: (1n << 100n) - 1n })];
    registry.certify(BASE, TUNED, loose, { publisher: MALLORY });
    registry.certify(BASE, MIDDLE, SMALL);
    registry.certify(MIDDLE, TUNED, SMALL);
    const limits = { maxDrift: [{ of: "whole", ratio: 0.5 }] } as const;
    const answer = await ask({ limits });
    expect(answer.verdict).to.equal("certified");
    expect(answer.path).to.have.length(2);
    // The tightest speaks for the model, also where everything is accepted.
    expect((await ask({})).path).to.have.length(2);
    const mallorys = await ask({ publishers: [MALLORY] });
    expect(mallorys.verdict).to.equal("certified");
    const { headline } = driftWords(mallorys.drift ?? expect.fail());
    expect(headline).to.equal("every part may change by any amount");
  });

  it("ends where certificates go in circles", async () => {
    registry.certify(TUNED, MIDDLE, SMALL);
    registry.certify(MIDDLE, TUNED, SMALL);
    registry.certify(TWIN, MIDDLE, SMALL);
    expect((await ask({})).verdict).to.equal("not-certified");
    registry.certify(BASE, MIDDLE, SMALL);
    expect((await ask({})).path).to.have.length(2);
  });

  it("leaves the question open where strangers registered more than can be looked at", async () => {
    for (let i = 0; i < 70; i++) registry.certify(BASE, TUNED, [rule(0, 2, { maxResidualSq: BigInt(1000 + i) })]);
    const limits = { within: { baseModelId: BASE, rules: SMALL } };
    expect((await ask({ limits })).verdict).to.equal("could-not-check");
    registry.certify(BASE, TUNED, SMALL, { publisher: MALLORY });
    expect((await ask({ limits, publishers: [MALLORY] })).verdict).to.equal("certified");
  });

  it("says of the base itself that it is the base, registered or not", async () => {
    const answer = await ask({}, { modelId: BASE });
    expect(answer).to.include({ verdict: "certified" });
    expect(answer.path).to.deep.equal([]);
    expect(answer.drift?.whole.norm).to.equal(0);
  });

  it("proves nothing under development keys unless that is accepted, and is no report either", async () => {
    registry.certify(BASE, TUNED, SMALL);
    expect(await ask({}, { insecure: true })).to.include({ verdict: "development-keys", isCertified: false });
    const accepted = await ask({}, { insecure: true, allowDevelopmentKeys: true });
    expect(accepted).to.include({ verdict: "certified", isInsecure: true });
    expect((await ask({ publishers: [MALLORY] }, { insecure: true })).verdict).to.equal("not-certified");
    expect((await ask(undefined, { insecure: true })).verdict).to.equal("report");
  });

  it("does not rest on the registry's word for a key that its owner has frozen", async () => {
    const { certificateId } = registry.certify(BASE, TUNED, SMALL);
    registry.frozen.add(certificateId);
    const answer = await ask({});
    expect(answer.verdict).to.equal("could-not-check");
    expect(answer.reasons.join()).to.include("frozen");
  });

  it("counts no policy that means nothing for the tensors", async () => {
    registry.certify(BASE, TUNED, [rule(0, 1, { maxRank: 1, gridCols: 1 })]);
    const answer = await ask({});
    expect(answer.verdict).to.equal("not-certified");
    expect(answer.reasons.join()).to.include("means nothing");
    expect((await ask({}, { manifest: undefined })).drift).to.equal(undefined);
  });

  it("refuses limits that cannot be judged, whatever is registered", async () => {
    const failure = async (question: Partial<ModelQuestion>, more: Partial<QueryModelInput> = {}): Promise<unknown> =>
      ask(question, more).catch((error: unknown) => error);
    const percent = { maxDrift: [{ of: "part", ratio: 0.05 }] } as const;
    expect(await failure({ limits: { frozen: ["nothing"] } })).to.be.instanceOf(InputError);
    expect(await failure({ limits: percent, norms: undefined })).to.be.instanceOf(InputError);
    expect(await failure({ limits: percent }, { manifest: undefined })).to.be.instanceOf(InputError);
    registry.certify(BASE, TUNED, SMALL);
    expect(await failure({}, { manifest: { ...manifest, tileCount: manifest.tileCount + 1 } })).to.be.instanceOf(
      InputError,
    );
  });
});
