import { Interface, type InterfaceAbi } from "ethers";
import type { Hex } from "../../../src/algebra/hex.js";
import { modelId } from "../../../src/commitment/model-id.js";
import { policyId } from "../../../src/policy/rule.js";
import { TIERS, type Tier } from "../../../src/protocol/tiers.js";
import { artifact, deployTestRegistry, type Chain } from "./chain.js";
import { derive, registerBase } from "./family.js";
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
    await client.registerPolicy(chain.publisher, world);
    const tiles = Array.from({ length: changedTiles }, (_, i) => i);
    const certificate = await world.certificate(place, [[{ ruleIndex: 0, tiles }]], groth16.simulate);
    return Number((await client.certify(chain.publisher, certificate)).gasUsed);
  };
}

/** Gas of every kind of transaction. */
export interface GasReport {
  readonly registerBase: number;
  /** Of one norm rule. */
  readonly registerPolicy: number;
  /** Of as many rules as a medium segment takes. */
  readonly registerPolicyOf16Rules: number;
  /** At tier medium, all tiles of the model changed, in one segment under one norm rule. */
  readonly certify1Tile: number;
  readonly certify12Tiles: number;
  readonly certify60Tiles: number;
  /** As `certify12Tiles`, sent by another account. */
  readonly certifyFor12Tiles: number;
  readonly revoke1: number;
  readonly revoke10: number;
  readonly supersede: number;
  readonly publishMetadata: number;
  /** A transaction that only asks, about a model with so many certificates between it and the policy's base. */
  readonly isWithin1Certificate: number;
  readonly isWithin8Certificates: number;
}

/** Measures on a registry of its own; the same numbers every time. */
export async function measureGas(chain: Chain): Promise<GasReport> {
  const gasOf = await certifyGasMeter(chain);
  const registry = await deployTestRegistry(chain);
  const { client } = registry;
  const { publisher } = chain;
  const base = new World("gas", TIERS.nano, 32, [rule(0, 32)]);
  const registered = await client.registerModel(publisher, base.base);
  const policy = await client.registerPolicy(publisher, base);
  const rules = Array.from({ length: 16 }, (_, i) => rule(2 * i, 2));
  const sixteen = await client.registerPolicy(publisher, base.withRules("16 rules", rules));

  const family = await registerBase(chain, registry, "gas of revocations");
  const ids: Hex[] = [];
  for (let i = 0; i < 13; ++i) ids.push((await derive(chain, registry, family, [rule(0, 4)], { seed: `${i}` })).id);
  const one = await client.revoke(publisher, ids.slice(0, 1), "");
  const ten = await client.revoke(publisher, ids.slice(1, 11), "");
  const superseded = await client.supersede(publisher, ids[11] as Hex, ids[12] as Hex);
  const said = await client.publishMetadata(publisher, ids[12] as Hex, { uri: "ipfs://x", contentHash: ids[0] as Hex });

  return {
    registerBase: Number(registered.gasUsed),
    registerPolicy: Number(policy.gasUsed),
    registerPolicyOf16Rules: Number(sixteen.gasUsed),
    certify1Tile: await gasOf(TIERS.medium, 1, 1),
    certify12Tiles: await gasOf(TIERS.medium, 12, 12),
    certify60Tiles: await gasOf(TIERS.medium, 60, 60),
    certifyFor12Tiles: await delegatedGas(chain),
    revoke1: Number(one.gasUsed),
    revoke10: Number(ten.gasUsed),
    supersede: Number(superseded.gasUsed),
    publishMetadata: Number(said.gasUsed),
    ...(await gasOfQuestions(chain)),
  };
}

async function delegatedGas(chain: Chain): Promise<number> {
  const groth16 = knownKeyGroth16("gas");
  const { client, place } = await deployTestRegistry(chain, await groth16.contract());
  const world = new World("gas/delegated", TIERS.medium, 12, [rule(0, 12)]);
  await client.registerModel(chain.publisher, world.base);
  await client.registerPolicy(chain.publisher, world);
  const tiles = Array.from({ length: 12 }, (_, i) => i);
  const certificate = await world.certificate(place, [[{ ruleIndex: 0, tiles }]], groth16.simulate);
  // Far away, so that neither clocks nor the length of a number decide.
  const signed = await client.signCertify(chain.publisher, certificate, { deadline: 2 ** 40 });
  return Number((await client.certifyFor(chain.stranger, certificate, signed)).gasUsed);
}

/** Of what contracts ask. Each certificate on the way has a policy of one rule, and so has the one that is asked about. */
async function gasOfQuestions(
  chain: Chain,
): Promise<Pick<GasReport, "isWithin1Certificate" | "isWithin8Certificates">> {
  const registry = await deployTestRegistry(chain);
  const family = await registerBase(chain, registry, "gas of questions");
  const origin = modelId(family.base);
  const wide = family.withRules("wide", [rule(0, 4, { maxResidualSq: 1n << 90n })]);
  await registry.client.registerPolicy(chain.publisher, wide);
  const asked = new Interface((await artifact("DriftRegistry")).abi as InterfaceAbi);
  const gasOf = async (model: Hex): Promise<number> => {
    const data = asked.encodeFunctionData("isWithin", [model, origin, policyId(wide.policy)]);
    const sent = await chain.publisher.sendTransaction({ to: registry.place.registry, data });
    return Number((await sent.wait())?.gasUsed);
  };
  let last = await derive(chain, registry, family, [rule(0, 4)]);
  const isWithin1Certificate = await gasOf(last.tunedModelId);
  for (let i = 2; i <= 8; ++i) {
    last = await derive(chain, registry, last.world, [rule(0, 4)], { ofTuned: true, seed: `generation ${i}` });
  }
  return { isWithin1Certificate, isWithin8Certificates: await gasOf(last.tunedModelId) };
}
