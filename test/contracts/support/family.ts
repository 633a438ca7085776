import type { Rule } from "../../../src/policy/rule.js";
import { coversTile, policyId, tilesOf } from "../../../src/policy/rule.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import type { Hex } from "../../../src/algebra/hex.js";
import type { Step } from "../../../src/registry/records.js";
import { modelId } from "../../../src/commitment/model-id.js";
import type { Certificate } from "../../../src/certificate/certificate.js";
import type { CertifyOptions } from "../../../src/registry/write-certificates.js";
import type { Chain, TestRegistry } from "./chain.js";
import { rule, World } from "./world.js";

/** A certificate that is registered, and where it leads to. */
export interface Child {
  readonly id: Hex;
  readonly step: Step;
  readonly world: World;
  readonly certificate: Certificate;
  readonly baseModelId: Hex;
  readonly tunedModelId: Hex;
}

/** A base of `tileCount` tiles, registered. */
export async function registerBase(
  chain: Chain,
  { client }: TestRegistry,
  seed: string,
  tileCount = 4,
  isRestricted = false,
): Promise<World> {
  const world = new World(seed, TIERS.nano, tileCount, [rule(0, tileCount)]);
  await client.registerModel(chain.publisher, world.base, "", { isRestricted });
  return world;
}

/** A fine-tune of a world's base (or of its last tuned model, with `ofTuned`) in one tile of a rule, not sent yet. */
export async function prepare(
  chain: Chain,
  { client, place }: TestRegistry,
  parent: World,
  rules: readonly Rule[],
  { ofTuned = false, tile = 0, seed = "child" } = {},
): Promise<{ readonly world: World; readonly certificate: Certificate }> {
  const world = ofTuned
    ? new World(`${seed}/of`, TIERS.nano, parent.base.tileCount, rules, parent)
    : parent.withRules(seed, rules);
  await client.registerPolicy(chain.publisher, world).catch(() => undefined);
  const ruleIndex = rules.findIndex((each) => coversTile(each, tile));
  const tiles = rules[ruleIndex]?.maxRank === 0 ? [tile] : tilesOf(rules[ruleIndex] as Rule);
  return { world, certificate: await world.certificate(place, [[{ ruleIndex, tiles }]]) };
}

/** As `prepare`, and registered. */
export async function derive(
  chain: Chain,
  registry: TestRegistry,
  parent: World,
  rules: readonly Rule[],
  options: Parameters<typeof prepare>[4] & CertifyOptions = {},
): Promise<Child> {
  const { world, certificate } = await prepare(chain, registry, parent, rules, options);
  const { certificateId: id } = await registry.client.certify(chain.publisher, certificate, options);
  return {
    id,
    world,
    certificate,
    step: { publisher: registry.place.publisher, policyId: policyId(certificate.policy) },
    baseModelId: modelId(certificate.base),
    tunedModelId: modelId(certificate.tuned),
  };
}
