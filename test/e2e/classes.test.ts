import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { commitModel } from "../../src/commitment/commit-model.js";
import { openCommitted } from "../../src/commitment/open-committed.js";
import { proveCertificate } from "../../src/certificate/prove-certificate.js";
import { modelId } from "../../src/commitment/model-id.js";
import type { OpenedModel } from "../../src/commitment/commit-tiles.js";
import type { Policy, Rule } from "../../src/policy/rule.js";
import type { Factors } from "../../src/factors/factors.js";
import type { Hex } from "../../src/algebra/hex.js";
import { PolicyViolation, RegistryError } from "../../src/errors/errors.js";
import { createSystemRandomFr } from "../../src/algebra/random.js";
import type { Backend } from "../../src/kernels/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import type { Pool } from "../../src/kernels/wasm/pool.js";
import { createKernelThreads } from "../../src/node/kernel-threads.js";
import type { Setup } from "../../src/node/open-setup.js";
import { loadRegistryContract, loadVerifierContract } from "../../src/node/registry-contracts.js";
import type { Manifest } from "../../src/quantize/manifest.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { deployRegistry } from "../../src/registry/deploy.js";
import type { Certificate } from "../../src/certificate/certificate.js";
import type { WrappedSegment } from "../../src/segment/wrapped-segment.js";
import { verifyCertificate } from "../../src/certificate/verify-certificate.js";
import { openTensors } from "../support/models.js";
import { testSetup } from "../support/nano-setup.js";
import { integerIn, seededRandom } from "../support/random.js";
import { startRpcNode, type RpcNode } from "../support/rpc-node.js";

/** Integer tensors of twelve nano tiles: one for each class. Integers make the drift exactly what a rule says. */
const SHAPES = { lowRank: [32, 32], mixed: [32, 32], norm: [16, 16], sparse: [16, 48] } as const;
type ClassName = keyof typeof SHAPES;
const CLASSES = Object.keys(SHAPES) as ClassName[];

const N = 16;
const RANK = 2;
const MIXED_SHIFT = 2;
const SEED = 20261123;

/** A matrix of the class's shape, row-major. */
type Matrix = number[];

interface ClassDrift {
  readonly delta: Matrix;
  readonly factors?: Factors;
  readonly bounds: Pick<Rule, "maxRank" | "shift" | "maxNonzeros" | "maxResidualSq">;
  /** The same bounds, one of them a little too tight. */
  readonly tighter: Pick<Rule, "maxRank" | "shift" | "maxNonzeros" | "maxResidualSq">;
}

/** Drift of every class, drawn from a seed. */
function driftOf(name: ClassName): ClassDrift {
  const random = seededRandom(SEED + CLASSES.indexOf(name));
  const [rows, cols] = SHAPES[name];
  const matrix = (entry: () => number): Matrix => Array.from({ length: rows * cols }, entry);
  const plain = { maxRank: 0, shift: 0, maxNonzeros: 0n, maxResidualSq: 0n };
  if (name === "norm") {
    const delta = matrix(() => integerIn(random, -100, 100));
    const maxResidualSq = BigInt(delta.reduce((sum, value) => sum + value * value, 0));
    return { delta, bounds: { ...plain, maxResidualSq }, tighter: { ...plain, maxResidualSq: maxResidualSq - 1n } };
  }
  if (name === "sparse") {
    const delta = matrix(() => 0);
    // Far outside the entry range: only masks carry them.
    for (let i = 0; i < 10; i++) delta[i * 71] = integerIn(random, 1000, 2 ** 28);
    return { delta, bounds: { ...plain, maxNonzeros: 10n }, tighter: { ...plain, maxNonzeros: 9n } };
  }
  const scale = name === "mixed" ? 2 ** MIXED_SHIFT : 1;
  const a = Array.from({ length: rows / N }, () =>
    Int32Array.from({ length: N * RANK }, () => integerIn(random, -7, 7) * scale),
  );
  const b = Array.from({ length: cols / N }, () =>
    Int32Array.from({ length: RANK * N }, () => integerIn(random, -9, 9)),
  );
  const delta = matrix(() => 0).map((_, x) => {
    const [u, v] = [Math.floor(x / cols), x % cols];
    const [left, right] = [a[Math.floor(u / N)], b[Math.floor(v / N)]];
    let value = 0;
    for (let k = 0; k < RANK; k++) value += (left?.[(u % N) * RANK + k] ?? 0) * (right?.[k * N + (v % N)] ?? 0);
    return value / scale;
  });
  const rank = { ...plain, maxRank: RANK };
  if (name === "lowRank") return { delta, factors: { a, b }, bounds: rank, tighter: { ...rank, maxRank: 1 } };
  // A residual of ±1 unit in the first row, and five weights that only a mask can carry.
  for (let v = 0; v < cols; v++) delta[v] = (delta[v] ?? 0) + (v % 2 === 0 ? 1 : -1);
  for (let i = 0; i < 5; i++) delta[cols * 20 + 6 * i] = 100_000 + i;
  const bounds = { ...rank, shift: MIXED_SHIFT, maxNonzeros: 5n, maxResidualSq: BigInt(cols * scale * scale) };
  return { delta, factors: { a, b }, bounds, tighter: { ...bounds, maxNonzeros: 4n } };
}

/** The model with the drifts of some classes added. */
async function model(drifting: readonly ClassName[]): ReturnType<typeof openTensors> {
  const random = seededRandom(SEED);
  return openTensors(
    CLASSES.map((name) => {
      const shape = [...SHAPES[name]];
      const base = Array.from({ length: (shape[0] ?? 0) * (shape[1] ?? 0) }, () => integerIn(random, -1000, 1000));
      const drift = drifting.includes(name) ? driftOf(name).delta : [];
      return { name, shape, dtype: "F64", values: base.map((value, i) => value + (drift[i] ?? 0)) };
    }),
  );
}

describe(`certificates of every class, with real proofs at tier nano (seed ${SEED})`, () => {
  let setup: Setup;
  let pool: Pool;
  let backend: Backend;
  let node: RpcNode;
  let provider: JsonRpcProvider;
  let registry: DriftRegistryClient;
  let base: OpenedModel;
  let manifest: Manifest;

  before(async () => {
    setup = await testSetup();
    pool = await createKernelThreads({ jobs: 2 });
    backend = createWasmBackend(pool);
    node = await startRpcNode();
    provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1 });
    const verifiers = [{ tier: setup.tier, contract: await loadVerifierContract(setup) }];
    const signer = await provider.getSigner(0);
    const { address } = await deployRegistry(signer, { registry: loadRegistryContract(), verifiers, srs: setup.srs });
    registry = new DriftRegistryClient(address, provider);
    base = await commit([]);
    manifest = base.committed.manifest;
    await registry.registerModel(signer, base.committed.parts);
  });

  after(async () => {
    await pool.close();
    provider.destroy();
    await node.close();
  });

  async function commit(drifting: readonly ClassName[]): Promise<OpenedModel> {
    const opened = await model(drifting);
    const { committed } = await commitModel({
      model: opened,
      tier: setup.tier,
      srs: setup.srs,
      insecure: true,
      backend,
      ...(drifting.length === 0 ? { fractionBits: { fractionBits: 0 } } : { base }),
    });
    return openCommitted(committed, opened);
  }

  function policyFor(names: readonly ClassName[], bounds: "bounds" | "tighter"): Policy {
    const rules = manifest.tensors.flatMap((tensor): Rule[] => {
      const name = tensor.name as ClassName;
      if (tensor.kind !== "grid" || !names.includes(name)) return [];
      const limits = driftOf(name)[bounds];
      return [
        {
          ranges: [{ firstTile: tensor.firstTile, tileCount: tensor.gridRows * tensor.gridCols }],
          unit: tensor.fractionBits + limits.shift,
          gridCols: limits.maxRank > 0 ? tensor.gridCols : 0,
          ...limits,
        },
      ];
    });
    return { baseModelId: base.committed.modelId, rules };
  }

  /** Integer factors of the classes that have some, by rule index: rules are in name order. */
  function factorsOf(names: readonly ClassName[]): Map<number, Factors> {
    return new Map(
      [...names].sort().flatMap((name, index): [number, Factors][] => {
        const { factors } = driftOf(name);
        return factors === undefined ? [] : [[index, factors]];
      }),
    );
  }

  async function prove(
    tuned: OpenedModel,
    policy: Policy,
    factors: ReadonlyMap<number, Factors>,
  ): Promise<Certificate> {
    const signer = await provider.getSigner(0);
    return proveCertificate({
      base,
      tuned,
      policy,
      context: {
        chainId: await registry.chainId(),
        registry: registry.address,
        publisher: (await signer.getAddress()).toLowerCase() as Hex,
      },
      tier: setup.tier,
      srs: setup.srs,
      artifacts: setup.proving,
      insecure: true,
      backend,
      randomFr: createSystemRandomFr(),
      factors,
    });
  }

  async function certify(names: readonly ClassName[]): Promise<void> {
    const tuned = await commit(names);
    const policy = policyFor(names, "bounds");
    const certificate = await prove(tuned, policy, factorsOf(names));
    const signer = await provider.getSigner(0);
    expect(verifyCertificate(certificate, setup.anchors)).to.deep.include({ valid: true });

    await registry.registerPolicy(signer, certificate);
    const { tunedModelId } = await registry.certify(signer, certificate);
    expect(tunedModelId).to.equal(modelId(tuned.committed.parts));

    // The same proof for a policy one step tighter: no verifier takes it, with the shares that it has or with smaller ones.
    const greedy = { ...certificate, policy: policyFor(names, "tighter") };
    const takesMore = names.some((name) => name !== "lowRank");
    const outcome = verifyCertificate(greedy, setup.anchors);
    expect(outcome.valid ? "valid" : outcome.error.phase).to.equal(takesMore ? "shares" : "segment 0/groth16");
    const tighter = { ...greedy, segments: greedy.segments.map((segment) => withinRules(segment, greedy.policy)) };
    const result = verifyCertificate(tighter, setup.anchors);
    expect(result.valid ? "valid" : result.error.phase).to.equal("segment 0/groth16");
    await registry.registerPolicy(signer, tighter);
    const refusal: unknown = await registry.certify(signer, tighter).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(RegistryError);
    expect((refusal as RegistryError).errorName).to.equal("InvalidGroth16Proof");
  }

  /** A segment that takes all that the rules have. */
  function withinRules(segment: WrappedSegment, { rules }: Policy): WrappedSegment {
    const uses = segment.uses.map((use) => {
      const { maxNonzeros, maxResidualSq } = rules[use.ruleIndex] as Rule;
      return { ...use, maxNonzeros, maxResidualSq };
    });
    return { ...segment, uses };
  }

  for (const name of CLASSES) {
    it(`accepts ${name} drift offline and on chain, and not under a tighter policy`, () => certify([name]));
  }

  it("accepts all classes in one certificate", () => certify(CLASSES));

  it("searches the factors of a rank rule that none are given for", async () => {
    const { baseModelId, rules } = policyFor(["lowRank"], "bounds");
    // Factors that are found are rounded: a residual must be allowed. It is a hundredth of the change.
    const rounded = {
      baseModelId,
      rules: rules.map((rule) => ({ ...rule, shift: 2, unit: 2, maxResidualSq: 200_000n })),
    };
    const certificate = await prove(await commit(["lowRank"]), rounded, new Map());
    expect(verifyCertificate(certificate, setup.anchors)).to.deep.include({ valid: true });
  });

  it("names rule, measure and bound of a drift that a policy does not allow", async () => {
    for (const name of CLASSES.filter((each) => each !== "lowRank")) {
      const tighter = policyFor([name], "tighter");
      const error: unknown = await prove(await commit([name]), tighter, factorsOf([name])).catch(
        (thrown: unknown) => thrown,
      );
      expect(error, name).to.be.instanceOf(PolicyViolation);
      // A nonzero too many stays in the residual, far outside the entry range.
      expect((error as PolicyViolation).message).to.match(
        name === "norm" ? /policy rule 0: .* norm/ : /tensor .*weight/,
      );
    }
  });
});
