import { expect } from "chai";
import { type SegmentStatement } from "../../src/segment/statement.js";
import { FR_ONE, FR_ZERO, frAdd, frInv, frMul, frNeg, frOf, frSub, toFr, type Fr } from "../../src/algebra/fr.js";
import { FR_ORDER } from "../../src/protocol/constants.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { verifySegment } from "../../src/segment/verify.js";
import {
  CHEAT_SEED,
  cheat,
  expectAccepted,
  expectRejected,
  factorEntries,
  flat,
  forgedRoot,
  lowRank,
  outcome,
  outerProduct,
  statementOf,
  witnessOf,
} from "../support/dishonest-cases.js";
import type { Lies } from "../support/dishonest-prover.js";
import { fieldWitness, residualsOf, type FieldWitness } from "../support/dishonest-witness.js";
import { segmentCase } from "../support/segments.js";
import type { RuleSums } from "../../src/segment/proof.js";

const { nano } = TIERS;

describe(`dishonest factors and adaptive lies at nano (seed ${CHEAT_SEED})`, () => {
  describe("rank", () => {
    const first: [bigint[], bigint[]] = [
      [1n, 2n, 3n],
      [4n, 5n, 6n],
    ];
    const second: [bigint[], bigint[]] = [
      [7n, 0n, -1n],
      [1n, 1n, 9n],
    ];
    const rankTwo = outerProduct(nano.n, [first, second]);
    const bothFactors = (
      statement: SegmentStatement,
    ): Pick<Parameters<typeof witnessOf>[1], "factorA" | "factorB"> => ({
      factorA: {
        ...factorEntries(statement, "A", [0, 0, 0], first[0]),
        ...factorEntries(statement, "A", [0, 0, 1], second[0]),
      },
      factorB: {
        ...factorEntries(statement, "B", [0, 0, 0], first[1]),
        ...factorEntries(statement, "B", [0, 0, 1], second[1]),
      },
    });

    it("accepts rank 2 and rejects the same difference at rank 1", () => {
      const two = statementOf([lowRank(2, 1, 1)]);
      expectAccepted(two, witnessOf(two, { deltas: [rankTwo], ...bothFactors(two) }));
      const one = statementOf([lowRank(1, 1, 1)]);
      const witness = witnessOf(one, { deltas: [rankTwo], ...bothFactors(one) });
      expectRejected(one, witness, "norm", "sums/residual");
      const claimNothing: Lies = { sums: (sums) => sums.with(0, { ...sums[0]!, sumSquares: 0n }) };
      expectRejected(one, witness, "norm", "main/final", claimNothing);
    });

    describe("with residuals made from a factor beyond the rank", () => {
      const one = statementOf([lowRank(1, 1, 1)]);
      // Multiplicities of the residuals that the cheat pretends to have: all zero.
      const two = statementOf([lowRank(2, 1, 1)]);
      const witness = witnessOf(two, { deltas: [rankTwo], ...bothFactors(two) });

      it("rejects the claims of the second factor", () => {
        expect(
          residualsOf(one, witness, [2])
            .flat()
            .every((value) => value === 0n),
        ).to.equal(true);
        expect(outcome(one, witness, { ranks: [2] })).to.equal("factors/rank");
      });

      it("rejects hiding them: the reduction then starts from a wrong claim", () => {
        const hide: Lies = {
          ranks: [2],
          factorClaims: ({ sa, sc }) => ({
            sa: sa.map((claims) => claims.with(1, FR_ZERO)),
            sc: sc.map((claims) => claims.with(1, FR_ZERO)),
          }),
        };
        expect(outcome(one, witness, hide)).to.equal("opening/final");
        expect(outcome(one, witness, { ...hide, fitOpening: true })).to.equal("opening");
      });

      it("rejects adding them to the first factor's claims", () => {
        const fold: Lies = {
          ranks: [2],
          factorClaims: ({ sa, sc }) => ({
            // sa'·sc' = sa_0 sc_0 + sa_1 sc_1, as if the first factor had made the product.
            sa: sa.map(([a0, a1], g) => {
              const [c0, c1] = sc[g] as [Fr, Fr];
              if (c0 === 0n) return [a0!, a1!];
              return [frAdd(a0!, frMul(frMul(a1!, c1), frInv(c0))), FR_ZERO];
            }),
            sc: sc.map((claims) => claims.with(1, FR_ZERO)),
          }),
        };
        expect(outcome(one, witness, fold)).to.equal("opening/final");
        expect(outcome(one, witness, { ...fold, fitOpening: true })).to.equal("opening");
      });
    });

    it("rejects a factor taken from another rule's panel", () => {
      // Rule 1 needs a factor that only rule 0 has committed to in its own panel.
      const statement = statementOf([lowRank(1, 1, 1), lowRank(1, 1, 1)]);
      const product = outerProduct(nano.n, [first]);
      const shared = {
        factorA: factorEntries(statement, "A", [0, 0, 0], first[0]),
        factorB: {
          ...factorEntries(statement, "B", [0, 0, 0], first[1]),
          ...factorEntries(statement, "B", [1, 0, 0], first[1]),
        },
      };
      const witness = witnessOf(statement, { deltas: [product, product], ...shared });
      expectRejected(statement, witness, "norm", "sums/residual");
      // As if the second panel were the first: the residuals are zero, and so are the claimed sums.
      const own = { ...shared, factorA: { ...shared.factorA, ...factorEntries(statement, "A", [1, 0, 0], first[0]) } };
      const honest = witnessOf(statement, { deltas: [product, product], ...own });
      expectAccepted(statement, honest);
      // Leave out the second panel's copy, but go on as if it were there.
      const zeroAt = nano.tileSize / 2;
      const stolen: FieldWitness = {
        ...honest,
        factorA: witness.factorA,
        multiplicities: honest.multiplicities.map((count, x) => {
          if (x === zeroAt) return frAdd(count, frOf(3));
          return [1, 2, 3].includes(x - zeroAt) ? frSub(count, FR_ONE) : count;
        }),
      };
      const lies: Lies = {
        residuals: residualsOf(statement, honest),
        sums: (sums) => sums.map(() => ({ sumSquares: 0n, nonzeros: 0n })),
        factorClaims: ({ sa, sc }) => ({ sa: sa.with(1, sa[0]!), sc }),
      };
      expect(outcome(statement, stolen, lies)).to.equal("opening/final");
      expect(outcome(statement, stolen, { ...lies, fitOpening: true })).to.equal("opening");
    });

    it("rejects a claim that adds the panel outside the rule's grid", () => {
      const statement = statementOf([lowRank(1, 1, 1)]);
      const witness = witnessOf(statement, {
        deltas: [outerProduct(nano.n, [first])],
        factorA: {
          ...factorEntries(statement, "A", [0, 0, 0], first[0]),
          ...factorEntries(statement, "A", [0, 1, 0], second[0]),
        },
        factorB: factorEntries(statement, "B", [0, 0, 0], first[1]),
      });
      // Values in unused panels do no harm …
      expectAccepted(statement, witness);
      // … and cannot be claimed.
      const lies: Lies = {
        factorClaims: ({ sa, sc }) => ({ sa: sa.with(0, [frAdd(sa[0]![0]!, frOf(7)), FR_ZERO]), sc }),
      };
      expect(outcome(statement, witness, lies)).to.equal("opening/final");
      expect(outcome(statement, witness, { ...lies, fitOpening: true })).to.equal("opening");
    });

    it("rejects a wrong shift: the factors are those of another scale", () => {
      const shifted = statementOf([lowRank(1, 1, 1, { shift: 1 })]);
      const plain = statementOf([lowRank(1, 1, 1)]);
      const factors = {
        factorA: factorEntries(plain, "A", [0, 0, 0], first[0]),
        factorB: factorEntries(plain, "B", [0, 0, 0], first[1]),
      };
      const witness = witnessOf(shifted, { deltas: [outerProduct(nano.n, [first])], ...factors });
      expectAccepted(plain, witnessOf(plain, { deltas: [outerProduct(nano.n, [first])], ...factors }));
      expectRejected(shifted, witness, "norm", "sums/residual");
    });

    for (const [size, tier] of [
      [3, nano],
      [9, { ...nano, maxRank: 8, panels: 2 }],
    ] as const) {
      it(`rejects a ${size} × ${size} matrix of determinant p: its rank is ${size - 1} mod p but ${size} over the rationals`, () => {
        // x on the diagonal, -1 above it, the digits of p to the base x in the last row: det = Σ digit_i x^i = p.
        const base = 1n << BigInt(Math.ceil(254 / size));
        const digits = Array.from({ length: size }, (_, i) => (FR_ORDER / base ** BigInt(i)) % base);
        const rows = Array.from({ length: size }, (_, u) =>
          Array.from({ length: size }, (_unused, v) => {
            if (u === size - 1) return digits[v]!;
            return v === u ? base : v === u + 1 ? -1n : 0n;
          }),
        );
        expect(digits.reduceRight((value, digit) => value * base + digit, 0n)).to.equal(FR_ORDER);
        // Mod p the last row is a combination of the others: digits_v = Σ_u y_u rows[u][v].
        const combination: Fr[] = [];
        for (let u = 0; u < size - 1; u++) {
          const carried = u === 0 ? FR_ZERO : (combination[u - 1] as Fr);
          combination.push(frMul(frAdd(toFr(digits[u]!), carried), frInv(toFr(base))));
        }
        expect(frNeg(combination.at(-1)!)).to.equal(toFr(digits[size - 1]!));

        const statement = statementOf([lowRank(size - 1, 1, 1)], tier);
        const unit = (k: number): bigint[] => Array.from({ length: size }, (_, u) => (u === k ? 1n : 0n));
        const factorA: Record<number, bigint> = {};
        const factorB: Record<number, bigint> = {};
        for (let k = 0; k < size - 1; k++) {
          Object.assign(factorA, factorEntries(statement, "A", [0, 0, k], unit(k).with(size - 1, combination[k]!)));
          Object.assign(factorB, factorEntries(statement, "B", [0, 0, k], rows[k]!));
        }
        const delta = Object.fromEntries(
          rows.flatMap((values, u) => values.map((value, v) => [u * tier.n + v, value])),
        );
        const witness = witnessOf(statement, { deltas: [delta], factorA, factorB });
        expect(
          residualsOf(statement, witness)
            .flat()
            .every((value) => value === 0n),
        ).to.equal(true);
        expectRejected(statement, witness, "factor range", "range/root");
        expectRejected(statement, witness, "factor range", "range/layer 1", { root: forgedRoot });
      });
    }

    describe("with a block-diagonal change, two blocks of rank 1", () => {
      const block = outerProduct(nano.n, [first]);

      it("is refused at rank 1 when all four tiles are listed", () => {
        const statement = statementOf([lowRank(1, 2, 2)]);
        const factors = {
          factorA: {
            ...factorEntries(statement, "A", [0, 0, 0], first[0]),
            ...factorEntries(statement, "A", [0, 1, 0], first[0]),
          },
          factorB: {
            ...factorEntries(statement, "B", [0, 0, 0], first[1]),
            ...factorEntries(statement, "B", [0, 1, 0], first[1]),
          },
        };
        const witness = witnessOf(statement, { deltas: [block, {}, {}, block], ...factors });
        expectRejected(statement, witness, "norm", "sums/residual");
        const claimNothing: Lies = { sums: (sums) => sums.with(0, { ...sums[0]!, sumSquares: 0n }) };
        expectRejected(statement, witness, "norm", "main/final", claimNothing);
      });

      it("would be accepted at rank 1 if the two diagonal tiles could be listed alone", () => {
        // Two rules of one tile each stand for what a partial listing would mean: why segments take all tiles.
        const statement = statementOf([lowRank(1, 1, 1), lowRank(1, 1, 1)]);
        const factors = {
          factorA: {
            ...factorEntries(statement, "A", [0, 0, 0], first[0]),
            ...factorEntries(statement, "A", [1, 0, 0], first[0]),
          },
          factorB: {
            ...factorEntries(statement, "B", [0, 0, 0], first[1]),
            ...factorEntries(statement, "B", [1, 0, 0], first[1]),
          },
        };
        expectAccepted(statement, witnessOf(statement, { deltas: [block, block], ...factors }));
      });

      it("does not fit any tier when only two of the rule's four tiles are listed", () => {
        const statement = statementOf([{ ...lowRank(1, 2, 2), tileCount: 2, units: [0, 0] }]);
        const two = statementOf([lowRank(1, 2, 1)]);
        const { proof } = cheat(two, witnessOf(two, {}));
        expect(() => verifySegment(statement, proof)).to.throw(/rank rule at place 0 is not whole/);
      });
    });
  });

  describe("adaptive lies, told so that every check of the segment proof holds", () => {
    /** A drift ten times over its bound. */
    const statement = statementOf([flat(2, 10n)]);
    const witness = (): FieldWitness => witnessOf(statement, { deltas: [{ 4: 10n }] });
    const sums = (honest: RuleSums[]): RuleSums[] => honest.with(0, { sumSquares: 10n, nonzeros: 0n });

    it("is stopped by the main sumcheck when only the sum is a lie", () => {
      expect(outcome(statement, witness(), { sums })).to.equal("main/final");
    });

    /** Bends `P~_A(ρ)` by what the wrong sum makes the main sumcheck miss. */
    const evaluations: NonNullable<Lies["evaluations"]> = (honest, { misfit, slopeA }) => ({
      ...honest,
      factorA: frAdd(honest.factorA, frMul(misfit, frInv(slopeA))),
    });

    it("is stopped by the opening reduction when an evaluation is bent to fit the main sumcheck", () => {
      expect(outcome(statement, witness(), { sums, evaluations })).to.equal("opening/final");
    });

    it("is stopped by the opening when an evaluation at z is bent as well", () => {
      expect(outcome(statement, witness(), { sums, evaluations, fitOpening: true })).to.equal("opening");
    });
  });

  it("accepts the cases of the completeness tests: the cheat's tools are those of an honest prover", () => {
    const { statement, witness } = segmentCase("full");
    expectAccepted(statement, fieldWitness(statement, witness));
  });
});
