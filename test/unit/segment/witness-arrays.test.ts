import { expect } from "chai";
import { tileDifference } from "../../../src/difference/tile-difference.js";
import { countEntries, firstOutside, sumOfSquares } from "../../../src/difference/entries.js";
import type { Factors } from "../../../src/factors/factors.js";
import { largestEntries } from "../../../src/factors/largest-entries.js";
import { plainResidual, rankResidual } from "../../../src/difference/residual.js";
import { segmentLayout, type RulePlace } from "../../../src/segment/statement.js";
import { buildWitness } from "../../../src/segment/witness.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { naivePlace } from "../../support/naive-witness.js";
import { integerIn, seededRandom } from "../../support/random.js";

const SEED = 20260;
const { nano, small } = TIERS;

function place(bounds: Partial<RulePlace>): RulePlace {
  return {
    tileCount: 3,
    rowPanels: 0,
    colPanels: 0,
    rank: 0,
    shift: 0,
    maxResidualSq: 2n ** 99n,
    maxNonzeros: 0n,
    units: [0, 0, 0],
    ...bounds,
  };
}

describe(`arrays of the witness (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const rank = { rowPanels: 3, colPanels: 1, rank: 2 };
  const kinds: readonly [name: string, bounds: Partial<RulePlace>, tie: number][] = [
    ["a norm rule", {}, 120],
    ["a mask with many ties", { maxNonzeros: 100n }, 2],
    ["a mask of everything", { maxNonzeros: 2n ** 39n }, 60],
    ["a mask of one entry", { maxNonzeros: 1n }, 120],
    ["factors", rank, 7],
    ["factors and a mask with ties", { ...rank, maxNonzeros: 77n }, 1],
    ["factors with a shift and a mask", { ...rank, shift: 3, maxNonzeros: 500n }, 7],
    ["residuals beyond 2^53", { ...rank, shift: 40, maxNonzeros: 768n }, 2 ** 30],
  ];
  for (const [name, bounds, largest] of kinds) {
    for (const Entries of [Int32Array, Float64Array]) {
      it(`are the naive ones for ${name}, differences as ${Entries.name}`, () => {
        const rule = place(bounds);
        const isRank = rule.rank > 0;
        const panels = (count: number): Int32Array[] =>
          Array.from({ length: count }, () =>
            Int32Array.from({ length: nano.n * rule.rank }, () => integerIn(random, -3, 3)),
          );
        const factors: Factors | undefined = isRank ? { a: panels(3), b: panels(1) } : undefined;
        const deltas = Array.from(
          { length: 3 },
          () => new Entries(Array.from({ length: nano.tileSize }, () => integerIn(random, -largest, largest))),
        );
        const given = deltas.map((delta) => delta.slice());
        const places = [rule];
        const witness = buildWitness(nano, places, segmentLayout(nano, places), { deltas, factors: [factors] });
        const counts = new Array<number>(nano.tileSize).fill(0);
        const lookups = [witness.factorA, witness.factorB].map((factor) => ({ residual: Array.from(factor, BigInt) }));
        const expected = naivePlace(nano, rule, given, factors);
        for (const { residual } of [...expected, ...lookups]) for (const e of residual) counts[Number(e) + 128]!++;
        witness.tiles.forEach((tile, i) => {
          expect(Array.from(tile.residual, BigInt)).to.deep.equal(expected[i]!.residual);
          expect(Array.from(tile.mask?.positions ?? [])).to.deep.equal(expected[i]!.positions);
          expect(tile.mask?.residuals ?? []).to.deep.equal(expected[i]!.masked);
          expect(Array.from(tile.delta), "the difference").to.deep.equal(Array.from(given[i]!));
          expect(Array.from(deltas[i]!), "the input").to.deep.equal(Array.from(given[i]!));
        });
        expect(Array.from(witness.multiplicities)).to.deep.equal(counts);
      });
    }
  }

  it("share one array where the residual is the difference", () => {
    const places = [place({ tileCount: 1, units: [0] })];
    const delta = new Int32Array(nano.tileSize).fill(3);
    const { tiles } = buildWitness(nano, places, segmentLayout(nano, places), { deltas: [delta] });
    expect(tiles[0]!.residual).to.equal(delta);
    expect(tiles[0]!.delta).to.equal(delta);
  });

  it("subtract tiles exactly, in 32 bits where these hold the difference", () => {
    const most = 2 ** 31 - 1;
    const near = tileDifference(Int32Array.of(1, -5, most), Int32Array.of(-2, 7, most));
    expect(near).to.be.instanceOf(Int32Array);
    expect(Array.from(near)).to.deep.equal([-3, 12, 0]);
    const far = tileDifference(Int32Array.of(-most, most, 1), Int32Array.of(most, -most, 1));
    expect(Array.from(far)).to.deep.equal([2 * most, -2 * most, 0]);
    expect(() => tileDifference(new Int32Array(2), new Int32Array(3))).to.throw(RangeError);
  });

  it("sum squares exactly, whatever the entries", () => {
    for (const largest of [2 ** 19, 2 ** 31 - 1]) {
      const entries = Int32Array.from({ length: 2 ** 15 + 77 }, () => integerIn(random, -largest, largest));
      entries.fill(-(2 ** 19), 0, 100);
      const expected = entries.reduce((sum, e) => sum + BigInt(e) * BigInt(e), 0n);
      expect(sumOfSquares(entries)).to.equal(expected);
    }
    expect(sumOfSquares(new Int32Array(2 ** 15).fill(-(2 ** 19)))).to.equal(2n ** 53n);
    expect(sumOfSquares(new Int32Array(0))).to.equal(0n);
  });

  it("find the first entry outside the range, and count those inside", () => {
    const entries = Int32Array.of(-4, 3, 0, 0, 3);
    expect([firstOutside(entries, 4), firstOutside(entries, 3), firstOutside(Int32Array.of(0, 4), 4)]).to.deep.equal([
      -1, 0, 1,
    ]);
    const counts = new Int32Array(8);
    countEntries(entries, counts);
    expect(Array.from(counts)).to.deep.equal([1, 0, 0, 0, 2, 0, 0, 2]);
  });

  it("choose the largest entries as sorting does, for magnitudes of every size", () => {
    for (let round = 0; round < 60; round++) {
      const bits = integerIn(random, 1, 71);
      const tiles = Array.from({ length: 3 }, () =>
        Float64Array.from({ length: 50 }, () => {
          const size = Math.floor(random() * 2 ** integerIn(random, 0, bits));
          return random() < 0.5 ? -size : size;
        }),
      );
      const budget = integerIn(random, 0, 160);
      const chosen = tiles
        .flatMap((tile, i) => Array.from(tile, (value, x) => ({ i, x, size: Math.abs(value) })))
        .filter(({ size }) => size > 0)
        .sort((p, q) => q.size - p.size || p.i - q.i || p.x - q.x)
        .slice(0, budget);
      const expected = tiles.map((_, i) =>
        chosen
          .filter((entry) => entry.i === i)
          .map(({ x }) => x)
          .sort((a, b) => a - b),
      );
      const counted = tiles.map((values) => ({ values, exponent: 0 }));
      const actual = largestEntries(counted, BigInt(budget), 2 ** 80).map((positions) => Array.from(positions));
      expect(actual, `round ${round}, ${bits} bits, budget ${budget} (seed ${SEED})`).to.deep.equal(expected);
    }
  });

  it("choose first what only a mask can carry, then by drift rather than by integers", () => {
    const tiles = [
      { values: Int32Array.from([7, -9, 0, 8]), exponent: 0 },
      { values: Int32Array.from([3, 0, -2, 1]), exponent: 2 },
    ];
    const chosen = (budget: bigint): number[][] =>
      largestEntries(tiles, budget, 8).map((positions) => Array.from(positions));
    // -9 and 8 leave [-8, 8). The drifts of the others are 7; 12, -8 and 4.
    expect(chosen(1n)).to.deep.equal([[1], []]);
    expect(chosen(2n)).to.deep.equal([[1, 3], []]);
    expect(chosen(3n)).to.deep.equal([[1, 3], [0]]);
    expect(chosen(5n)).to.deep.equal([
      [0, 1, 3],
      [0, 2],
    ]);
    expect(chosen(9n)).to.deep.equal([
      [0, 1, 3],
      [0, 2, 3],
    ]);
  });

  it("multiply factors of the largest size and every rank exactly", () => {
    const { n } = small;
    const half = 2 ** 19;
    for (const ranks of [1, 3, 4, 7, 16]) {
      const panel = (): Int32Array =>
        Int32Array.from({ length: n * ranks }, () => (random() < 0.5 ? -half : integerIn(random, -half, half - 1)));
      const [a, b] = [panel(), panel()];
      const delta = Int32Array.from({ length: n * n }, () => integerIn(random, -(2 ** 31), 2 ** 31 - 1));
      const { values, exactAt } = rankResidual(n, ranks, 11, delta, a, b);
      for (let i = 0; i < 300; i++) {
        const x = integerIn(random, 0, n * n - 1);
        let expected = BigInt(delta[x]!) << 11n;
        for (let k = 0; k < ranks; k++) {
          expected -= BigInt(a[Math.floor(x / n) * ranks + k]!) * BigInt(b[k * n + (x % n)]!);
        }
        expect(BigInt(values[x]!), `rank ${ranks}, entry ${x} (seed ${SEED})`).to.equal(expected);
        expect(exactAt(x)).to.equal(expected);
      }
    }
  });

  it("keep 32-bit residuals in 32 bits", () => {
    expect(plainResidual(Float64Array.of(1, -2)).values).to.be.instanceOf(Int32Array);
    expect(plainResidual(Float64Array.of(2 ** 31)).values).to.be.instanceOf(Float64Array);
  });
});
