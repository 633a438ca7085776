import { commitModel } from "../../src/commitment/commit-model.js";
import { openCommitted } from "../../src/commitment/open-committed.js";
import { proveCertificate } from "../../src/certificate/prove-certificate.js";
import type { OpenedModel } from "../../src/commitment/commit-tiles.js";
import type { Policy, Rule } from "../../src/policy/rule.js";
import type { Factors } from "../../src/factors/factors.js";
import type { Hex } from "../../src/algebra/hex.js";
import { createSystemRandomFr } from "../../src/algebra/random.js";
import type { Backend } from "../../src/kernels/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import { createKernelThreads } from "../../src/node/kernel-threads.js";
import { startEmbeddedChain } from "../../src/node/embedded-chain.js";
import type { Setup } from "../../src/node/open-setup.js";
import { loadRegistryContract, loadVerifierContract } from "../../src/node/registry-contracts.js";
import { encodeCertify, type CertifyParams, type RouteOfTier } from "../../src/registry/encode.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { deployRegistry } from "../../src/registry/deploy.js";
import { routeId } from "../../src/registry/verifying-key.js";
import { decodeRegistryFailure } from "../../src/registry/revert.js";
import type { Certificate } from "../../src/certificate/certificate.js";
import { openTensors } from "./models.js";
import { testSetup } from "./nano-setup.js";
import { flatRule } from "./rules.js";

const N = 16;

/** Integer tensors; the letters are the rules', in order. `d` is frozen. */
const SHAPES = { a: [32, 32], b: [32, 16], c: [16, 48], d: [16, 32] } as const;

const RULES: readonly Rule[] = [
  // A product of rank 1, one unit of noise at an entry, two entries that only a mask can carry.
  { ...flatRule(0, 4, { maxNonzeros: 2n, maxResidualSq: 4n, unit: 1 }), gridCols: 2, maxRank: 1, shift: 1 },
  flatRule(4, 2, { maxResidualSq: 50n }),
  flatRule(6, 3, { maxNonzeros: 3n }),
];

/** `2·Δ = A·B + R` for tensor `a`: whole units, so every product of entries is even. */
const FACTORS: Factors = {
  a: [0, 1].map((panel) => Int32Array.from({ length: N }, (_, u) => 2 * (((panel * N + u) % 5) - 2))),
  b: [0, 1].map((panel) => Int32Array.from({ length: N }, (_, v) => ((panel * N + v) % 7) - 3)),
};

/** The change of an entry. */
function driftAt(name: keyof typeof SHAPES, u: number, v: number): number {
  if (name === "a") {
    const product = (FACTORS.a[Math.floor(u / N)]?.[u % N] ?? 0) * (FACTORS.b[Math.floor(v / N)]?.[v % N] ?? 0);
    if (u === 3 && (v === 5 || v === 20)) return 70_000;
    return product / 2 + (u === 0 && v === 0 ? 1 : 0);
  }
  if (name === "b") return v === 0 ? (u % 3) - 1 : 0;
  // Tiles 6 and 8: tile 7 stays as it is.
  return name === "c" && u === 2 && (v === 1 || v === 40) ? 90_000 : 0;
}

async function model(isTuned: boolean): ReturnType<typeof openTensors> {
  return openTensors(
    Object.entries(SHAPES).map(([name, [rows, cols]]) => ({
      name,
      shape: [rows, cols],
      dtype: "F64" as const,
      values: Array.from({ length: rows * cols }, (_, x) => {
        const drift = isTuned ? driftAt(name as keyof typeof SHAPES, Math.floor(x / cols), x % cols) : 0;
        return ((x * 37) % 201) - 100 + drift;
      }),
    })),
  );
}

/** A certificate in which no field is empty, and the two verifiers that it is meant for. */
export interface VerifiersOfOne {
  readonly setup: Setup;
  readonly certificate: Certificate;
  /** The verifying key of the setup. */
  readonly routeOf: RouteOfTier;
  /** Asks the registry without sending; throws what it would refuse with. */
  ask(params: CertifyParams): Promise<void>;
  close(): Promise<void>;
}

/**
 * Proves eight changed tiles of eleven with factors, masks, residuals and Merkle siblings in one segment at tier nano,
 * and registers base and policy at a registry with the setup's real verifier.
 */
export async function startVerifiersOfOne(): Promise<VerifiersOfOne> {
  const setup = await testSetup();
  const pool = await createKernelThreads({ jobs: 2 });
  const backend = createWasmBackend(pool);
  try {
    const chain = await startEmbeddedChain();
    const { provider } = chain;
    const signer = await provider.getSigner(0);
    const publisher = (await signer.getAddress()).toLowerCase() as Hex;
    const verifiers = [{ tier: setup.tier, contract: await loadVerifierContract(setup) }];
    const { address } = await deployRegistry(signer, { registry: loadRegistryContract(), verifiers, srs: setup.srs });
    const registry = new DriftRegistryClient(address, provider);

    const base = await commit(setup, backend);
    const policy: Policy = { baseModelId: base.committed.modelId, rules: RULES };
    const certificate = await proveCertificate({
      base,
      tuned: await commit(setup, backend, base),
      policy,
      context: { chainId: await registry.chainId(), registry: registry.address, publisher },
      tier: setup.tier,
      srs: setup.srs,
      artifacts: setup.proving,
      insecure: true,
      backend,
      randomFr: createSystemRandomFr(),
      factors: new Map([[0, FACTORS]]),
    });
    await registry.registerModel(signer, base.committed.parts);
    await registry.registerPolicy(signer, certificate);
    return {
      setup,
      certificate,
      routeOf: () => routeId(setup.tier, setup.proving.verifyingKey),
      ask: async (params) => {
        const transaction = { from: publisher, to: registry.address, data: encodeCertify(params) };
        await provider.call(transaction).catch((error: unknown) => {
          throw decodeRegistryFailure(error);
        });
      },
      close: () => chain.close(),
    };
  } finally {
    await pool.close();
  }
}

async function commit(setup: Setup, backend: Backend, base?: OpenedModel): Promise<OpenedModel> {
  const opened = await model(base !== undefined);
  const { committed } = await commitModel({
    model: opened,
    tier: setup.tier,
    srs: setup.srs,
    insecure: true,
    backend,
    ...(base === undefined ? { fractionBits: { fractionBits: 0 } } : { base }),
  });
  return openCommitted(committed, opened);
}
