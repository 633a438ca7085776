import type { Tier } from "../../../src/protocol/tiers.js";
import { deployTestRegistry, type Chain } from "./chain.js";
import { knownKeyGroth16 } from "./known-key-groth16.js";
import { rule, World } from "./world.js";

/** Gas of `certify` for one segment under one norm rule. Keys do not change it. */
export type CertifyGas = (tier: Tier, tileCount: number, changedTiles: number) => Promise<number>;

export async function certifyGasMeter(chain: Chain): Promise<CertifyGas> {
  const groth16 = knownKeyGroth16("gas");
  const { client, place } = await deployTestRegistry(chain, await groth16.contract());
  return async (tier, tileCount, changedTiles) => {
    const world = new World(`gas/${tier.name}/${tileCount}/${changedTiles}`, tier, tileCount, [rule(0, tileCount)]);
    await client.registerModel(chain.publisher, world.base);
    await client.registerPolicy(chain.publisher, world.policy);
    const tiles = Array.from({ length: changedTiles }, (_, i) => i);
    const certificate = await world.certificate(place, [[{ ruleIndex: 0, tiles }]], groth16.simulate);
    return Number((await client.certify(chain.publisher, certificate)).gasUsed);
  };
}
