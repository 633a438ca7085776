import { expect } from "chai";
import { factorWeights } from "../../src/segment/factor-weights.js";
import { segmentLayout, slotBitmaps, type RulePlace } from "../../src/segment/statement.js";
import { frInv, frMul, frOf, frPow, frSub, toFr, type Fr } from "../../src/algebra/fr.js";
import { eqAt, eqTable } from "../../src/algebra/eq.js";
import { evaluate, innerProduct } from "../../src/algebra/univariate.js";
import { TIERS, type Tier } from "../../src/protocol/tiers.js";
import { poseidonEx } from "../../src/argument/transcript/poseidon.js";
import { Transcript } from "../../src/argument/transcript/transcript.js";
import { compileTemplate, type CompiledCircuit } from "../support/circuits.js";
import { brokenConstraints } from "../support/r1cs.js";
import { integerIn, seededFr, seededRandom } from "../support/random.js";

/** The outputs of a template on inputs that its constraints accept, in the order of declaration. */
async function outputsOf(circuit: CompiledCircuit, input: Record<string, unknown>, count: number): Promise<bigint[]> {
  const witness = await circuit.witness(input);
  expect([...brokenConstraints(circuit.r1cs, witness)], "constraints broken by the witness").to.deep.equal([]);
  return witness.slice(1, 1 + count);
}

async function isRefused(circuit: CompiledCircuit, input: Record<string, unknown>): Promise<boolean> {
  return brokenConstraints(circuit.r1cs, await circuit.witness(input)).next().done !== true;
}

describe("circuit templates against their TypeScript counterparts", () => {
  const random = seededFr(31);
  const elements = (length: number): Fr[] => Array.from({ length }, random);

  for (const [length, count] of [
    [1, 1],
    [4, 1],
    [8, 3],
    [16, 0],
    [17, 1],
    [35, 2],
  ] as const) {
    it(`Absorb takes ${length} elements and gives ${count} challenges as the transcript does`, async () => {
      const circuit = await compileTemplate("absorb.circom", `Absorb(${length}, ${count})`);
      const [state, vector] = [random(), elements(length)];
      const transcript = new Transcript(poseidonEx, state);
      const challenges = transcript.absorb(vector, count);
      const outputs = await outputsOf(circuit, { state, vector }, 1 + count);
      expect(outputs).to.deep.equal([transcript.state, ...challenges]);
    });
  }

  it("EqTable and Eq agree with eqTable and eqAt, least significant variable first", async () => {
    const point = elements(4);
    const other = elements(4);
    const table = await compileTemplate("eq-table.circom", "EqTable(4)");
    expect(await outputsOf(table, { point }, 16)).to.deep.equal(eqTable(point));
    const eq = await compileTemplate("eq.circom", "Eq(4)");
    expect(await outputsOf(eq, { a: point, b: other }, 1)).to.deep.equal([eqAt(point, other)]);
  });

  it("SplitEqRound and Sumcheck's rounds evaluate the derived round polynomial", async () => {
    const [claim, r, challenge] = [random(), random(), random()];
    const coefficient = elements(4);
    const circuit = await compileTemplate("split-eq-round.circom", "SplitEqRound()");
    const sum = coefficient.reduce((total, c) => toFr(total + c), 0n as Fr);
    const constant = frSub(claim, frMul(r, sum));
    const [next] = await outputsOf(circuit, { claim, r, coefficient, challenge }, 1);
    expect(next).to.equal(evaluate([constant, ...coefficient], challenge));
    // (1 - r) h(0) + r h(1) is the claim.
    const atOne = evaluate([constant, ...coefficient], frOf(1));
    expect(toFr((1n - r) * constant + r * atOne)).to.equal(claim);
  });

  it("FractionSum and FoldChildren add four fractions and fold along the low bit first", async () => {
    const children = elements(8);
    const sum = await compileTemplate("fraction-sum.circom", "FractionSum()");
    const [p, q] = (await outputsOf(sum, { children }, 2)) as [Fr, Fr];
    const quotient = (i: number): bigint => frMul(children[i]!, frInv(children[4 + i]!));
    expect(frMul(p, frInv(q))).to.equal(toFr(quotient(0) + quotient(1) + quotient(2) + quotient(3)));

    const c = elements(2);
    const fold = await compileTemplate("fold-children.circom", "FoldChildren()");
    const child = children.slice(0, 4);
    expect(await outputsOf(fold, { child, c }, 1)).to.deep.equal([innerProduct(eqTable(c), child)]);
  });

  it("Thermometer accepts 0 to its length and nothing else", async () => {
    const circuit = await compileTemplate("thermometer.circom", "Thermometer(4)", ["value"]);
    for (let value = 0; value <= 4; value++) {
      const bits = await outputsOf(circuit, { value }, 4);
      expect(bits).to.deep.equal([0, 1, 2, 3].map((k) => (k < value ? 1n : 0n)));
    }
    for (const value of [5n, toFr(-1n), random()])
      expect(await isRefused(circuit, { value }), `${value}`).to.equal(true);
  });

  it("AssertNonzero refuses zero alone", async () => {
    const circuit = await compileTemplate("assert-nonzero.circom", "AssertNonzero()");
    expect(await isRefused(circuit, { in: 0 })).to.equal(true);
    expect(await isRefused(circuit, { in: 1 })).to.equal(false);
    expect(await isRefused(circuit, { in: random() })).to.equal(false);
  });

  it("PowerByBits refuses an exponent that does not fit", async () => {
    const circuit = await compileTemplate("power-by-bits.circom", "PowerByBits(5)");
    const x = random();
    const square = [0, 1, 2, 3, 4].map((k) => frPow(x, 2 ** k));
    for (const exponent of [0, 1, 13, 31]) {
      expect(await outputsOf(circuit, { exponent, square }, 1)).to.deep.equal([frPow(x, exponent)]);
    }
    expect(await isRefused(circuit, { exponent: 32, square })).to.equal(true);
  });

  it("Queue shows each place its item and the fill after the last", async () => {
    const circuit = await compileTemplate("queue.circom", "Queue(6, 2, 9)");
    const items = [5, 7];
    expect(await outputsOf(circuit, { items, pop: [1, 0, 1, 0, 1, 1] }, 6)).to.deep.equal([5n, 5n, 7n, 7n, 9n, 9n]);
    expect(await outputsOf(circuit, { items, pop: [1, 0, 0, 0, 0, 1] }, 6)).to.deep.equal([5n, 5n, 5n, 5n, 5n, 7n]);
    expect(await outputsOf(circuit, { items, pop: [0, 0, 0, 0, 0, 0] }, 6)).to.deep.equal([5n, 5n, 5n, 5n, 5n, 5n]);
  });

  it("SumBounds refuses a sum above its bound by one, and a negative one", async () => {
    const circuit = await compileTemplate("sum-bounds.circom", "SumBounds()");
    const bounds = { maxResidualSq: (1n << 100n) - 1n, maxNonzeros: (1n << 40n) - 1n };
    const isOver = (sumSquares: bigint, nonzeros: bigint): Promise<boolean> =>
      isRefused(circuit, { ...bounds, sumSquares: toFr(sumSquares), nonzeros: toFr(nonzeros) });
    expect(await isOver(bounds.maxResidualSq, bounds.maxNonzeros)).to.equal(false);
    expect(await isOver(0n, 0n)).to.equal(false);
    expect(await isOver(bounds.maxResidualSq + 1n, 0n)).to.equal(true);
    expect(await isOver(0n, bounds.maxNonzeros + 1n)).to.equal(true);
    expect(await isOver(-1n, 0n)).to.equal(true);
    expect(await isOver(0n, -1n)).to.equal(true);
  });
});

/** A tier that no circuit is compiled for: 8 panels of 4 factor slots, three rank rules. */
const WIDE: Tier = { ...TIERS.nano, t: 5, n: 32, maxRank: 4, panels: 8, maxRankRules: 3 };

describe("circuit templates over rule layouts", () => {
  const layouts: [name: string, shapes: readonly (readonly [rows: number, cols: number, rank: number])[]][] = [
    ["no rank rule", []],
    ["one rule in one panel", [[1, 1, 1]]],
    ["one rule that fills all panels", [[8, 1, 4]]],
    [
      "two rules that fill all column panels",
      [
        [1, 4, 3],
        [2, 4, 2],
      ],
    ],
    [
      "three rules with panels left",
      [
        [2, 1, 4],
        [1, 3, 1],
        [3, 2, 2],
      ],
    ],
    [
      "three rules that fill all panels",
      [
        [6, 1, 1],
        [1, 5, 4],
        [1, 2, 3],
      ],
    ],
  ];

  function placesOf(shapes: readonly (readonly [number, number, number])[], random: () => number): RulePlace[] {
    const flat = { rowPanels: 0, colPanels: 0, rank: 0, shift: 0, maxResidualSq: 1n, maxNonzeros: 0n };
    const ranked = shapes.map(([rows, cols, rank]) => ({
      ...flat,
      tileCount: rows * cols,
      units: new Array<number>(rows * cols).fill(0),
      rowPanels: rows,
      colPanels: cols,
      rank,
      shift: integerIn(random, 0, 40),
    }));
    return [...ranked, { ...flat, tileCount: 1, units: [0] }].slice(0, WIDE.maxRules);
  }

  const bitsOf = (word: bigint, length: number): bigint[] => Array.from({ length }, (_, k) => (word >> BigInt(k)) & 1n);

  for (const [name, shapes] of layouts) {
    it(`FactorWeights agrees with factorWeights: ${name}`, async () => {
      const random = seededFr(41);
      const tier = { ...WIDE, slots: 61 };
      const places = placesOf(shapes, seededRandom(42));
      const layout = segmentLayout(tier, places);
      const bitmaps = slotBitmaps(tier, places);
      const [chi, theta] = [random(), random()];
      const zHigh = Array.from({ length: tier.t }, random);
      const expected = factorWeights({ tier, d1: random(), places }, layout, theta, chi);
      const ranks = Array.from({ length: tier.maxRankRules }, (_, g) => places[g]?.rank ?? 0);

      const circuit = await compileTemplate("factor-weights.circom", "FactorWeights(2, 3, 3)");
      const outputs = await outputsOf(
        circuit,
        {
          chi,
          theta,
          thetaCols: ranks.map((_, g) => frPow(theta, places[g]?.colPanels ?? 0)),
          rankBit: ranks.map((rank) => [0, 1, 2, 3].map((k) => (k < rank ? 1 : 0))),
          rowStart: bitsOf(bitmaps.rowPanelStarts, tier.panels),
          colStart: bitsOf(bitmaps.colPanelStarts, tier.panels),
          zHigh,
        },
        2,
      );
      const rows = eqTable(zHigh);
      expect(outputs).to.deep.equal([innerProduct(rows, expected.omegaA), innerProduct(rows, expected.omegaB)]);
    });

    it(`PlacePowers and RuleWeights give every slot its place's powers: ${name}`, async () => {
      const random = seededFr(43);
      const tier = { ...WIDE, slots: 61, mu: 6 };
      const places = placesOf(shapes, seededRandom(44));
      const layout = segmentLayout(tier, places);
      const theta = random();
      const ofPlace = (value: (place: RulePlace) => number): number[] =>
        Array.from({ length: tier.maxRankRules }, (_, g) => (places[g] === undefined ? 0 : value(places[g])));
      const shift = ofPlace((place) => place.shift);
      const colPanels = ofPlace((place) => place.colPanels);
      const tileCount = ofPlace((place) => place.tileCount);

      const powers = await compileTemplate("place-powers.circom", "PlacePowers(6, 3, 3)");
      const outputs = await outputsOf(powers, { theta, tileCount, colPanels, shift }, 9);
      const bases = tileCount.map((_, g) => tileCount.slice(0, g).reduce((sum, count) => sum + count, 0));
      expect(outputs).to.deep.equal([
        ...bases.map((base) => frPow(theta, base)),
        ...colPanels.map((cols) => frPow(theta, cols)),
        ...shift.map((s) => frInv(frPow(frOf(2), s))),
      ]);

      const lambda = random();
      const start = bitsOf(slotBitmaps(tier, places).starts, tier.slots);
      const weights = await compileTemplate("rule-weights.circom", `RuleWeights(61, ${tier.maxRules})`);
      const all = await outputsOf(weights, { lambda, start }, 1 + tier.maxRules + tier.slots);
      expect(all.slice(1, 1 + tier.maxRules)).to.deep.equal([3, 5, 7, 9].map((e) => frPow(lambda, e)));
      const bySlot = layout.placeOfSlot.map((g) => frPow(lambda, 3 + 2 * g));
      expect(all.slice(1 + tier.maxRules, 1 + tier.maxRules + layout.usedSlots)).to.deep.equal(bySlot);
    });
  }

  it("SlotUnits gives every exponent of five bits its power of four", async () => {
    const exponents = Array.from({ length: 32 }, (_, c) => c);
    const circuit = await compileTemplate("slot-units.circom", "SlotUnits(32, 5)");
    const bit = [0, 1, 2, 3, 4].map((k) => exponents.map((c) => (c >> k) & 1));
    const outputs = await outputsOf(circuit, { bit }, 32);
    expect(outputs).to.deep.equal(exponents.map((c) => 1n << BigInt(2 * c)));
  });
});
