import { expect } from "chai";
import { FR_ONE, FR_ZERO, frAdd, frMul, frOf, frSub, type Fr } from "../../../../src/algebra/fr.js";
import { eqAt, eqTable } from "../../../../src/algebra/eq.js";
import { evaluate, innerProduct } from "../../../../src/algebra/univariate.js";
import type { RoundProver } from "../../../../src/kernels/backend.js";
import { runSumcheck } from "../../../../src/argument/sumcheck/prove.js";
import { foldFour, replaySplitEqSumcheck, replaySumcheck } from "../../../../src/argument/sumcheck/verify.js";
import { poseidonEx } from "../../../../src/argument/transcript/poseidon.js";
import { Transcript } from "../../../../src/argument/transcript/transcript.js";
import { naiveSumcheck } from "../../../support/dishonest-sumcheck.js";
import { seededFr } from "../../../support/random.js";

const SEED = 9;

describe(`sumcheck (seed ${SEED})`, () => {
  const random = seededFr(SEED);
  const draw = (length: number): Fr[] => Array.from({ length }, random);

  const product = ([f, g, h]: readonly Fr[]): Fr => frMul(f!, frMul(g!, h!));

  it("leads a true claim to the summand's value at the point", () => {
    const tables = [draw(16), draw(16), draw(16)];
    const claim = tables[0]!.reduce<Fr>((total, _, x) => frAdd(total, product(tables.map((t) => t[x]!))), FR_ZERO);
    const proof = naiveSumcheck(tables, product, 3, new Transcript(poseidonEx));
    const replay = replaySumcheck(claim, proof.rounds, new Transcript(poseidonEx));
    expect(replay.point).to.deep.equal(proof.point);
    expect(replay.value).to.equal(product(tables.map((t) => innerProduct(eqTable(replay.point), t))));
    const wrong = replaySumcheck(frAdd(claim, FR_ONE), proof.rounds, new Transcript(poseidonEx));
    expect(wrong.point).to.deep.equal(replay.point);
    expect(wrong.value).to.not.equal(replay.value);
  });

  it("leads a true claim with its eq factor split off to the other factors' value", () => {
    const tables = [draw(16), draw(16), draw(16)];
    const eqPoint = draw(4);
    const eq = eqTable(eqPoint);
    const claim = eq.reduce<Fr>((total, e, x) => frAdd(total, frMul(e, product(tables.map((t) => t[x]!)))), FR_ZERO);
    const proof = naiveSumcheck(tables, product, 3, new Transcript(poseidonEx), eqPoint);
    const replay = replaySplitEqSumcheck(claim, eqPoint, proof.rounds, new Transcript(poseidonEx));
    expect(replay.value).to.equal(product(tables.map((t) => innerProduct(eqTable(replay.point), t))));
    // The plain form of the same sum has the eq factor in its value.
    const plain = naiveSumcheck(
      [...tables, eq],
      ([f, g, h, e]) => frMul(e!, product([f!, g!, h!])),
      4,
      new Transcript(poseidonEx),
    );
    const last = replaySumcheck(claim, plain.rounds, new Transcript(poseidonEx));
    expect(last.value).to.equal(frMul(eqAt(eqPoint, last.point), product(plain.finals)));
  });

  it("makes every round polynomial sum to its claim at 0 and 1", () => {
    const [claim, ...message] = draw(4) as [Fr, Fr, Fr, Fr];
    const { point, value } = replaySumcheck(claim, [message], new Transcript(poseidonEx));
    // Four values of a cubic determine it: the one at the challenge, and its known coefficients.
    const challenge = point[0]!;
    const c0 = frSub(value, evaluate([FR_ZERO, ...message], challenge));
    expect(frAdd(evaluate([c0, ...message], FR_ZERO), evaluate([c0, ...message], FR_ONE))).to.equal(claim);
  });

  it("absorbs a round polynomial before its variable is bound", async () => {
    const log: string[] = [];
    const prover: RoundProver<string> = {
      round: () => {
        log.push("round");
        return Promise.resolve([frOf(log.length)]);
      },
      bind: () => {
        log.push("bind");
        return Promise.resolve();
      },
      finals: () => Promise.resolve("finals"),
    };
    const { rounds, point, finals } = await runSumcheck(3, prover, new Transcript(poseidonEx));
    expect(log).to.deep.equal(["round", "bind", "round", "bind", "round", "bind"]);
    expect(finals).to.equal("finals");
    const transcript = new Transcript(poseidonEx);
    expect(point).to.deep.equal(rounds.map((message) => transcript.challenge(message)));
  });

  it("folds four children low bit first", () => {
    const children = draw(4);
    const [c0, c1] = [random(), random()];
    expect(foldFour(children, c0, c1)).to.equal(innerProduct(eqTable([c0, c1]), children));
    expect(foldFour(children, FR_ONE, FR_ZERO)).to.equal(children[1]);
    expect(foldFour(children, FR_ZERO, FR_ONE)).to.equal(children[2]);
  });
});
