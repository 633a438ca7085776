import { expect } from "chai";
import { FR_ONE, FR_ZERO, frOf, type Fr } from "../../../../src/algebra/fr.js";
import { hashToFr, keccakText } from "../../../../src/algebra/keccak.js";
import { TIERS } from "../../../../src/protocol/tiers.js";
import { domainSeparator } from "../../../../src/argument/transcript/domain.js";
import { poseidonEx } from "../../../../src/argument/transcript/poseidon.js";
import { Transcript } from "../../../../src/argument/transcript/transcript.js";
import { recordingPoseidon } from "../../../support/recording-poseidon.js";
import { seededFr } from "../../../support/random.js";

describe("Poseidon", () => {
  it("gives the known answer for (1, 2)", () => {
    const [first] = poseidonEx([FR_ONE, frOf(2)], FR_ZERO, 1);
    expect(first).to.equal(7853200120776062878684798364095072458815029376092732009249414926327459813530n);
  });

  it("gives the same first lane however many lanes are asked for", () => {
    const inputs = Array.from({ length: 16 }, seededFr(4));
    const all = poseidonEx(inputs, frOf(9), 17);
    expect(all).to.have.length(17);
    expect(new Set(all).size).to.equal(17);
    for (const outputs of [1, 2, 5]) expect(poseidonEx(inputs, frOf(9), outputs)).to.deep.equal(all.slice(0, outputs));
  });

  it("depends on the initial state", () => {
    expect(poseidonEx([FR_ONE], FR_ZERO, 2)).to.not.deep.equal(poseidonEx([FR_ONE], FR_ONE, 2));
  });

  it("refuses widths that do not exist", () => {
    expect(() => poseidonEx([], FR_ZERO, 1)).to.throw(RangeError, "0 inputs");
    expect(() => poseidonEx(new Array<Fr>(17).fill(FR_ONE), FR_ZERO, 1)).to.throw(RangeError, "17 inputs");
    expect(() => poseidonEx([FR_ONE], FR_ZERO, 3)).to.throw(RangeError, "3 outputs");
  });
});

describe("Transcript", () => {
  const vector = (length: number): Fr[] => Array.from({ length }, seededFr(length));

  for (const [length, widths] of [
    [1, [1]],
    [15, [15]],
    [16, [16]],
    [17, [16, 1]],
    [32, [16, 16]],
    [35, [16, 16, 3]],
  ] as const) {
    it(`cuts ${length} elements into blocks of ${widths.join(" + ")}`, () => {
      const recorder = recordingPoseidon();
      new Transcript(recorder.permute).absorb(vector(length), 1);
      expect(recorder.calls.map(({ inputs }) => inputs.length)).to.deep.equal(widths);
      expect(recorder.calls.flatMap(({ inputs }) => inputs)).to.deep.equal(vector(length));
    });
  }

  it("chains blocks through lane 0 and squeezes from the last", () => {
    const elements = vector(18);
    const [middle] = poseidonEx(elements.slice(0, 16), FR_ZERO, 1);
    const lanes = poseidonEx(elements.slice(16), middle!, 3);
    const transcript = new Transcript(poseidonEx);
    expect(transcript.absorb(elements, 2)).to.deep.equal(lanes.slice(1));
    expect(transcript.state).to.equal(lanes[0]);
  });

  it("gives challenges that depend on all that was absorbed before", () => {
    const run = (first: Fr): Fr => {
      const transcript = new Transcript(poseidonEx);
      transcript.absorb([first], 0);
      return transcript.challenge([frOf(5)]);
    };
    expect(run(FR_ONE)).to.not.equal(run(FR_ZERO));
  });

  it("forks into independent transcripts", () => {
    const transcript = new Transcript(poseidonEx);
    transcript.absorb([FR_ONE], 0);
    const fork = transcript.fork();
    const state = transcript.state;
    fork.absorb([frOf(2)], 0);
    expect(transcript.state).to.equal(state);
    expect(transcript.challenge([frOf(3)])).to.equal(new Transcript(poseidonEx, state).challenge([frOf(3)]));
  });

  it("refuses to absorb nothing, or to squeeze more than the last block holds", () => {
    expect(() => new Transcript(poseidonEx).absorb([], 1)).to.throw(RangeError, "empty");
    expect(() => new Transcript(poseidonEx).absorb([FR_ONE], 2)).to.throw(RangeError);
  });
});

describe("domain separator", () => {
  it("is the hash of the version and of the tier's shape", () => {
    const text = "fine-tuning-integrity/smdp/2/nano/t=4,mu=4,maxRules=4,maxRankRules=2,maxRank=2";
    expect(domainSeparator(TIERS.nano)).to.equal(hashToFr(keccakText(text)));
  });
});
