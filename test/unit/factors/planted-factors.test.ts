import { expect } from "chai";
import fc from "fast-check";
import { fitRealFactors } from "../../../src/factors/real-factors.js";
import { matrixOf, searchFactors, type FactorSearchInput } from "../../../src/factors/search-factors.js";
import { normalColumns } from "../../../src/linalg/columns.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { leftBy, wrongFactor } from "../../support/grid-change.js";
import { integerIn, seededRandom } from "../../support/random.js";

const SEED = 20261123;

/** A change of 2 × 1 tiles of tier small: a part of low rank, noise of one unit, and single weights elsewhere. */
function planted(rank: number, count: number, outlier: number, seed: number): FactorSearchInput & { places: string[] } {
  const tier = TIERS.small;
  const [rows, cols] = [200, 128];
  const [a, b] = [normalColumns(rows, rank, seed), normalColumns(cols, rank, seed + 1)];
  const noise = normalColumns(rows, cols, seed + 2).values;
  const change = noise.map((error, at) => {
    const [u, v] = [Math.floor(at / cols), at % cols];
    let sum = error;
    for (let k = 0; k < rank; k++) sum += 300 * a.values[u * rank + k]! * b.values[v * rank + k]!;
    return Math.round(sum);
  });
  const random = seededRandom(seed);
  const places = new Set<number>();
  while (places.size < count) places.add(integerIn(random, 0, rows * cols - 1));
  for (const at of places) change[at]! += (random() < 0.5 ? -1 : 1) * Math.round(outlier * (1 + random()));
  const deltas = [0, 1].map((panel) => {
    const tile = new Int32Array(tier.tileSize);
    tile.set(change.subarray(panel * tier.tileSize, (panel + 1) * tier.tileSize));
    return tile;
  });
  const names = Array.from(places, (at) => `${Math.floor(at / cols)},${at % cols}`);
  return { tier, rowPanels: 2, colPanels: 1, rank, shift: 4, maxNonzeros: BigInt(count), deltas, places: names.sort() };
}

describe(`factors of planted changes (seed ${SEED})`, () => {
  for (const rank of [1, 4]) {
    for (const outlier of [30, 3000, 3_000_000]) {
      it(`finds rank ${rank} and all 300 single weights of ${outlier} units and more`, () => {
        const input = planted(rank, 300, outlier, SEED + rank);
        const { mask, sumSquares } = fitRealFactors(matrixOf(input), rank, 300n);
        const found = Array.from(mask.rows, (row, i) => `${row},${mask.cols[i]}`).sort();
        expect(found).to.deep.equal(input.places);
        expect(sumSquares < 1.2 * 200 * 128).to.equal(true);
      });
    }
  }

  it("keeps factors in range and never throws, whatever the change, the rank, the shift and the mask", () => {
    const { n, maxRank } = TIERS.nano;
    const entry = fc.oneof(
      fc.constant(0),
      fc.integer({ min: -3, max: 3 }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    );
    const change = fc.record({
      // A few entries repeated give changes of low rank and of few nonzeros.
      entries: fc.array(entry, { minLength: 1, maxLength: 40 }),
      rowPanels: fc.integer({ min: 1, max: 3 }),
      colPanels: fc.integer({ min: 1, max: 2 }),
      rank: fc.integer({ min: 1, max: maxRank }),
      shift: fc.integer({ min: 0, max: 40 }),
      maxNonzeros: fc.bigInt(0n, 2n ** 40n - 1n),
    });
    const sometimesFew = fc.tuple(change, fc.nat({ max: 60 }), fc.boolean());
    fc.assert(
      fc.property(sometimesFew, ([{ entries, ...rest }, few, isFew]) => {
        const tile = Int32Array.from({ length: n * n }, (_, x) => entries[x % entries.length] ?? 0);
        const deltas = Array.from({ length: rest.rowPanels * rest.colPanels }, () => tile);
        const input = { ...rest, tier: TIERS.nano, deltas, ...(isFew ? { maxNonzeros: BigInt(few) } : {}) };
        const factors = searchFactors(input);
        expect(wrongFactor(input, factors)).to.equal("none");
        const { sumSquares, masked } = leftBy(input, factors);
        expect(BigInt(masked.length) <= input.maxNonzeros).to.equal(true);
        // Factors of zeros are always possible.
        const zeros = (panels: readonly Int32Array[]): Int32Array[] =>
          panels.map((panel) => new Int32Array(panel.length));
        const without = leftBy(input, { a: zeros(factors.a), b: zeros(factors.b) });
        expect(sumSquares <= without.sumSquares * (1 + 1e-9), `${sumSquares} > ${without.sumSquares}`).to.equal(true);
      }),
      { numRuns: 150, seed: SEED },
    );
  });
});
