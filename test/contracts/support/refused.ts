import type { Signer } from "ethers";
import { TIERS } from "../../../src/protocol/tiers.js";
import { certifyParams, encodeCertify, type CertifyParams } from "../../../src/registry/encode.js";
import { decodeRegistryFailure } from "../../../src/registry/revert.js";
import { deployTestRegistry, startChain, type Chain, type TestRegistry } from "./chain.js";
import { mutableCopy, onlySegment, type MutableParams, type MutableSegment } from "./refusals.js";
import { rule, World } from "./world.js";

/** A rank rule of 2 × 2 tiles, a norm rule, a sparse rule, and rules that a nano segment cannot hold. */
export const RULES = [
  rule(0, 4, { maxRank: 2, gridCols: 2, shift: 8 }),
  rule(4, 4),
  rule(8, 2, { maxNonzeros: 9n }),
  rule(10, 1, { maxRank: 1, gridCols: 1 }),
  rule(11, 1, { maxRank: 1, gridCols: 1 }),
  rule(12, 1, { maxRank: 3, gridCols: 1 }),
  rule(13, 9, { maxRank: 1, gridCols: 1 }),
  rule(22, 20),
];
export const MIXED = [
  { ruleIndex: 0, tiles: [0, 1, 2, 3] },
  { ruleIndex: 1, tiles: [4, 6] },
  { ruleIndex: 2, tiles: [8, 9] },
];

/** A registry whose mock verifier accepts every statement, so that what is refused is refused by the registry itself. */
export interface Refusing {
  readonly chain: Chain;
  readonly registry: TestRegistry;
  readonly world: World;
  /** Valid certificates: one of all classes in a segment, one of a norm rule. */
  readonly mixed: CertifyParams;
  readonly norm: CertifyParams;
  /** Asks without sending; throws what the registry would refuse with. */
  ask(params: unknown, sender?: Signer): Promise<void>;
  /** Asks with a change to a certificate. */
  asked(of: CertifyParams, change: (segment: MutableSegment, params: MutableParams) => void): Promise<void>;
}

export async function startRefusing(): Promise<Refusing> {
  const chain = await startChain();
  const registry = await deployTestRegistry(chain);
  const world = new World("refusals", TIERS.nano, 42, RULES);
  await registry.client.registerModel(chain.publisher, world.base);
  await registry.client.registerPolicy(chain.publisher, world);
  const ask: Refusing["ask"] = async (params, sender = chain.publisher) => {
    const data = encodeCertify(params as CertifyParams);
    const transaction = { from: await sender.getAddress(), to: registry.place.registry, data };
    await chain.provider.call(transaction).catch((error: unknown) => {
      throw decodeRegistryFailure(error);
    });
  };
  return {
    chain,
    registry,
    world,
    mixed: certifyParams(await world.certificate(registry.place, [MIXED]), registry.routeOf),
    norm: certifyParams(await world.certificate(registry.place, [[{ ruleIndex: 1, tiles: [4, 6] }]]), registry.routeOf),
    ask,
    asked: (of, change) => {
      const params = mutableCopy(of);
      change(onlySegment(params), params);
      return ask(params);
    },
  };
}
