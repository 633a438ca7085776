import { expect } from "chai";
import { chooseShift } from "../../../src/factors/choose-shift.js";
import { fitRealFactors } from "../../../src/factors/real-factors.js";
import {
  matrixOf,
  searchFactors,
  type FactorSearchInput,
  type GridChange,
} from "../../../src/factors/search-factors.js";
import { openPair, type FixturePair } from "../../support/fixture-pairs.js";
import { gridChange, leftBy, wrongFactor, type Left } from "../../support/grid-change.js";

const TENSORS = ["0", "1"].flatMap((layer) =>
  ["q_proj", "v_proj"].map((part) => `model.encoder.layers.${layer}.self_attn.${part}.weight`),
);
/** The tensor of lora-plus-sparse-same in which 200 single weights were trained. */
const MIXED = "model.encoder.layers.0.self_attn.v_proj.weight";
const TIERS = ["small", "medium"] as const;

interface Found extends Left {
  readonly shift: number;
  /** `Σ E²` over the noise that is expected of dtype and quantization. */
  readonly ratio: number;
}

/** The factors of a change at the shift that is chosen for them, or at a given one. */
function find(change: GridChange & { readonly noise: number }, rank: number, nonzeros = 0, given?: number): Found {
  const maxNonzeros = BigInt(nonzeros);
  const real = fitRealFactors(matrixOf(change), rank, maxNonzeros);
  const shift = given ?? chooseShift(change.tier, real, change.noise);
  const input: FactorSearchInput = { ...change, rank, maxNonzeros, shift };
  const factors = searchFactors(input);
  expect(wrongFactor(input, factors)).to.equal("none");
  const left = leftBy(input, factors);
  return { ...left, shift, ratio: left.sumSquares / 4 ** shift / change.noise };
}

async function withPair(
  base: string,
  tuned: string,
  tier: (typeof TIERS)[number],
  run: (pair: FixturePair) => unknown,
): Promise<void> {
  const pair = await openPair(`transformer/${base}`, `transformer/${tuned}`, tier);
  try {
    await run(pair);
  } finally {
    await pair.close();
  }
}

describe("searching the factors of a change", () => {
  for (const dtype of ["f32", "f16", "bf16"]) {
    it(`finds rank 4 in a LoRA merged in ${dtype}, down to the noise, and not rank 3`, async () => {
      const base = dtype === "f32" ? "base" : `base-${dtype}`;
      for (const tier of TIERS) {
        await withPair(base, `lora-merged-${dtype}`, tier, async (pair) => {
          for (const name of TENSORS) {
            const change = await gridChange(pair, name);
            const label = `${tier}, ${name}`;
            const found = find(change, 4);
            expect(found.ratio < 1.5, `${label}: ${found.ratio}`).to.equal(true);
            // The part that a rank less cannot have, at the same shift.
            const lower = find(change, 3, 0, found.shift);
            expect(lower.ratio > 400, `${label}: ${lower.ratio}`).to.equal(true);
          }
        });
      }
    });
  }

  it("finds 200 single weights inside a merge exactly; one less leaves one of them", async () => {
    // Fine enough that the smallest of them, 81 units of 2^-20, is far above the noise.
    const pair = await openPair("transformer/base", "transformer/lora-plus-sparse-same", "medium", 18);
    const merged = await openPair("transformer/base", "transformer/lora-merged-f32", "medium", 18);
    const [change, honest] = [await gridChange(pair, MIXED), await gridChange(merged, MIXED)];
    const trained = change.deltas.flatMap((delta, tile) =>
      Array.from(delta, (value, x) => (value === honest.deltas[tile]![x] ? undefined : ([tile, x] as const))),
    );
    const expected = trained.filter((place) => place !== undefined);
    expect(expected).to.have.length(200);
    const real = fitRealFactors(matrixOf(change), 4, 200n);
    const { n } = change.tier;
    const masked = Array.from(real.mask.rows, (row, i) => [
      Math.floor(row / n) * change.colPanels + Math.floor(real.mask.cols[i]! / n),
      (row % n) * n + (real.mask.cols[i]! % n),
    ]);
    expect(masked).to.deep.equal(expected);
    expect(real.sumSquares < 1.5 * change.noise).to.equal(true);
    const one = fitRealFactors(matrixOf(change), 4, 199n);
    expect(one.largest > 5 * real.largest, `${one.largest} after ${real.largest}`).to.equal(true);
    const none = fitRealFactors(matrixOf(change), 4, 0n);
    expect(none.sumSquares > 1e5 * change.noise).to.equal(true);
    await pair.close();
    await merged.close();
  });

  it("leaves a backdoor far above the noise, with all factors that a tier holds", async () => {
    for (const tier of TIERS) {
      await withPair("base", "backdoor", tier, async (pair) => {
        for (const name of TENSORS) {
          const change = await gridChange(pair, name);
          for (const rank of [4, pair.tier.maxRank]) {
            const { ratio } = find(change, rank, 0, 4);
            expect(ratio > 10_000, `${tier}, ${name}, rank ${rank}: ${ratio}`).to.equal(true);
          }
        }
      });
    }
  });

  it("has factors in range for a model that was overwritten, at every shift", async () => {
    await withPair("base", "overwrite", "small", async (pair) => {
      const change = await gridChange(pair, MIXED);
      for (const shift of [0, 7, 14, 40]) {
        const { ratio } = find(change, 4, 10, shift);
        expect(ratio > 10_000, `shift ${shift}: ${ratio}`).to.equal(true);
      }
    });
  });

  it("finds the same factors every time", async () => {
    await withPair("base-bf16", "lora-merged-bf16", "small", async (pair) => {
      const input = { ...(await gridChange(pair, MIXED)), rank: 4, maxNonzeros: 5n, shift: 8 };
      expect(searchFactors(input)).to.deep.equal(searchFactors(input));
    });
  });
});
