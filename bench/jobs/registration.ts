import type { Signer } from "ethers";
import type { Policy } from "../../src/drift/rule.js";
import type { CommittedModel } from "../../src/commitment/committed-model.js";
import { startEmbeddedChain } from "../../src/node/embedded-chain.js";
import type { Setup } from "../../src/node/open-setup.js";
import { loadRegistryContract, loadVerifierContract } from "../../src/node/registry-contracts.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { deployRegistry } from "../../src/registry/deploy.js";
import type { Certificate } from "../../src/wrap/certificate.js";

/** A registry on an embedded chain, with the real verifier of one tier. */
export interface BenchRegistry {
  readonly registry: DriftRegistryClient;
  readonly publisher: Signer;
  close(): Promise<void>;
}

export async function startBenchRegistry(setup: Setup): Promise<BenchRegistry> {
  const chain = await startEmbeddedChain();
  const publisher = await chain.provider.getSigner(0);
  const { address } = await deployRegistry(publisher, {
    registry: loadRegistryContract(),
    verifiers: [{ tier: setup.tier, contract: await loadVerifierContract(setup) }],
    srs: setup.srs,
  });
  return { registry: new DriftRegistryClient(address, chain.provider), publisher, close: () => chain.close() };
}

/** Registers base and policy unless they are, certifies, and returns the gas of that. */
export async function gasOfCertifying(
  { registry, publisher }: BenchRegistry,
  base: CommittedModel,
  policy: Policy,
  certificate: Certificate,
): Promise<bigint> {
  if ((await registry.getModel(base.modelId)) === undefined) {
    await registry.registerModel(publisher, base.parts);
    await registry.registerPolicy(publisher, policy);
  }
  return (await registry.certify(publisher, certificate)).gasUsed;
}
