import { expect } from "chai";
import type { Rule } from "../../src/policy/rule.js";
import { certifyParams, type CertifyParams } from "../../src/registry/encode.js";
import type { Chain, TestRegistry } from "./support/chain.js";
import { expectRefusal, mutableCopy } from "./support/refusals.js";
import { startRefusing, type Refusing } from "./support/refused.js";
import { rule, type World } from "./support/world.js";

describe("DriftRegistry refuses, over segments and ranges, certificates", () => {
  let refusing: Refusing;
  let chain: Chain;
  let registry: TestRegistry;
  let world: World;
  let norm: CertifyParams;

  before(async function () {
    this.timeout(120_000);
    refusing = await startRefusing();
    ({ chain, registry, world, norm } = refusing);
  });

  after(() => chain.close());

  const ask: Refusing["ask"] = (params, sender) => refusing.ask(params, sender);
  const asked: Refusing["asked"] = (of, change) => refusing.asked(of, change);

  it("whose segments' tiles do not ascend", async () => {
    const chain2 = async (first: number[], second: number[]): Promise<CertifyParams> =>
      certifyParams(
        await world.certificate(registry.place, [[{ ruleIndex: 1, tiles: first }], [{ ruleIndex: 1, tiles: second }]]),
        registry.routeOf,
      );
    await ask(await chain2([4, 5], [6, 7]));
    await expectRefusal(ask(await chain2([6, 7], [4, 5])), "SlotOutOfOrder", [0n, 0n]);
    await expectRefusal(ask(await chain2([4, 6], [5, 7])), "SlotOutOfOrder", [0n, 0n]);
    // A tile that is moved twice.
    await expectRefusal(ask(await chain2([4, 5], [5, 6])), "SlotOutOfOrder", [0n, 0n]);
  });

  it("whose segments take more of a rule than it allows", async () => {
    const params = certifyParams(
      await world.certificate(registry.place, [[{ ruleIndex: 2, tiles: [8] }], [{ ruleIndex: 2, tiles: [9] }]]),
      registry.routeOf,
    );
    await ask(params);
    const take = async (shares: readonly [bigint, bigint][]): Promise<void> => {
      const changed = mutableCopy(params);
      shares.forEach(([maxNonzeros, maxResidualSq], i) => {
        const segment = changed.segments[i];
        if (segment !== undefined) segment.uses = [{ ruleIndex: 2, tileCount: 1, maxNonzeros, maxResidualSq }];
      });
      await ask(changed);
    };
    // What the certificate has: another share is another statement, which the opening is bound to.
    await take([
      [4n, 500n],
      [5n, 500n],
    ]);
    for (const [shares, sum, bound] of [
      [[[10n, 0n]], 10n, 9n],
      [
        [
          [4n, 500n],
          [6n, 500n],
        ],
        10n,
        9n,
      ],
      [[[4n, 1_001n]], 1_001n, 1_000n],
      [
        [
          [4n, 500n],
          [5n, 501n],
        ],
        1_001n,
        1_000n,
      ],
      [
        [
          [4n, 500n],
          [2n ** 64n - 1n, 0n],
        ],
        2n ** 64n + 3n,
        9n,
      ],
      [
        [
          [4n, 500n],
          [0n, 2n ** 128n - 1n],
        ],
        2n ** 128n + 499n,
        1_000n,
      ],
    ] as [[bigint, bigint][], bigint, bigint][]) {
      await expectRefusal(take(shares), "SharesExceedBound", [2n, sum, bound]);
    }
  });

  it("in an order that is none, or not that of the tiles", async () => {
    const ordered = (of: CertifyParams, order: `0x${string}`): Promise<void> =>
      asked(of, (segment) => (segment.order = order));
    await ordered(norm, "0x0001");
    await expectRefusal(ordered(norm, "0x00"), "OrderLengthMismatch", [2n, 1n]);
    await expectRefusal(ordered(norm, "0x000101"), "OrderLengthMismatch", [2n, 3n]);
    await expectRefusal(ordered(norm, "0x0100"), "SlotOutOfOrder", [1n, 0n]);
    await expectRefusal(ordered(norm, "0x0000"), "SlotOutOfOrder", [1n, 0n]);
    await expectRefusal(ordered(norm, "0x0002"), "SlotOutOfOrder", [1n, 2n]);
  });

  it("of rules between each other's ranges", async () => {
    const at = (...firstTiles: number[]): Rule["ranges"] =>
      firstTiles.map((firstTile) => ({ firstTile, tileCount: 1 }));
    const between = world.withRules("between", [
      rule(0, 0, { ranges: at(0, 2, 4, 6, 8, 10, 12, 14), unit: 8 + 31 }),
      rule(0, 0, { ranges: at(1, 3, 7), unit: 8 + 5 }),
    ]);
    await registry.client.registerPolicy(chain.publisher, between);
    const spec = [
      { ruleIndex: 0, tiles: [2, 8, 14] },
      { ruleIndex: 1, tiles: [1, 3, 7] },
    ];
    const params = certifyParams(await between.certificate(registry.place, [spec]), registry.routeOf);
    expect(params.segments[0]?.order).to.equal("0x030004050102");
    await ask(params);
    await expectRefusal(
      asked(params, (segment) => (segment.order = "0x")),
      "SlotOutOfOrder",
      [3n, 3n],
    );
    // Between a rule's ranges, and behind the last; the words with more ranges are no rules.
    for (const tiles of [
      [3, 8, 14],
      [2, 8, 15],
      [2, 14, 8],
    ]) {
      await expectRefusal(
        asked(params, (segment) => (segment.tiles = [...tiles, 1, 3, 7])),
        "TileOutOfOrder",
      );
    }
    for (const ruleIndex of [2, 3, 4]) {
      await expectRefusal(
        asked(params, (segment) => (segment.uses = [{ ruleIndex, tileCount: 6, maxNonzeros: 0n, maxResidualSq: 0n }])),
        "UnknownRule",
        [BigInt(ruleIndex)],
      );
    }
  });
});
