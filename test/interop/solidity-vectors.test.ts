import { expect } from "chai";
import { network } from "hardhat";
import { wordToHexBE } from "../../src/algebra/hex.js";
import { MERCURY_POINTS, MERCURY_SCALARS } from "../../src/argument/mercury/proof.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { readSegmentVectors, type SegmentVector } from "../support/segment-vectors.js";

const ZERO_POINT = { x: 0n, y: 0n };

/** `f` of tiles whose squares count once; of the others it is less. */
const FINEST = 31;

/** A policy of exactly the vector's places, one after the other, over tiles of such fraction bits that units are the vector's. */
function policyOf({ places }: SegmentVector): [classes: unknown[], rules: unknown[], ranges: unknown[]] {
  const fractionBits = places.flatMap(({ units }) => units.map((unit) => FINEST - unit));
  const classes = fractionBits.flatMap((f, firstTile) =>
    f === fractionBits[firstTile - 1] ? [] : [{ firstTile, fractionBits: f }],
  );
  let next = 0;
  const ranges = places.flatMap(({ units }, rule) => {
    const ofRule: { firstTile: number; tileCount: number; rule: number }[] = [];
    for (const tile of units.map((_, i) => next + i)) {
      const last = ofRule.at(-1);
      if (last === undefined || fractionBits[tile] !== fractionBits[tile - 1]) {
        ofRule.push({ firstTile: tile, tileCount: 1, rule });
      } else last.tileCount += 1;
    }
    next += units.length;
    return ofRule;
  });
  const rules = places.map((place) => ({
    unit: FINEST + Number(place.shift),
    gridCols: BigInt(place.colPanels),
    maxRank: BigInt(place.rank),
    shift: BigInt(place.shift),
    maxNonzeros: BigInt(place.maxNonzeros),
    maxResidualSq: BigInt(place.maxResidualSq),
  }));
  return [classes, rules, ranges];
}

/** The segment of a vector; only what the statement reads is filled in. */
function segmentOf(vector: SegmentVector): unknown {
  const tileCount = vector.places.reduce((sum, place) => sum + Number(place.tileCount), 0);
  const points = Array.from({ length: tileCount }, () => ZERO_POINT);
  return {
    routeId: wordToHexBE(0n),
    uses: vector.places.map(({ tileCount, maxNonzeros, maxResidualSq }, ruleIndex) => ({
      ruleIndex,
      tileCount,
      maxNonzeros: BigInt(maxNonzeros),
      maxResidualSq: BigInt(maxResidualSq),
    })),
    tiles: Array.from({ length: tileCount }, (_, tile) => tile),
    order: "0x",
    commitments: {
      base: points,
      tuned: points,
      masks: [],
      factorA: ZERO_POINT,
      factorB: ZERO_POINT,
      multiplicity: ZERO_POINT,
      blinding: ZERO_POINT,
    },
    claim: vector.claim,
    h: vector.h,
    groth16: {
      a: [0n, 0n],
      b: [
        [0n, 0n],
        [0n, 0n],
      ],
      c: [0n, 0n],
    },
    mercury: Object.fromEntries<unknown>([
      ...MERCURY_POINTS.map((name): [string, unknown] => [name, ZERO_POINT]),
      ...MERCURY_SCALARS.map((name): [string, unknown] => [name, 0n]),
    ]),
    multiProof: { proof: [], proofFlags: [] },
  };
}

describe("shared vectors of segment proofs, in Solidity", () => {
  it("give the statement and the public signals of TypeScript and of the circuit", async () => {
    const { ethers } = await network.create();
    const harness = await ethers.deployContract("StatementHarness");
    const { segments } = await readSegmentVectors();
    for (const vector of segments) {
      const call = harness.getFunction("publicSignals");
      const [values, signals] = (await call.staticCall(
        ...policyOf(vector),
        segmentOf(vector),
        TIERS[vector.tier].id,
        vector.d1,
      )) as [bigint[], bigint[]];
      const { theta, psi, z, y } = vector.claim;
      const expected = [...vector.statement, theta, psi, ...z, y, vector.h];
      expect(Array.from(values, wordToHexBE), vector.class).to.deep.equal(expected);
      expect(Array.from(signals, wordToHexBE), vector.class).to.deep.equal([vector.h, vector.eta, vector.v]);
    }
  });
});
