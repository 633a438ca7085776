import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { writePair } from "../../../scripts/gpt2-pair.js";
import { elementCount, gpt2Tensors, SIZES } from "../../../scripts/gpt2/shapes.js";
import { Workplace } from "../../support/cli.js";
import { openFile, valuesOf } from "../../support/models.js";

const SEED = 7;

describe("the synthetic pair of models of GPT-2's shape", () => {
  let place: Workplace;
  beforeEach(async () => {
    place = await Workplace.open();
  });
  afterEach(() => place.close());

  it("has GPT-2's number of parameters", () => {
    const parameters = gpt2Tensors(SIZES["124M"]).reduce((sum, { shape }) => sum + elementCount(shape), 0);
    expect(parameters).to.equal(124_439_808);
  });

  it("is the same for the same seed, and says that it is synthetic", async () => {
    for (const name of ["a", "b"]) await writePair(place.path(name), SIZES["0.1M"], { kind: "lora", rank: 2 }, SEED);
    for (const file of ["base.safetensors", "tuned.safetensors"]) {
      const [a, b] = await Promise.all(["a", "b"].map((name) => readFile(place.path(`${name}/${file}`))));
      expect(a?.equals(b ?? Buffer.alloc(0))).to.equal(true);
      expect(a?.subarray(0, 300).toString()).to.include("SYNTHETIC");
    }
    expect(await place.read("a/pair.json")).to.include("SYNTHETIC");
  });

  it("moves c_attn by a product of the given rank, and nothing else", async () => {
    const rank = 2;
    await writePair(place.path("lora"), SIZES["0.1M"], { kind: "lora", rank }, SEED);
    const base = await openFile(await readFile(place.path("lora/base.safetensors")));
    const tuned = await openFile(await readFile(place.path("lora/tuned.safetensors")));
    for (const { name, shape } of gpt2Tensors(SIZES["0.1M"])) {
      const [from, to] = [await valuesOf(base, name), await valuesOf(tuned, name)];
      const change = to.map((value, x) => value - (from[x] ?? 0));
      if (!name.endsWith("c_attn.weight")) expect(Math.max(...change.map(Math.abs)), name).to.equal(0);
      else expect(numericalRank(change, shape[1] ?? 1)).to.equal(rank);
    }
  });

  it("moves every tensor under dense drift, by the norm that it states", async () => {
    const { norm, maxNorm } = await writePair(place.path("d"), SIZES["0.1M"], { kind: "dense", deviation: 1e-3 }, SEED);
    // Plain comparisons: Hardhat's matchers, loaded in the same run, refuse numbers that are not whole.
    expect(Math.abs(norm - 1e-3 * Math.sqrt(86_976)) < 0.01, `norm ${norm}`).to.equal(true);
    expect(Number(maxNorm) > norm, `bound ${maxNorm}`).to.equal(true);
  });
});

/** Rank up to the rounding of float32, by elimination with full pivoting over the first rows. */
function numericalRank(matrix: readonly number[], columns: number): number {
  const rows = Array.from({ length: 12 }, (_, u) => matrix.slice(u * columns, (u + 1) * columns));
  let rank = 0;
  for (;;) {
    let best = { size: 1e-6, u: -1, v: -1 };
    rows.forEach((row, u) => {
      row.forEach((value, v) => {
        if (Math.abs(value) > best.size) best = { size: Math.abs(value), u, v };
      });
    });
    const [pivot] = best.u < 0 ? [] : rows.splice(best.u, 1);
    if (pivot === undefined) return rank;
    rank++;
    for (const row of rows) {
      const factor = (row[best.v] ?? 0) / (pivot[best.v] ?? 1);
      for (let v = 0; v < columns; v++) row[v] = (row[v] ?? 0) - factor * (pivot[v] ?? 0);
    }
  }
}
