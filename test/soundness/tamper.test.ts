import { expect } from "chai";
import { segmentLayout } from "../../src/segment/statement.js";
import { frAdd, frMul, frPow, frSub, toFr, FR_ONE, FR_ZERO, type Fr } from "../../src/algebra/fr.js";
import { FR_ORDER } from "../../src/protocol/constants.js";
import { assertSegment, verifySegment } from "../../src/segment/verify.js";
import { proofElements, type SegmentProof } from "../../src/segment/proof.js";
import { recordingPoseidon } from "../support/recording-poseidon.js";
import { opens, proveCase, rejectionPhase, type ProvenCase } from "../support/proofs.js";
import { segmentCase } from "../support/segments.js";
import { seededFr } from "../support/random.js";
import { indicesOf, listPaths, patternOf, tamper } from "../support/tamper.js";

const frCube = (value: Fr): Fr => frPow(value, 3);

/** How a changed element is met: the phase that rejects it, or the opening of the combined commitment. */
type Expectation = string;

const OPENING = "refused by the opening";

describe("tampering with a segment proof", () => {
  let honest: ProvenCase;
  let proof: SegmentProof;
  before(async () => {
    // Two rank rules (rank 1 of 2, and 2 of 2 with masks), a norm rule, a sparse rule; three unused slots.
    honest = await proveCase(segmentCase("several rules"));
    proof = honest.proven.proof;
  });

  const isUsed = (slot: number): boolean =>
    slot < segmentLayout(honest.statement.tier, honest.statement.places).usedSlots;
  const isMasked = (slot: number): boolean =>
    segmentLayout(honest.statement.tier, honest.statement.places).masked[slot] === true;

  /**
   * Every field of `SegmentProof`, with the check that refuses a change. The messages before it still hold, so
   * the phase is the first one that involves the element.
   */
  const manifest: Readonly<Record<string, (indices: readonly number[]) => Expectation>> = {
    // The salt moves every challenge; the root is checked without any.
    salt: () => "range/layer 1",
    "range.root[]": () => "range/root",
    "range.layers[].rounds[][]": ([layer]) => `range/layer ${layer! + 1}`,
    "range.layers[].children[]": ([layer]) => `range/layer ${layer! + 1}`,
    "sums[].sumSquares": () => "main/final",
    "sums[].nonzeros": () => "main/final",
    "main[][]": () => "main/final",
    "evaluations.residuals[]": ([slot]) => (isUsed(slot!) ? "main/final" : "evaluations/unused"),
    "evaluations.masks[]": ([slot]) => (isMasked(slot!) ? "main/final" : "evaluations/unused"),
    "evaluations.factorA": () => "main/final",
    "evaluations.factorB": () => "main/final",
    "evaluations.multiplicity": () => "main/final",
    "factorClaims.sa[][]": ([g, k]) =>
      k! < (honest.statement.places[g!]?.rank ?? 0) ? "opening/final" : "factors/rank",
    "factorClaims.sc[][]": ([g, k]) =>
      k! < (honest.statement.places[g!]?.rank ?? 0) ? "opening/final" : "factors/rank",
    "opening[][]": () => "opening/final",
    "openingEvaluations.combined": () => "opening/final",
    "openingEvaluations.factorA": () => "opening/final",
    "openingEvaluations.factorB": () => "opening/final",
    // M is free: whatever is claimed of it leads to a claim that only the opening can refuse.
    "openingEvaluations.blinding": () => OPENING,
  };

  function refusal(tampered: SegmentProof): Expectation {
    const result = verifySegment(honest.statement, tampered);
    if (!result.valid) return result.error.phase;
    // Accepted so far: the public outcome must have changed, and the committed polynomial must not open to it.
    const { claim, h } = result.segment;
    if (h === honest.proven.h || claim.y === honest.proven.claim.y) return "not refused";
    return opens(combinedWith(claim.psi), result.segment) ? "not refused" : OPENING;
  }

  /** `G` as the commitments give it for this `ψ`; `θ` does not change. */
  function combinedWith(psi: Fr): Fr[] {
    const { witness, randomness, proven } = honest;
    const atOwnPsi = proven.claim.psi;
    const shift = (power: number): Fr => frSub(frPow(psi, power), frPow(atOwnPsi, power));
    return proven.combined.map((value, x) =>
      [
        frMul(shift(1), toFr(BigInt(witness.factorA[x]!))),
        frMul(shift(2), toFr(BigInt(witness.factorB[x]!))),
        frMul(shift(3), randomness.blindingPolynomial[x]!),
      ].reduce<Fr>(frAdd, value),
    );
  }

  it("has a tampering test for every field of the proof, and for nothing else", () => {
    const fields = new Set(proofElements(proof).map(({ path }) => patternOf(path)));
    expect(Object.keys(manifest).toSorted()).to.deep.equal([...fields].toSorted());
  });

  for (const [pattern, expected] of Object.entries(manifest)) {
    it(`rejects every changed ${pattern}, each in its phase`, () => {
      const random = seededFr(7);
      const paths = proofElements(proof)
        .map(({ path }) => path)
        .filter((path) => patternOf(path) === pattern);
      expect(paths).to.not.have.length(0);
      for (const path of paths) {
        const phase = expected(indicesOf(path));
        const isSum = path.startsWith("sums");
        // A larger sum may leave its bound before anything else is looked at; a smaller one never does.
        const changes: [string, (value: Fr) => Fr][] = isSum
          ? [["minus one", (value) => frSub(value, FR_ONE)]]
          : [
              ["plus one", (value) => frAdd(value, FR_ONE)],
              ["random", () => random()],
            ];
        for (const [name, change] of changes) {
          const tampered = tamper(proof, path, change);
          const value = proofElements(tampered).find((element) => element.path === path)!.value;
          if (isSum && value === FR_ORDER - 1n) continue; // Zero minus one: above, not below.
          expect(refusal(tampered), `${path}, ${name} (seed 7)`).to.equal(phase);
        }
      }
    });
  }

  it("rejects a sum above its bound, and one that wraps around below zero", () => {
    honest.statement.places.forEach((place, g) => {
      const checks = [
        [`sums[${g}].sumSquares`, place.maxResidualSq + 1n, "sums/residual"],
        [`sums[${g}].nonzeros`, place.maxNonzeros + 1n, "sums/nonzeros"],
        [`sums[${g}].sumSquares`, FR_ORDER >> 1n, "sums/residual"],
        [`sums[${g}].nonzeros`, FR_ORDER >> 1n, "sums/nonzeros"],
        // p - 1 is -1: its slack is small, so that only the sumcheck can tell.
        [`sums[${g}].sumSquares`, FR_ORDER - 1n, "main/final"],
        [`sums[${g}].nonzeros`, FR_ORDER - 1n, "main/final"],
      ] as const;
      for (const [path, value, phase] of checks) {
        expect(refusal(tamper(proof, path, () => value)), `${path} = ${value}`).to.equal(phase);
      }
    });
  });

  it("rejects sums at an unused rule place", async () => {
    const one = await proveCase(segmentCase("norm"));
    for (const [field, phase] of [
      ["sumSquares", "sums/residual"],
      ["nonzeros", "sums/nonzeros"],
    ] as const) {
      const above = tamper(one.proven.proof, `sums[3].${field}`, () => 1n);
      expect(rejectionPhase(one.statement, above)).to.equal(phase);
      const below = tamper(one.proven.proof, `sums[3].${field}`, () => FR_ORDER - 1n);
      expect(rejectionPhase(one.statement, below)).to.equal("main/final");
    }
  });

  it("rejects every element that is not canonical", () => {
    for (const { path, value } of proofElements(proof)) {
      for (const alias of [value + FR_ORDER, value - FR_ORDER]) {
        expect(refusal(tamper(proof, path, () => alias)), `${path} = ${alias}`).to.equal("canonical");
      }
    }
  });

  it("rejects every list that is longer or shorter than the tier's", () => {
    for (const path of listPaths(proof)) {
      const shorter = tamper(proof, path, (items: unknown[]) => items.slice(0, -1));
      const longer = tamper(proof, path, (items: unknown[]) => [...items, items.at(-1)]);
      const empty = tamper(proof, path, () => []);
      for (const tampered of [shorter, longer, empty]) expect(refusal(tampered), path).to.equal("shape");
    }
  });

  it("rejects swapped round polynomials", () => {
    const swap = (items: unknown[]): unknown[] => [items[1], items[0], ...items.slice(2)];
    const rounds: [string, string][] = [
      ["main", "main/final"],
      ["opening", "opening/final"],
      ...proof.range.layers.map((_, i): [string, string] => [`range.layers[${i}].rounds`, `range/layer ${i + 1}`]),
    ];
    for (const [path, phase] of rounds) expect(refusal(tamper(proof, path, swap)), path).to.equal(phase);
  });

  it("rejects swapped coefficients of every round polynomial", () => {
    for (const path of listPaths(proof).filter((list) => /^(main|opening)\[|rounds\[/.test(list))) {
      const layer = /layers\[(\d+)\]/.exec(path)?.[1];
      const phase = layer === undefined ? `${path.replace(/\[.*/, "")}/final` : `range/layer ${Number(layer) + 1}`;
      expect(refusal(tamper(proof, path, (items: unknown[]) => items.toReversed())), path).to.equal(phase);
    }
  });

  it("rejects a root whose children are swapped, though their fractions sum to zero all the same", () => {
    const swapped = tamper(proof, "range.root", ([p0, p1, p2, p3, q0, q1, q2, q3]: Fr[]) => [
      p1,
      p0,
      p2,
      p3,
      q1,
      q0,
      q2,
      q3,
    ]);
    expect(refusal(swapped)).to.equal("range/layer 1");
  });

  it("rejects a root of zero denominators: 0/0 proves nothing", () => {
    const zeros = tamper(proof, "range.root", () => new Array<Fr>(8).fill(FR_ZERO));
    const result = verifySegment(honest.statement, zeros);
    expect(result).to.have.nested.property("error.phase", "range/root");
    expect(result)
      .to.have.nested.property("error.message")
      .that.matches(/denominator is zero/);
  });

  it("rejects swapped layers, sums, evaluations and factor claims", () => {
    const swapped = (path: string): SegmentProof =>
      tamper(proof, path, (items: unknown[]) => [items[1], items[0], ...items.slice(2)]);
    expect(refusal(swapped("range.layers"))).to.equal("shape");
    expect(refusal(swapped("sums"))).to.be.oneOf(["sums/residual", "sums/nonzeros", "main/final"]);
    // Tiles 5 to 7 are the norm rule's: none of them has a zero residual.
    const residuals = ([...values]: Fr[]): Fr[] => values.with(5, values[6]!).with(6, values[5]!);
    expect(refusal(tamper(proof, "evaluations.residuals", residuals))).to.equal("main/final");
    expect(refusal(swapped("factorClaims.sa"))).to.equal("factors/rank");
    expect(refusal(tamper(proof, "factorClaims.sc[1]", (row: Fr[]) => row.toReversed()))).to.equal("opening/final");
  });

  it("refuses by the opening a shift between the claims at z that the reduction cannot see", async () => {
    // Without rank rules the reduction sees P_A and G_1 only in the sum G_1 + χ P_A; ψ tells them apart.
    const flat = await proveCase(segmentCase("norm"));
    const { openingEvaluations: atZ } = flat.proven.proof;
    const delta = seededFr(8)();
    const shifted: SegmentProof = {
      ...flat.proven.proof,
      openingEvaluations: {
        ...atZ,
        combined: frSub(atZ.combined, frMul(chiOf(flat), delta)),
        factorA: frAdd(atZ.factorA, delta),
      },
    };
    const verified = assertSegment(flat.statement, shifted);
    expect(verified.claim.theta).to.equal(flat.proven.claim.theta);
    // Both factor polynomials are zero here: for any ψ the committed polynomial is G_1 + ψ³ M.
    expect(flat.witness.factorA.some((value) => value !== 0)).to.equal(false);
    const weight = frSub(frCube(verified.claim.psi), frCube(flat.proven.claim.psi));
    const combined = flat.proven.combined.map((value, x) =>
      frAdd(value, frMul(weight, flat.randomness.blindingPolynomial[x]!)),
    );
    expect(opens(combined, verified)).to.equal(false);
  });

  function chiOf({ statement, proven }: ProvenCase): Fr {
    const recorder = recordingPoseidon();
    assertSegment(statement, proven.proof, recorder.permute);
    const { sa, sc } = proven.proof.factorClaims;
    const vector = sa.flatMap((row, g) => row.flatMap((value, k) => [value, sc[g]![k]!]));
    // The first round of the opening reduction follows: its state names the call before it.
    const next = recorder.calls.findIndex(
      ({ inputs }) => inputs.length === 2 && inputs[0] === proven.proof.opening[0]![0],
    );
    const call = recorder.calls[next - 1]!;
    expect(call.inputs).to.deep.equal(vector);
    return call.lanes[1]!;
  }
});

describe("a segment proof for another statement", () => {
  let honest: ProvenCase;
  before(async () => {
    honest = await proveCase(segmentCase("several rules"));
  });

  it("is rejected when d1 differs: a changed publisher, chain, registry or commitment", () => {
    const { statement, proven } = honest;
    const other = { ...statement, d1: frAdd(statement.d1, FR_ONE) };
    expect(rejectionPhase(other, proven.proof)).to.equal("range/layer 1");
  });

  it("has another h and other challenges when it is proven anew for another publisher", async () => {
    const { statement, proven } = honest;
    const other = { ...honest, statement: { ...statement, d1: frAdd(statement.d1, FR_ONE) } };
    const copied = await proveCase(other);
    expect(rejectionPhase(other.statement, copied.proven.proof)).to.equal("accepted");
    expect(rejectionPhase(statement, copied.proven.proof)).to.equal("range/layer 1");
    expect(copied.proven.h).to.not.equal(proven.h);
    const challenges = [proven.claim.theta, proven.claim.psi, ...proven.claim.z];
    const { theta, psi, z } = copied.proven.claim;
    expect([theta, psi, ...z].filter((value) => challenges.includes(value))).to.deep.equal([]);
  });

  it("is rejected when any bound of any place differs, even a looser one", () => {
    const { statement, proven } = honest;
    statement.places.forEach((place, g) => {
      for (const change of [
        { maxResidualSq: place.maxResidualSq + 1n },
        { units: place.units.with(-1, (place.units.at(-1) ?? 0) ^ 1) },
        ...(place.rank > 0 ? [{ shift: place.shift + 1 }] : []),
        ...(place.maxNonzeros > 0n ? [{ maxNonzeros: place.maxNonzeros + 1n }] : []),
      ]) {
        const places = statement.places.with(g, { ...place, ...change });
        expect(rejectionPhase({ ...statement, places }, proven.proof)).to.equal("range/layer 1");
      }
    });
  });

  it("is rejected with one more or one fewer tile", () => {
    const { statement, proven } = honest;
    for (const by of [-1, 1]) {
      const last = statement.places.at(-1)!;
      const units = by < 0 ? last.units.slice(0, by) : [...last.units, 0];
      const places = statement.places.with(-1, { ...last, tileCount: last.tileCount + by, units });
      expect(rejectionPhase({ ...statement, places }, proven.proof)).to.equal("range/layer 1");
    }
  });
});
