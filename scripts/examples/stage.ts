import type { JsonRpcApiProvider, Signer } from "ethers";

import type { PublishingContext } from "../../src/segment/planned-segment.js";

import type { Hex } from "../../src/algebra/hex.js";
import { createSystemRandomFr, type RandomFr } from "../../src/algebra/random.js";
import type { Backend } from "../../src/kernels/backend.js";

import type { Setup } from "../../src/node/open-setup.js";
import { loadRegistryContract, loadVerifierContract } from "../../src/node/registry-contracts.js";
import type { TierName } from "../../src/protocol/tiers.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { deployRegistry } from "../../src/registry/deploy.js";

/** What all examples share: setups, a chain with a registry, threads. */
export interface Stage {
  readonly setups: ReadonlyMap<TierName, Setup>;
  readonly backend: Backend;
  readonly registry: DriftRegistryClient;
  readonly publisher: Signer;
  readonly context: PublishingContext;
  readonly randomFr: RandomFr;
}

/** Deploys a registry that knows the tiers of the setups, which share one SRS. */
export async function setStage(
  setups: ReadonlyMap<TierName, Setup>,
  backend: Backend,
  provider: JsonRpcApiProvider,
): Promise<Stage> {
  const [first] = setups.values();
  if (first === undefined) throw new RangeError("setStage: no setup");
  const publisher = await provider.getSigner(0);
  const verifiers = [];
  for (const setup of setups.values()) {
    verifiers.push({ tier: setup.tier, contract: await loadVerifierContract(setup) });
  }
  const { address } = await deployRegistry(publisher, { registry: loadRegistryContract(), verifiers, srs: first.srs });
  const registry = new DriftRegistryClient(address, provider);
  return {
    setups,
    backend,
    registry,
    publisher,
    context: {
      chainId: await registry.chainId(),
      registry: registry.address,
      publisher: (await publisher.getAddress()).toLowerCase() as Hex,
    },
    randomFr: createSystemRandomFr(),
  };
}

/** The setup of a tier. */
export function setupOf({ setups }: Stage, tier: TierName): Setup {
  const setup = setups.get(tier);
  if (setup === undefined) throw new RangeError(`no setup of tier ${tier}`);
  return setup;
}
