import { expect } from "chai";
import type { RegistryError } from "../../src/errors/errors.js";
import { FQ_ORDER } from "../../src/protocol/constants.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { certifyParams, type CertifyParams } from "../../src/registry/encode.js";
import { someWord, type Chain, type TestRegistry } from "./support/chain.js";
import { expectRefusal, mutableCopy, onlySegment, type MutableSegment } from "./support/refusals.js";
import { RULES, startRefusing, type Refusing } from "./support/refused.js";
import { rule, World } from "./support/world.js";

describe("DriftRegistry refuses, in a segment,", () => {
  let refusing: Refusing;
  let chain: Chain;
  let registry: TestRegistry;
  let world: World;
  let mixed: CertifyParams;
  let norm: CertifyParams;

  before(async function () {
    this.timeout(120_000);
    refusing = await startRefusing();
    ({ chain, registry, world, mixed, norm } = refusing);
  });

  after(() => chain.close());

  /** A use with all of a rule's budgets. */
  const useOf = (ruleIndex: number, tileCount: number): MutableSegment["uses"][number] => {
    const { maxNonzeros = 0n, maxResidualSq = 0n } = RULES[ruleIndex] ?? {};
    return { ruleIndex, tileCount, maxNonzeros, maxResidualSq };
  };
  const ask: Refusing["ask"] = (params, sender) => refusing.ask(params, sender);
  const asked: Refusing["asked"] = (of, change) => refusing.asked(of, change);

  it("nothing in the certificates that the other tests change", async () => {
    await ask(mixed);
    await ask(norm);
  });

  describe("certificates", () => {
    it("of an unknown base or policy, of another base's policy, without segments", async () => {
      const other = new World("another base", TIERS.nano, 3, [rule(0, 3)]);
      await registry.client.registerModel(chain.publisher, other.base);
      await expectRefusal(ask({ ...norm, base: { ...norm.base, manifestHash: someWord(1) } }), "UnknownModel");
      await expectRefusal(ask({ ...norm, policyId: someWord(2) }), "UnknownPolicy", [someWord(2)]);
      await expectRefusal(ask({ ...norm, base: other.base }), "PolicyOfOtherBase");
      await expectRefusal(ask({ ...norm, segments: [] }), "NoSegments");
    });

    it("of a tier without verifier or with other tiles", async () => {
      await expectRefusal(
        asked(norm, (segment) => (segment.routeId = someWord(4))),
        "UnknownRoute",
        [someWord(4)],
      );
      await expectRefusal(
        asked(norm, (segment) => (segment.routeId = registry.routeOf(TIERS.small.id))),
        "TierTileSizeMismatch",
        [2n, 7n, 4n],
      );
    });

    it("that do not lead to the fine-tuned model", async () => {
      const params = { ...norm, tunedMerkleRoot: someWord(5) };
      await expectRefusal(ask(params), "TunedRootMismatch");
    });

    it("whose segments do not follow each other", async () => {
      // A rank rule's second use, and a norm rule's whole budget for the second time.
      await expectRefusal(ask({ ...mixed, segments: [...mixed.segments, ...mixed.segments] }), "RuleUsedTwice", [0n]);
      await expectRefusal(ask({ ...norm, segments: [...norm.segments, ...norm.segments] }), "SharesExceedBound", [
        1n,
        2_000n,
        1_000n,
      ]);
      const chained = certifyParams(
        await world.certificate(registry.place, [[{ ruleIndex: 1, tiles: [4] }], [{ ruleIndex: 2, tiles: [8] }]]),
        registry.routeOf,
      );
      await ask(chained);
      await expectRefusal(ask({ ...chained, segments: chained.segments.toReversed() }), "BaseRootMismatch");
      await expectRefusal(ask({ ...chained, segments: chained.segments.slice(0, 1) }), "TunedRootMismatch");
    });

    it("that change nothing", async () => {
      await expectRefusal(
        asked(norm, (segment, params) => {
          segment.commitments.tuned = segment.commitments.base;
          params.tunedMerkleRoot = world.base.merkleRoot;
        }),
        "SegmentChangesNothing",
        [0n],
      );
    });

    it("registered before, also by another path of segments", async () => {
      const certificate = await world.certificate(registry.place, [[{ ruleIndex: 1, tiles: [5] }]]);
      await registry.client.certify(chain.publisher, certificate);
      await expectRefusal(ask(certifyParams(certificate, registry.routeOf)), "CertificateAlreadyRegistered");
    });
  });

  describe("rules", () => {
    const uses = (of: CertifyParams, list: [number, number][]): Promise<void> =>
      asked(of, (segment) => (segment.uses = list.map(([ruleIndex, tileCount]) => useOf(ruleIndex, tileCount))));

    it("of a wrong number, unknown, twice, out of order", async () => {
      await expectRefusal(uses(norm, []), "RuleCountOutOfRange", [0n, 4n]);
      const five: [number, number][] = [0, 1, 2, 3, 4].map((i) => [i, 1]);
      await expectRefusal(uses(norm, five), "RuleCountOutOfRange", [5n, 4n]);
      for (const unknown of [8, 4095, 4096, 2 ** 32 - 1]) {
        await expectRefusal(uses(norm, [[unknown, 2]]), "UnknownRule", [BigInt(unknown)]);
      }
      await expectRefusal(
        uses(norm, [
          [1, 1],
          [1, 1],
        ]),
        "RuleOutOfOrder",
        [1n, 1n],
      );
      await expectRefusal(
        uses(mixed, [
          [1, 4],
          [0, 4],
        ]),
        "TileOutOfOrder",
      );
      await expectRefusal(
        asked(mixed, (segment) => {
          segment.uses = [segment.uses[1], segment.uses[0], segment.uses[2]] as typeof segment.uses;
          segment.tiles = [4, 6, 0, 1, 2, 3, 8, 9];
        }),
        "RuleOutOfOrder",
        [1n, 0n],
      );
      await expectRefusal(
        asked(mixed, (segment) => {
          segment.uses = [segment.uses[0], segment.uses[2], segment.uses[1]] as typeof segment.uses;
          segment.tiles = [0, 1, 2, 3, 8, 9, 4, 6];
        }),
        "RuleOutOfOrder",
        [2n, 1n],
      );
    });

    it("with a rank above the tier, too many of them, incomplete ones, too many panels", async () => {
      const take = (list: [number, number][], tiles: number[]): Promise<void> =>
        asked(norm, (segment) => {
          segment.uses = list.map(([ruleIndex, tileCount]) => useOf(ruleIndex, tileCount));
          segment.tiles = tiles;
        });
      await expectRefusal(take([[5, 1]], [12]), "RankAboveTier", [5n, 3n, 2n]);
      await expectRefusal(
        take(
          [
            [0, 4],
            [3, 1],
            [4, 1],
          ],
          [0, 1, 2, 3, 10, 11],
        ),
        "TooManyRankRules",
        [2n],
      );
      // The block-diagonal attack: two tiles of a rank rule's four.
      await expectRefusal(take([[0, 2]], [0, 3]), "RankRuleIncomplete", [0n, 4n, 2n]);
      await expectRefusal(take([[6, 9]], [13, 14, 15, 16, 17, 18, 19, 20, 21]), "TooManyPanels", [9n, 1n, 8n]);
    });
  });

  describe("tiles", () => {
    it("of other counts than the rules say, or more than the tier's slots", async () => {
      await expectRefusal(
        asked(norm, (segment) => (segment.uses[0] = useOf(1, 0))),
        "RuleUseEmpty",
        [1n],
      );
      await expectRefusal(
        asked(norm, (segment) => segment.tiles.push(7)),
        "TileCountMismatch",
        [2n, 3n],
      );
      await expectRefusal(
        asked(norm, (segment) => segment.tiles.pop()),
        "TileCountMismatch",
        [2n, 1n],
      );
      const tiles = Array.from({ length: 14 }, (_, i) => 22 + i);
      await expectRefusal(
        asked(norm, (segment) => (segment.tiles = tiles)),
        "TooManyTiles",
        [14n, 13n],
      );
    });

    it("outside of the rule, decreasing or repeated", async () => {
      for (const tiles of [
        [3, 6],
        [4, 8],
        [6, 4],
        [4, 4],
      ]) {
        await expectRefusal(
          asked(norm, (segment) => (segment.tiles = tiles)),
          "TileOutOfOrder",
        );
      }
    });

    it("that are not the base's, or with a broken multiproof", async () => {
      const swap = (segment: MutableSegment): void => void segment.commitments.base.reverse();
      await expectRefusal(asked(norm, swap), "BaseRootMismatch");
      await expectRefusal(
        asked(norm, (segment) => (segment.tiles = [5, 6])),
        "BaseRootMismatch",
      );
      await expectRefusal(
        asked(norm, (segment) => (segment.multiProof.proof[0] = someWord(1))),
        "BaseRootMismatch",
      );
      const broken: ((proof: MutableSegment["multiProof"]) => unknown)[] = [
        ({ proofFlags }) => proofFlags.push(0n),
        ({ proofFlags }) => proofFlags.pop(),
        // A bit behind the last flag; flags for nodes that are not there; one sibling too few for the zeros.
        ({ proofFlags }) => (proofFlags[0] = (proofFlags[0] ?? 0n) | (1n << 255n)),
        ({ proof, proofFlags }) => (proofFlags[0] = (1n << BigInt(proof.length + 1)) - 1n),
        ({ proofFlags }) => (proofFlags[0] = 0n),
      ];
      for (const change of broken) {
        await expectRefusal(
          asked(norm, ({ multiProof }) => void change(multiProof)),
          "InvalidMultiproof",
        );
      }
      // With a sibling fewer, one flag is missing or one too many is left.
      const refusal: unknown = await asked(norm, (segment) => segment.multiProof.proof.pop()).catch(
        (error: unknown) => error,
      );
      expect((refusal as RegistryError).errorName).to.be.oneOf(["InvalidMultiproof", "BaseRootMismatch"]);
    });
  });

  describe("commitments", () => {
    it("of a wrong number", async () => {
      const { multiplicity: point } = onlySegment(mutableCopy(norm)).commitments;
      const counted = (list: "base" | "tuned" | "masks", change: (points: (typeof point)[]) => void): Promise<void> =>
        asked(mixed, (segment) => change(segment.commitments[list]));
      await expectRefusal(
        counted("base", (points) => points.pop()),
        "CommitmentCountMismatch",
        [8n, 7n],
      );
      await expectRefusal(
        counted("tuned", (points) => points.push(point)),
        "CommitmentCountMismatch",
        [8n, 9n],
      );
      await expectRefusal(
        counted("masks", (points) => points.pop()),
        "CommitmentCountMismatch",
        [2n, 1n],
      );
      await expectRefusal(
        counted("masks", (points) => points.push(point)),
        "CommitmentCountMismatch",
        [2n, 3n],
      );
      await expectRefusal(
        asked(norm, (segment) => segment.commitments.masks.push(point)),
        "CommitmentCountMismatch",
        [0n, 1n],
      );
    });

    it("to factors without a rank rule", async () => {
      for (const name of ["factorA", "factorB"] as const) {
        await expectRefusal(
          asked(norm, (segment) => (segment.commitments[name] = { x: 1n, y: 2n })),
          "UnexpectedFactors",
        );
      }
    });

    it("off the curve or with coordinates above the field", async () => {
      for (const name of ["factorA", "factorB", "multiplicity", "blinding"] as const) {
        for (const y of [3n, 2n + FQ_ORDER]) {
          await expectRefusal(
            asked(mixed, (segment) => (segment.commitments[name] = { x: 1n, y })),
            "PointNotOnCurve",
            [1n, y],
          );
        }
      }
      await expectRefusal(
        asked(mixed, (segment) => (segment.commitments.masks[1] = { x: 1n, y: 3n })),
        "PointNotOnCurve",
        [1n, 3n],
      );
    });

    it("off the curve in the fine-tuned model's own tree", async () => {
      // The tree can hold anything: roots are computed from the calldata, so the points are looked at.
      const bad = { x: 1n, y: 3n };
      await expectRefusal(
        asked(norm, (segment) => (segment.commitments.tuned[1] = bad)),
        "PointNotOnCurve",
        [1n, 3n],
      );
    });

    it("that the opening does not belong to", async () => {
      for (const name of ["multiplicity", "blinding", "factorA", "factorB"] as const) {
        await expectRefusal(
          asked(mixed, (segment) => (segment.commitments[name] = { x: 1n, y: 2n })),
          "InvalidOpening",
          [0n],
        );
      }
      await expectRefusal(
        asked(mixed, (segment) => void segment.commitments.masks.reverse()),
        "InvalidOpening",
      );
    });
  });
});
