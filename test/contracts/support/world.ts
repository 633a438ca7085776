import { G1_GENERATOR, G1_INFINITY, g1Add, g1Mul, type G1 } from "../../../src/algebra/g1.js";
import { modelId, type ModelParts } from "../../../src/commitment/model-id.js";
import { TileTree } from "../../../src/commitment/tile-tree.js";
import { policyId, type Policy, type Rule } from "../../../src/policy/rule.js";
import {
  contextDigest,
  placeOf,
  segmentLayout,
  type OpeningClaim,
  type RuleShare,
  type SegmentCommitments,
  type SegmentStatement,
} from "../../../src/segment/statement.js";
import { sharesOf } from "../../../src/segment/shares.js";
import { keccakText } from "../../../src/algebra/keccak.js";
import type { Hex } from "../../../src/algebra/hex.js";
import { FR_ZERO, frAdd, frMul, frNeg, frPow, type Fr } from "../../../src/algebra/fr.js";
import { srsId } from "../../../src/argument/kzg/srs.js";
import { eqTable } from "../../../src/algebra/eq.js";
import { innerProduct } from "../../../src/algebra/univariate.js";
import { classTableHash, type TileClass } from "../../../src/quantize/class-table.js";
import type { Tier } from "../../../src/protocol/tiers.js";
import { combineBlindings, type SegmentBlindings } from "../../../src/segment/combine.js";
import type { Certificate } from "../../../src/certificate/certificate.js";
import type { WrappedSegment } from "../../../src/segment/wrapped-segment.js";
import type { Groth16Proof } from "../../../src/groth16/groth16.js";
import { publicSignals, type PublicSignals } from "../../../src/segment/public-signals.js";
import { knownTauSrs, seededFr, type KnownTauSrs } from "../../unit/argument/mercury/known-tau.js";
import { openCoefficients } from "../../support/mercury.js";

/** A polynomial of few terms. */
type Sparse = readonly (readonly [index: number, coefficient: Fr])[];

interface Committed {
  readonly polynomial: Sparse;
  readonly blinding: Fr;
  readonly point: G1;
}

/** Where a certificate is to be registered, and by whom. */
export interface Place {
  readonly chainId: bigint;
  readonly registry: Hex;
  readonly publisher: Hex;
}

/** A fine-tune: segments of rules with the tiles that change. */
export type SegmentSpec = readonly { readonly ruleIndex: number; readonly tiles: readonly number[] }[];

/** Makes a Groth16 proof for public signals; a mock verifier needs none. */
export type WrapSegment = (signals: PublicSignals) => Groth16Proof;

export const NO_PROOF: Groth16Proof = {
  a: G1_GENERATOR,
  b: { x: { c0: 1n, c1: 2n }, y: { c0: 3n, c1: 4n } },
  c: G1_GENERATOR,
};

/**
 * Models made of random tiles over an SRS whose secrets are known, and certificates about them in which everything
 * is honest but the circuit: claims are made up, and the openings are real.
 */
export class World {
  readonly tier: Tier;
  readonly trusted: KnownTauSrs;
  readonly base: ModelParts;
  readonly classes: readonly TileClass[];
  readonly policy: Policy;
  readonly #tiles: readonly Committed[];
  readonly #seed: string;
  readonly #next: () => Fr;
  #latest: readonly Committed[];

  /**
   * Beyond the first 64, tiles repeat (their leaves differ all the same), which makes large models cheap.
   * `ancestor`: the base is the fine-tuned model of the last certificate that it made, or of the same manifest with these
   * `tiles`.
   */
  constructor(
    seed: string,
    tier: Tier,
    tileCount: number,
    rules: readonly Rule[],
    ancestor?: World,
    tiles = ancestor === undefined ? undefined : ancestor.#latest,
    classes: readonly TileClass[] = ancestor?.classes ?? [{ firstTile: 0, fractionBits: FRACTION_BITS }],
  ) {
    this.#seed = seed;
    this.#next = seededFr(seed);
    this.tier = tier;
    this.trusted = knownTauSrs("contracts");
    const distinct = Array.from({ length: Math.min(tileCount, 64) }, () => this.#commit());
    this.#tiles = tiles ?? Array.from({ length: tileCount }, (_, i) => distinct[i % distinct.length] as Committed);
    this.#latest = this.#tiles;
    this.classes = classes;
    this.base = {
      srsId: srsId(this.trusted.srs),
      t: tier.t,
      tileCount,
      manifestHash: ancestor?.base.manifestHash ?? keccakText(`manifest/${seed}`),
      classTableHash: classTableHash(classes),
      merkleRoot: new TileTree(this.#points()).root,
    };
    this.policy = { baseModelId: modelId(this.base), rules };
  }

  /** The same base with a policy of its own, and other randomness. */
  withRules(seed: string, rules: readonly Rule[]): World {
    return new World(`${this.#seed}/${seed}`, this.tier, this.base.tileCount, rules, this, this.#tiles);
  }

  /** A tile of the base. */
  tileOf(index: number): Committed | undefined {
    return this.#tiles[index];
  }

  #points(): G1[] {
    return this.#tiles.map(({ point }) => point);
  }

  #commit(): Committed {
    const polynomial = Array.from({ length: 5 }, (_, i): [number, Fr] => [
      i < 2 ? i : Number(this.#next() % BigInt(this.tier.tileSize)),
      this.#next(),
    ]);
    const blinding = this.#next();
    const { tau, srs } = this.trusted;
    const value = polynomial.reduce<Fr>((sum, [index, c]) => frAdd(sum, frMul(c, frPow(tau, index))), FR_ZERO);
    return { polynomial, blinding, point: g1Add(g1Mul(G1_GENERATOR, value), g1Mul(srs.blindingBase, blinding)) };
  }

  /** A certificate for fresh tiles in place of the named ones, or for those of another world's base. */
  async certificate(
    place: Place,
    segments: readonly SegmentSpec[],
    wrap: WrapSegment = () => NO_PROOF,
    target?: World,
  ): Promise<Certificate> {
    let tree = new TileTree(this.#points());
    let prev = this.base;
    this.#latest = this.#tiles;
    const wrapped: WrappedSegment[] = [];
    const shares = sharesOf(
      this.policy.rules,
      segments.map((uses) => ({ uses })),
    );
    for (const [i, spec] of segments.entries()) {
      const tiles = spec.flatMap((use) => use.tiles);
      const tuned = new Map(tiles.map((tile) => [tile, target?.tileOf(tile) ?? this.#commit()]));
      const multiProof = tree.multiProof(tiles.toSorted((a, b) => a - b));
      tree = tree.with(new Map([...tuned].map(([tile, { point }]) => [tile, point])));
      const next: ModelParts = { ...prev, merkleRoot: tree.root };
      this.#latest = this.#latest.map((tile, i) => tuned.get(i) ?? tile);
      wrapped.push({
        ...(await this.#segment(place, spec, shares[i] as RuleShare[], tuned, prev, next, wrap)),
        nextMerkleRoot: tree.root,
        multiProof,
      });
      prev = next;
    }
    const { base, policy, classes } = this;
    return { ...place, base, tuned: prev, policy, classes, manifest: this.#seed, insecure: true, segments: wrapped };
  }

  async #segment(
    place: Place,
    spec: SegmentSpec,
    shares: readonly RuleShare[],
    tunedTiles: ReadonlyMap<number, Committed>,
    prev: ModelParts,
    next: ModelParts,
    wrap: WrapSegment,
  ): Promise<Omit<WrappedSegment, "nextMerkleRoot" | "multiProof">> {
    const { tier, policy, classes } = this;
    const uses = spec.map(({ ruleIndex, tiles }, i) => ({
      ruleIndex,
      tileCount: tiles.length,
      ...(shares[i] as RuleShare),
    }));
    const tiles = spec.flatMap((use) => use.tiles);
    const places = spec.map((use, i) =>
      placeOf(policy.rules[use.ruleIndex] as Rule, use.tiles, shares[i] as RuleShare, classes),
    );
    const layout = segmentLayout(tier, places);
    const base = tiles.map((tile) => this.#tiles[tile] as Committed);
    const tuned = tiles.map((tile) => tunedTiles.get(tile) as Committed);
    const maskedSlots = tiles.flatMap((_, slot) => (layout.masked[slot] === true ? [slot] : []));
    const masks = maskedSlots.map(() => this.#commit());
    const nothing: Committed = { polynomial: [], blinding: FR_ZERO, point: G1_INFINITY };
    const hasFactors = places.some(({ rank }) => rank > 0);
    const factorA = hasFactors ? this.#commit() : nothing;
    const factorB = hasFactors ? this.#commit() : nothing;
    const [multiplicity, blinding] = [this.#commit(), this.#commit()];

    const pointsOf = (list: readonly Committed[]): G1[] => list.map(({ point }) => point);
    const commitments: SegmentCommitments = {
      base: pointsOf(base),
      tuned: pointsOf(tuned),
      masks: pointsOf(masks),
      factorA: factorA.point,
      factorB: factorB.point,
      multiplicity: multiplicity.point,
      blinding: blinding.point,
    };
    const blindingsOf = (list: readonly Committed[]): Fr[] => list.map((committed) => committed.blinding);
    const blindings: SegmentBlindings = {
      base: blindingsOf(base),
      tuned: blindingsOf(tuned),
      masks: blindingsOf(masks),
      factorA: factorA.blinding,
      factorB: factorB.blinding,
      multiplicity: multiplicity.blinding,
      blinding: blinding.blinding,
    };

    const [theta, psi] = [this.#next(), this.#next()];
    const coefficients = new Array<Fr>(tier.tileSize).fill(FR_ZERO);
    const add = ({ polynomial }: Committed, weight: Fr): void => {
      for (const [i, c] of polynomial) coefficients[i] = frAdd(coefficients[i] ?? FR_ZERO, frMul(weight, c));
    };
    base.forEach((tile, slot) => add(tile, frNeg(frPow(theta, slot))));
    tuned.forEach((tile, slot) => add(tile, frPow(theta, slot)));
    masks.forEach((mask, i) => add(mask, frPow(theta, tier.slots + (maskedSlots[i] ?? 0))));
    add(multiplicity, frPow(theta, 2 * tier.slots));
    add(factorA, psi);
    add(factorB, frPow(psi, 2));
    add(blinding, frPow(psi, 3));

    const z = Array.from({ length: tier.ell }, () => this.#next());
    const claim: OpeningClaim = { theta, psi, z, y: innerProduct(coefficients, eqTable(z)) };
    const context = {
      ...place,
      tierId: tier.id,
      prevModelId: modelId(prev),
      nextModelId: modelId(next),
      policyId: policyId(policy),
      tiles,
    };
    const statement: SegmentStatement = { tier, d1: contextDigest(context, commitments), places };
    const signals = publicSignals(statement, claim, this.#next());
    const mercury = await openCoefficients(
      {
        coefficients,
        point: z,
        value: claim.y,
        blinding: combineBlindings(statement, claim, blindings),
        seedWords: [signals.h, signals.eta, signals.v],
      },
      this.trusted.commit,
    );
    return { tierId: tier.id, uses, tiles, commitments, claim, h: signals.h, groth16: wrap(signals), mercury };
  }
}

/** Fraction bits of a world's tiles, unless it has classes of its own. */
export const FRACTION_BITS = 8;

/** A rule about some tiles with everything at zero but what is given, in the unit of its tiles. */
export function rule(firstTile: number, tileCount: number, bounds: Partial<Rule> = {}): Rule {
  return {
    ranges: [{ firstTile, tileCount }],
    unit: FRACTION_BITS + (bounds.shift ?? 0),
    gridCols: 0,
    maxRank: 0,
    shift: 0,
    maxNonzeros: 0n,
    maxResidualSq: 1_000n,
    ...bounds,
  };
}
