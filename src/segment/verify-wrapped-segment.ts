import { verifyTiles } from "../commitment/tile-tree.js";
import { g1Equals, G1_INFINITY, isG1, type G1 } from "../algebra/g1.js";
import { coversTile, tileCountOf, type Policy, type Rule } from "../policy/rule.js";
import { segmentLayout, type RulePlace, type SegmentCommitments } from "./statement.js";
import { placesOf, statementOf } from "./statement-of.js";
import type { Hex } from "../algebra/hex.js";
import { InputError, VerificationError } from "../errors/errors.js";
import { verifyMercury } from "../argument/mercury/verify.js";
import { FR_ORDER } from "../protocol/constants.js";
import { tierById, type Tier } from "../protocol/tiers.js";
import { combineCommitments } from "./combine.js";
import type { CertificateHead, WrappedSegment } from "./wrapped-segment.js";
import { verifyGroth16 } from "../groth16/groth16.js";
import { publicSignals } from "./public-signals.js";
import type { TrustAnchors } from "./trust-anchors.js";

/**
 * Every check of one segment: that its proof is valid and changes the model of root `prevMerkleRoot` into that of its
 * `nextMerkleRoot` within the shares that it names. That the head's models, policy and classes are well-formed and fit each
 * other, that the rules exist, that all segments' shares sum to at most the rules' bounds and that their tiles ascend, is the
 * caller's to check.
 * Throws `VerificationError` whose phase starts with `name`; `InputError` if the tier's key is missing.
 */
export function assertWrappedSegment(
  name: string,
  head: Omit<CertificateHead, "manifest">,
  segment: WrappedSegment,
  prevMerkleRoot: Hex,
  anchors: TrustAnchors,
): void {
  const { nextMerkleRoot } = segment;
  const tier = tierById(segment.tierId);
  if (tier?.t !== head.base.t)
    throw new VerificationError(`${name}/tier`, `tier ${segment.tierId} does not fit tiles of 2^${head.base.t}`);
  assertTiles(name, head.policy, segment);
  assertOrder(name, head.policy, segment);
  const places = placesOf(head, segment);
  asVerification(`${name}/rules`, () => segmentLayout(tier, places));
  assertCommitments(name, tier, places, segment.commitments);
  assertScalars(name, tier, segment);

  if (nextMerkleRoot === prevMerkleRoot) throw new VerificationError(`${name}/merkle`, "the segment changes nothing");
  const ascending = segment.tiles.map((tile, slot) => ({ tile, slot })).sort((a, b) => a.tile - b.tile);
  const tiles = ascending.map(({ tile }) => tile);
  const pick = (points: readonly G1[]): G1[] => ascending.map(({ slot }) => points[slot] as G1);
  if (!verifyTiles(prevMerkleRoot, tiles, pick(segment.commitments.base), segment.multiProof)) {
    throw new VerificationError(`${name}/merkle`, "the base tiles do not belong to the model before the segment");
  }
  if (!verifyTiles(nextMerkleRoot, tiles, pick(segment.commitments.tuned), segment.multiProof)) {
    throw new VerificationError(`${name}/merkle`, "the fine-tuned tiles do not belong to the model after the segment");
  }

  const statement = statementOf(head, { ...segment, tier, places, prevMerkleRoot });
  const { h, eta, v } = publicSignals(statement, segment.claim, segment.h);
  const key = anchors.verifyingKey(tier);
  if (key === undefined) {
    throw new InputError(`no verifying key for tier ${tier.name}`, {
      remedy: `Run \`fti setup --tier ${tier.name}\` or fetch the key that the registry uses.`,
    });
  }
  if (!verifyGroth16(key, [h, eta, v], segment.groth16)) {
    throw new VerificationError(`${name}/groth16`, "the wrapped proof is not valid for this statement");
  }
  const opening = verifyMercury(
    anchors.srs,
    {
      commitment: combineCommitments(statement, segment.claim, segment.commitments),
      point: segment.claim.z,
      value: segment.claim.y,
      seedWords: [h, eta, v],
    },
    segment.mercury,
  );
  if (!opening.ok)
    throw new VerificationError(`${name}/${opening.phase}`, "the combined commitment does not open as claimed");
}

/** Rank rules come first, each part in policy order; a rank rule brings all of its tiles. */
function assertOrder(name: string, policy: Policy, { uses }: WrappedSegment): void {
  let previous = { isRank: true, ruleIndex: -1 };
  for (const { ruleIndex, tileCount } of uses) {
    const rule = policy.rules[ruleIndex] as Rule;
    const isRank = rule.maxRank > 0;
    const inOrder = isRank === previous.isRank ? ruleIndex > previous.ruleIndex : previous.isRank;
    if (!inOrder)
      throw new VerificationError(
        `${name}/rules`,
        `rule ${ruleIndex} is out of order: rank rules first, each part in policy order`,
      );
    if (isRank && tileCount !== tileCountOf(rule)) {
      throw new VerificationError(`${name}/rules`, `rule ${ruleIndex} bounds a rank and must bring all its tiles`, {
        expected: String(tileCountOf(rule)),
        actual: String(tileCount),
      });
    }
    previous = { isRank, ruleIndex };
  }
}

/** Tiles lie in their rules and ascend within each use; rules are disjoint, so no tile comes twice. */
function assertTiles(name: string, policy: Policy, segment: WrappedSegment): void {
  let slot = 0;
  for (const { ruleIndex, tileCount } of segment.uses) {
    const rule = policy.rules[ruleIndex] as Rule;
    let next = 0;
    for (let i = 0; i < tileCount; i++, slot++) {
      const tile = segment.tiles[slot];
      if (tile === undefined || tile < next || !coversTile(rule, tile)) {
        throw new VerificationError(
          `${name}/tiles`,
          `tile ${tile ?? "(missing)"} at slot ${slot} is not an increasing tile of rule ${ruleIndex}`,
        );
      }
      next = tile + 1;
    }
  }
  if (slot !== segment.tiles.length) {
    throw new VerificationError(`${name}/tiles`, `${segment.tiles.length} tiles are listed, the rules use ${slot}`);
  }
}

function assertCommitments(
  name: string,
  tier: Tier,
  places: readonly RulePlace[],
  commitments: SegmentCommitments,
): void {
  const layout = segmentLayout(tier, places);
  const expectCount = (list: string, actual: number, expected: number): void => {
    if (actual !== expected) {
      throw new VerificationError(`${name}/commitments`, `${list} has ${actual} points`, {
        expected: String(expected),
        actual: String(actual),
      });
    }
  };
  expectCount("base", commitments.base.length, layout.usedSlots);
  expectCount("tuned", commitments.tuned.length, layout.usedSlots);
  expectCount("masks", commitments.masks.length, layout.masked.filter(Boolean).length);
  const { base, tuned, masks, factorA, factorB, multiplicity, blinding } = commitments;
  if (![...base, ...tuned, ...masks, factorA, factorB, multiplicity, blinding].every(isG1)) {
    throw new VerificationError(`${name}/commitments`, "a commitment is not a point of the curve");
  }
  const hasRank = places.some((place) => place.rank > 0);
  if (!hasRank && !(g1Equals(factorA, G1_INFINITY) && g1Equals(factorB, G1_INFINITY))) {
    throw new VerificationError(`${name}/commitments`, "there are factors but no rank rule");
  }
}

function assertScalars(name: string, tier: Tier, { claim, h }: WrappedSegment): void {
  if (claim.z.length !== tier.ell) {
    throw new VerificationError(`${name}/scalars`, `z has ${claim.z.length} coordinates`, {
      expected: String(tier.ell),
    });
  }
  if ([claim.theta, claim.psi, claim.y, h, ...claim.z].some((scalar) => scalar < 0n || scalar >= FR_ORDER)) {
    throw new VerificationError(`${name}/scalars`, "a scalar is not below the field's order");
  }
}

/** Runs a check of input as a check of the certificate: what it throws becomes a `VerificationError`. */
export function asVerification<T>(phase: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof InputError || error instanceof SyntaxError) throw new VerificationError(phase, error.message);
    throw error;
  }
}
