import { expect } from "chai";
import { largestEntries } from "../../../src/factors/largest-entries.js";
import { MagnitudeCounts } from "../../../src/authoring/measure-magnitudes.js";
import { integerIn, seededRandom } from "../../support/random.js";

const HALF = 8192;

function countsOf(...tiles: readonly (readonly number[])[]): MagnitudeCounts {
  const counts = new MagnitudeCounts(HALF);
  for (const tile of tiles) counts.add(Float64Array.from(tile));
  return counts;
}

const squares = (values: readonly number[]): bigint => values.reduce((sum, value) => sum + BigInt(value) ** 2n, 0n);

describe("counted magnitudes", () => {
  it("masks what the prover's mask takes, and sums the rest exactly", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      const draw = (): number => {
        const size = 2 ** integerIn(random, 0, 40);
        return random() < 0.5 ? 0 : integerIn(random, -size, size);
      };
      const tiles = [Array.from({ length: 64 }, draw), Array.from({ length: 64 }, draw)];
      const counts = countsOf(...tiles);
      for (const budget of [0n, 1n, 7n, 50n, 1000n]) {
        const masked = largestEntries(
          tiles.map((tile) => ({ values: Float64Array.from(tile), exponent: 0 })),
          budget,
          HALF,
        );
        const rest = tiles.flatMap((tile, i) => tile.filter((_, x) => !(masked[i] as Uint32Array).includes(x)));
        const left = counts.masked(budget);
        expect(left.sumSquares, `seed ${seed}, budget ${budget}`).to.equal(squares(rest));
        expect(left.masked).to.equal(BigInt(masked[0]!.length + masked[1]!.length));
        expect(left.largestLeft).to.equal(Math.max(0, ...rest.map(Math.abs)));
      }
    }
  });

  it("finds the fewest entries whose masking keeps a bound", () => {
    const counts = countsOf([5, -5, 3, 1, 0, 0]);
    expect(counts.needed(60n)).to.equal(0n);
    expect(counts.needed(59n)).to.equal(1n);
    expect(counts.needed(35n)).to.equal(1n);
    expect(counts.needed(34n)).to.equal(2n);
    expect(counts.needed(1n)).to.equal(3n);
    expect(counts.needed(0n)).to.equal(4n);
  });

  it("counts what the entry range does not hold: -half is in it, half is not", () => {
    expect(countsOf([HALF - 1, -HALF]).outside).to.equal(0);
    expect(countsOf([HALF - 1, HALF]).outside).to.equal(1);
    expect(countsOf([-HALF - 1, 2 ** 33]).outside).to.equal(2);
    expect(countsOf([-HALF - 1, 4]).needed(2n ** 60n)).to.equal(1n);
  });

  it("tells how many of equal entries are masked", () => {
    expect(countsOf([7, -7, 7, 2]).masked(2n)).to.deep.equal({
      sumSquares: 53n,
      masked: 2n,
      largestLeft: 7,
      maskedTies: 2,
    });
  });
});
