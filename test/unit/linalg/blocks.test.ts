import { expect } from "chai";
import { multiplyBlocks, multiplyBlocksTransposed, wholeMatrix } from "../../../src/linalg/block-matrix.js";
import { cholesky, solveCholesky } from "../../../src/linalg/cholesky.js";
import { normalColumns } from "../../../src/linalg/columns.js";

describe("matrices in blocks", () => {
  it("multiply as the whole matrix does, from both sides, and are zero elsewhere", () => {
    // 1 2 . 5
    // 3 4 . 6
    // . . . 7
    const blocks = [
      { row: 0, col: 0, rows: 2, cols: 2, values: Int32Array.of(1, 2, 3, 4) },
      { row: 0, col: 3, rows: 3, cols: 1, values: Float64Array.of(5, 6, 7) },
    ];
    const whole = wholeMatrix(3, 4, Int32Array.of(1, 2, 0, 5, 3, 4, 0, 6, 0, 0, 0, 7));
    const [x, y] = [normalColumns(4, 2), normalColumns(3, 2)];
    const matrix = { rows: 3, cols: 4, blocks };
    expect(multiplyBlocks(matrix, x)).to.deep.equal(multiplyBlocks(whole, x));
    expect(multiplyBlocksTransposed(matrix, y)).to.deep.equal(multiplyBlocksTransposed(whole, y));
    const units = { length: 4, width: 1, values: Float64Array.of(1, 10, 100, 1000) };
    expect(Array.from(multiplyBlocks(matrix, units).values)).to.deep.equal([5021, 6043, 7000]);
  });
});

describe("Cholesky factors", () => {
  it("solve positive definite equations", () => {
    const gram = Float64Array.of(4, 2, 2, 5);
    const right = Float64Array.of(9, 10, 8);
    cholesky(gram, 2);
    solveCholesky(gram, 2, right, 1);
    // 4x + 2y = 10, 2x + 5y = 8
    const [kept, x, y] = right;
    expect(kept).to.equal(9);
    expect(Math.abs(x! - 17 / 8) < 1e-12 && Math.abs(y! - 3 / 4) < 1e-12).to.equal(true);
  });

  it("leave unknowns that nothing determines at 0", () => {
    // Rank 1: the second direction is twice the first.
    const gram = Float64Array.of(1, 2, 0, 2, 4, 0, 0, 0, 0);
    cholesky(gram, 3);
    const right = Float64Array.of(3, 6, 0);
    solveCholesky(gram, 3, right, 0);
    expect(Array.from(right)).to.deep.equal([3, 0, 0]);
  });

  it("take what rounding has left of a matrix for nothing", () => {
    const whole = Float64Array.of(1, 0, 0, 1);
    const left = Float64Array.of(1, 0, 0, 1e-14);
    cholesky(left, 2, whole);
    const right = Float64Array.of(2, 1e-14);
    solveCholesky(left, 2, right, 0);
    expect(Array.from(right)).to.deep.equal([2, 0]);
  });
});
