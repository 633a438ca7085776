import type { Signer } from "ethers";
import type { PublishingContext } from "../../src/segment/planned-segment.js";
import type { Hex } from "../../src/algebra/hex.js";
import { startEmbeddedChain } from "../../src/node/embedded-chain.js";
import type { Setup } from "../../src/node/open-setup.js";
import { loadRegistryContract, loadVerifierContract } from "../../src/node/registry-contracts.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { deployRegistry } from "../../src/registry/deploy.js";
import type { Certificate } from "../../src/certificate/certificate.js";

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

/** Where a certificate for this registry is made for. */
export async function contextOf({ registry, publisher }: BenchRegistry): Promise<PublishingContext> {
  return {
    chainId: await registry.chainId(),
    registry: registry.address,
    publisher: (await publisher.getAddress()).toLowerCase() as Hex,
  };
}

/** Registers base and policy unless they are, certifies, and returns the gas of that. */
export async function gasOfCertifying(
  { registry, publisher }: BenchRegistry,
  certificate: Certificate,
): Promise<number> {
  const { base, policy } = certificate;
  if ((await registry.getModel(policy.baseModelId)) === undefined) {
    await registry.registerModel(publisher, base);
    await registry.registerPolicy(publisher, certificate);
  }
  return Number((await registry.certify(publisher, certificate)).gasUsed);
}
