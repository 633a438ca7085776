import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { combineColumns, normalColumns, orthonormalize } from "../../../src/linalg/columns.js";
import { matrixInMemory, type MatrixSource } from "../../../src/linalg/matrix-source.js";
import { numericalRank, spectrum } from "../../../src/linalg/spectrum.js";
import { truncatedSvd } from "../../../src/linalg/truncated-svd.js";
import { openModel } from "../../../src/model/open-model.js";
import { fileSystem } from "../../../src/node/file-source.js";
import { valuesOf } from "../../support/models.js";

const isNear = (actual: number, expected: number, tolerance: number): boolean =>
  Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));

/** `U·diag(s)·Vᵀ` with orthonormal `U`, `V` drawn from a seed. */
function knownMatrix(rows: number, cols: number, s: readonly number[], seed: number): MatrixSource {
  const [u, v] = [normalColumns(rows, s.length, seed), normalColumns(cols, s.length, seed + 1)];
  orthonormalize(u);
  orthonormalize(v);
  const values = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      s.forEach((sigma, k) => {
        values[i * cols + j] =
          (values[i * cols + j] ?? 0) + (u.values[i * s.length + k] ?? 0) * sigma * (v.values[j * s.length + k] ?? 0);
      });
    }
  }
  return matrixInMemory(rows, cols, values);
}

describe("linear algebra", () => {
  it("makes columns orthonormal and gives the triangle that takes them back", () => {
    const columns = normalColumns(40, 6, 3);
    // The last is a combination of two others.
    for (let row = 0; row < 40; row++) {
      columns.values[row * 6 + 5] = (columns.values[row * 6] ?? 0) - 2 * (columns.values[row * 6 + 3] ?? 0);
    }
    const before = columns.values.slice();
    const triangle = orthonormalize(columns);
    const back = combineColumns(columns, triangle, 6).values;
    expect(back.every((value, i) => isNear(value, before[i] ?? 0, 1e-13))).to.equal(true);
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) {
        let dot = 0;
        for (let row = 0; row < 40; row++)
          dot += (columns.values[row * 6 + i] ?? 0) * (columns.values[row * 6 + j] ?? 0);
        expect(isNear(dot, i === j && i < 5 ? 1 : 0, 1e-14), `${i}, ${j}`).to.equal(true);
      }
    }
  });

  for (const [rows, cols] of [
    [60, 30],
    [30, 60],
    [300, 280],
    [5, 3],
  ] as const) {
    it(`finds known singular values of ${rows} × ${cols}`, async () => {
      const s = [100, 10, 1, 1e-3].slice(0, Math.min(rows, cols));
      const matrix = knownMatrix(rows, cols, s, 7);
      const { values, isComplete, frobeniusSq } = await spectrum(matrix, 256);
      expect(isComplete).to.equal(Math.min(rows, cols) <= 256);
      expect(
        isNear(
          frobeniusSq,
          s.reduce((sum, x) => sum + x * x, 0),
          1e-12,
        ),
      ).to.equal(true);
      s.forEach((sigma, k) => {
        expect(Math.abs((values[k] ?? 0) - sigma) < 1e-12 * 100, `value ${k}: ${values[k] ?? 0}`).to.equal(true);
      });
      expect(values.slice(s.length).every((value) => value < 1e-11)).to.equal(true);
    });
  }

  it("gives back a matrix of low rank from its leading triples, in the order of its rows", async () => {
    const matrix = knownMatrix(70, 50, [5, 4, 3], 11);
    const { u, s, v } = await truncatedSvd(matrix, 3);
    const values = await matrix.readRows(0, 70);
    for (let x = 0; x < values.length; x += 97) {
      const [i, j] = [Math.floor(x / 50), x % 50];
      let entry = 0;
      for (let k = 0; k < 3; k++) entry += (u[i * 3 + k] ?? 0) * (s[k] ?? 0) * (v[j * 3 + k] ?? 0);
      expect(isNear(entry, values[x] ?? 0, 1e-12), `entry ${x}`).to.equal(true);
    }
  });

  it("fills up with zeros where there are fewer triples than asked for", async () => {
    const { s, u, v } = await truncatedSvd(knownMatrix(3, 40, [2, 1], 5), 6);
    expect(s.length).to.equal(6);
    expect([u.length, v.length]).to.deep.equal([18, 240]);
    expect(s.slice(2).every((value) => value < 1e-14)).to.equal(true);
  });

  it("takes a matrix of zeros", async () => {
    const { s } = await truncatedSvd(matrixInMemory(20, 10, new Float64Array(200)), 4);
    expect([...s]).to.deep.equal([0, 0, 0, 0]);
  });

  it("sees rank 4 in a real LoRA merge, and full rank in the backdoor that claims to be it", async () => {
    const open = (name: string): ReturnType<typeof openModel> =>
      openModel(fileSystem, fileURLToPath(new URL(`../../fixtures/transformer/${name}.safetensors`, import.meta.url)));
    const tensor = "model.encoder.layers.0.self_attn.v_proj.weight";
    const base = await open("base");
    const weights = await valuesOf(base, tensor);
    const ranks: Record<string, number> = {};
    for (const name of ["lora-merged-f32", "backdoor"]) {
      const tuned = await open(name);
      const delta = Float64Array.from(await valuesOf(tuned, tensor), (weight, i) => weight - (weights[i] ?? 0));
      const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
      // What rounding to float32 can reach (see the fixtures' README).
      ranks[name] = numericalRank(
        await spectrum(matrixInMemory(128, 128, delta), 256),
        2 ** -24 * largest * 2 * Math.sqrt(128),
      );
      await tuned.close();
    }
    await base.close();
    expect(ranks).to.deep.equal({ "lora-merged-f32": 4, backdoor: 128 });
  });
});
