import { expect } from "chai";
import type { SegmentStatement } from "../../src/segment/statement.js";
import { FR_ONE, frInv, frMul, frNeg, frOf, frPow, frSub } from "../../src/algebra/fr.js";
import { FR_ORDER } from "../../src/protocol/constants.js";
import { TIERS } from "../../src/protocol/tiers.js";
import {
  CHEAT_SEED,
  expectAccepted,
  expectRejected,
  flat,
  forgedRoot,
  outcome,
  statementOf,
  witnessOf,
} from "../support/dishonest-cases.js";
import type { Lies } from "../support/dishonest-prover.js";
import { brokenRelations, type FieldWitness } from "../support/dishonest-witness.js";

const { nano } = TIERS;

describe(`dishonest entries, masks and sums at nano (seed ${CHEAT_SEED})`, () => {
  describe("range of entries", () => {
    const half = BigInt(nano.tileSize / 2);
    const statement = statementOf([flat(2, 2n * half * half)]);

    it("accepts the entry -2^(ell-1) and the entry 2^(ell-1) - 1", () => {
      expectAccepted(statement, witnessOf(statement, { deltas: [{ 17: -half }, { 3: half - 1n }] }));
    });

    for (const [name, entry] of [
      ["2^(ell-1)", half],
      ["-2^(ell-1) - 1", -half - 1n],
    ] as const) {
      it(`rejects the entry ${name}`, () => {
        const witness = witnessOf(statement, { deltas: [{}, { 17: entry }] });
        expectRejected(statement, witness, "entry range", "range/root");
        expectRejected(statement, witness, "entry range", "range/layer 1", { root: forgedRoot });
      });
    }

    it("rejects an entry out of range that is counted as its neighbor", () => {
      const witness = witnessOf(statement, { deltas: [{ 17: half }] });
      const multiplicities = witness.multiplicities.with(-1, FR_ONE);
      expect(outcome(statement, { ...witness, multiplicities })).to.equal("range/root");
    });

    it("rejects residuals (x, x·sqrt(-1)), whose squares cancel, under the norm bound 0", () => {
      // A root of -1: a non-residue to the power (p-1)/4.
      const root = frPow(frOf(5), (FR_ORDER - 1n) / 4n);
      expect(frMul(root, root)).to.equal(frNeg(FR_ONE));
      const exact = statementOf([flat(1, 0n)]);
      const witness = witnessOf(exact, { deltas: [{ 5: 9n, 200: frMul(frOf(9), root) }] });
      expectRejected(exact, witness, "entry range", "range/root");
      expectRejected(exact, witness, "entry range", "range/layer 1", { root: forgedRoot });
    });

    it("rejects wrong multiplicities", () => {
      const honest = witnessOf(statement, { deltas: [{ 17: 5n }] });
      const at = nano.tileSize / 2;
      const bent = honest.multiplicities.with(at, frSub(honest.multiplicities[at]!, FR_ONE)).with(at + 1, FR_ONE);
      const witness = { ...honest, multiplicities: bent };
      expectRejected(statement, witness, "multiplicities", "range/root");
      expectRejected(statement, witness, "multiplicities", "range/layer 1", { root: forgedRoot });
    });

    it("rejects multiplicities that leave out the factor polynomials, though no rule has a rank", () => {
      const honest = witnessOf(statement, {});
      const at = nano.tileSize / 2;
      const fewer = frSub(honest.multiplicities[at]!, frOf(2 * nano.tileSize));
      expect(outcome(statement, { ...honest, multiplicities: honest.multiplicities.with(at, fewer) })).to.equal(
        "range/root",
      );
    });
  });

  describe("masks", () => {
    /** One masked entry carries what the range forbids; three masks are allowed. */
    const statement = statementOf([flat(2, 0n, 3n)]);
    const huge = 1n << 29n;

    it("accepts honest masks over entries far outside the range", () => {
      expectAccepted(
        statement,
        witnessOf(statement, { deltas: [{ 1: huge }, { 2: -huge }], masks: [{ 1: 1n }, { 2: 1n }] }),
      );
    });

    it("rejects a mask of 2: R(1 - b) = -R, so that squares turn negative and cancel", () => {
      // R² - R² = 0 within the bound 0, entries in range, 2 of 3 masks used.
      const witness = witnessOf(statement, { deltas: [{ 1: 7n, 9: 7n }], masks: [{ 1: 2n }] });
      expectRejected(statement, witness, "boolean mask", "main/final");
    });

    it("rejects a mask of 1/2, which halves an entry at half the price", () => {
      const half = frInv(frOf(2));
      // Two halves count as one mask; 2^28 and 2^28 halved are still out of range, 200 halved is not.
      const loose = statementOf([flat(2, 40_000n, 1n)]);
      const witness = witnessOf(loose, { deltas: [{ 1: 200n, 9: 200n }], masks: [{ 1: half, 9: half }] });
      expectRejected(loose, witness, "boolean mask", "main/final");
    });

    it("rejects a mask of -1, which buys back a mask too many", () => {
      const single = statementOf([flat(2, 0n, 1n)]);
      const witness = witnessOf(single, { deltas: [{ 1: huge, 2: huge }], masks: [{ 1: 1n, 2: 1n, 3: -1n }] });
      expectRejected(single, witness, "boolean mask", "main/final");
    });

    it("rejects a mask of the rule's k-1: one nonzero more than allowed", () => {
      const deltas = [{ 1: huge, 7: huge }, { 2: -huge }];
      const masks = [{ 1: 1n, 7: 1n }, { 2: 1n }];
      expectAccepted(statement, witnessOf(statement, { deltas, masks }));
      const fewer = statementOf([flat(2, 0n, 2n)]);
      const witness = witnessOf(fewer, { deltas, masks });
      expectRejected(fewer, witness, "count", "sums/nonzeros");
      const claimTwo: Lies = { sums: (sums) => sums.with(0, { ...sums[0]!, nonzeros: 2n }) };
      expectRejected(fewer, witness, "count", "main/final", claimTwo);
    });

    it("rejects a mask in a rule without nonzeros", () => {
      const exact = statementOf([flat(1, 0n)]);
      // C_b has no place in the commitments: only the zero mask is the truth.
      const witness = witnessOf(exact, { deltas: [{ 1: huge }], masks: [{ 1: 1n }] });
      expect(brokenRelations(exact, witness)).to.deep.equal(["count", "mask allowed"]);
      expect(outcome(exact, witness)).to.equal("sums/nonzeros");
      const claimNone: Lies = { sums: (sums) => sums.with(0, { ...sums[0]!, nonzeros: 0n }) };
      expect(outcome(exact, witness, claimNone)).to.equal("evaluations/unused");
      // Σ b = 0 in the field, so that every claimed sum is true.
      const balanced = witnessOf(exact, { deltas: [{ 1: huge }], masks: [{ 1: 1n, 2: -1n }] });
      expect(outcome(exact, balanced)).to.equal("evaluations/unused");
    });
  });

  describe("unused slots", () => {
    const statement = statementOf([flat(2, 100n, 1n)]);
    const witness = (): FieldWitness => witnessOf(statement, { deltas: [{ 4: 3n }] });

    for (const list of ["residuals", "masks"] as const) {
      it(`rejects a value in an unused slot's ${list}, of which nothing else depends`, () => {
        const lies: Lies = {
          evaluations: (honest) => ({ ...honest, [list]: honest[list].with(2, frOf(5)) }),
        };
        expectRejected(statement, witness(), undefined, "evaluations/unused", lies);
      });
    }
  });

  describe("norms", () => {
    it("accepts the norm bound and rejects the bound minus one", () => {
      const deltas = [{ 0: 3n, 255: -4n }, { 8: 100n }];
      const exact = statementOf([flat(2, 10_025n)]);
      expectAccepted(exact, witnessOf(exact, { deltas }));
      const tight = statementOf([flat(2, 10_024n)]);
      const witness = witnessOf(tight, { deltas });
      expectRejected(tight, witness, "norm", "sums/residual");
      const claimLess: Lies = { sums: (sums) => sums.with(0, { ...sums[0]!, sumSquares: 10_024n }) };
      expectRejected(tight, witness, "norm", "main/final", claimLess);
    });

    it("counts squares in the units of their tiles, and rejects those of another tile", () => {
      const deltas = [{ 0: 3n }, { 1: 2n }, { 8: 1n }];
      const place = (maxResidualSq: bigint, units: readonly number[]): SegmentStatement =>
        statementOf([{ ...flat(3, maxResidualSq), units }]);
      const total = 9n + (4n << 2n) + (1n << 62n);
      const exact = place(total, [0, 1, 31]);
      expectAccepted(exact, witnessOf(exact, { deltas }));
      for (const statement of [place(total - 1n, [0, 1, 31]), place(total, [1, 0, 31]), place(total, [0, 2, 31])]) {
        const witness = witnessOf(statement, { deltas });
        expectRejected(statement, witness, "norm", "sums/residual");
        // The sum that would do, or that the units of `exact` make.
        for (const sumSquares of [total - 1n, total]) {
          const claim: Lies = { sums: (sums) => sums.with(0, { ...sums[0]!, sumSquares }) };
          const isAbove = sumSquares > statement.places[0]!.maxResidualSq;
          expectRejected(statement, witness, "norm", isAbove ? "sums/residual" : "main/final", claim);
        }
      }
    });

    it("rejects a norm that is moved to another rule's budget", () => {
      const statement = statementOf([flat(1, 25n), flat(1, 1_000n)]);
      const witness = witnessOf(statement, { deltas: [{ 0: 6n }, { 1: 2n }] });
      expectRejected(statement, witness, "norm", "sums/residual");
      const moved: Lies = {
        sums: ([first, second, ...rest]) => [
          { ...first!, sumSquares: first!.sumSquares - 11n },
          { ...second!, sumSquares: second!.sumSquares + 11n },
          ...rest,
        ],
      };
      expectRejected(statement, witness, "norm", "main/final", moved);
    });
  });
});
