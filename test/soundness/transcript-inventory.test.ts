import { expect } from "chai";
import { statementVector } from "../../src/segment/statement.js";
import { FR_ZERO, type Fr } from "../../src/algebra/fr.js";
import { POSEIDON_RATE } from "../../src/protocol/constants.js";
import { TIERS, type Tier } from "../../src/protocol/tiers.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { proofElements } from "../../src/segment/proof.js";
import { proveSegment } from "../../src/segment/prove.js";
import { assertSegment } from "../../src/segment/verify.js";
import { domainSeparator } from "../../src/argument/transcript/domain.js";
import { proveCase, type ProvenCase } from "../support/proofs.js";
import { recordingPoseidon, type Permutation } from "../support/recording-poseidon.js";
import { heldBy, segmentCase } from "../support/segments.js";

/** A place where a vector of proof elements is absorbed, and the challenges that follow. */
interface AbsorbSite {
  readonly name: string;
  readonly paths: readonly string[];
  readonly challenges: number;
}

const list = (path: string, length: number): string[] => Array.from({ length }, (_, i) => `${path}[${i}]`);

/** The prover's messages in the order of PROTOCOL 7, written out: the format that all three verifiers follow. */
function inventory(tier: Tier): AbsorbSite[] {
  const sites: AbsorbSite[] = [{ name: "salt → α", paths: ["salt"], challenges: 1 }];
  const lastLayer = tier.leafVars / 2 - 1;
  sites.push({ name: "root → c, λ", paths: list("range.root", 8), challenges: 3 });
  for (let d = 1; d <= lastLayer; d++) {
    const layer = `range.layers[${d - 1}]`;
    for (let k = 0; k < 2 * d; k++) {
      sites.push({ name: `layer ${d} round ${k} → s`, paths: list(`${layer}.rounds[${k}]`, 4), challenges: 1 });
    }
    const challenges = d === lastLayer ? 2 : 3;
    sites.push({ name: `layer ${d} children → c, λ`, paths: list(`${layer}.children`, 8), challenges });
  }
  sites.push({
    name: "sums → λ",
    paths: list("sums", tier.maxRules).flatMap((place) => [`${place}.sumSquares`, `${place}.nonzeros`]),
    challenges: 1,
  });
  for (const main of list("main", tier.ell)) sites.push({ name: `${main} → ρ`, paths: list(main, 3), challenges: 1 });
  sites.push({
    name: "evaluations → θ",
    paths: [
      ...list("evaluations.residuals", tier.slots),
      ...list("evaluations.masks", tier.slots),
      "evaluations.factorA",
      "evaluations.factorB",
      "evaluations.multiplicity",
    ],
    challenges: 1,
  });
  sites.push({
    name: "factor claims → χ",
    paths: Array.from({ length: tier.maxRankRules * tier.maxRank }, (_, i) => {
      const at = `[${Math.floor(i / tier.maxRank)}][${i % tier.maxRank}]`;
      return [`factorClaims.sa${at}`, `factorClaims.sc${at}`];
    }).flat(),
    challenges: 1,
  });
  for (const round of list("opening", tier.ell))
    sites.push({ name: `${round} → z`, paths: list(round, 2), challenges: 1 });
  sites.push({
    name: "opening evaluations → ψ",
    paths: ["combined", "factorA", "factorB", "blinding"].map((name) => `openingEvaluations.${name}`),
    challenges: 1,
  });
  return sites;
}

/** Cuts a vector into the permutations that absorb it. */
function blocks(vector: readonly Fr[], challenges: number): { inputs: readonly Fr[]; outputs: number }[] {
  return Array.from({ length: Math.ceil(vector.length / POSEIDON_RATE) }, (_, i) => {
    const start = i * POSEIDON_RATE;
    const isLast = start + POSEIDON_RATE >= vector.length;
    return { inputs: vector.slice(start, start + POSEIDON_RATE), outputs: isLast ? challenges + 1 : 1 };
  });
}

const shapeOf = (calls: readonly Permutation[]): { inputs: readonly Fr[]; outputs: number }[] =>
  calls.map(({ inputs, lanes }) => ({ inputs, outputs: lanes.length }));

describe("inventory of the transcript", () => {
  let proven: ProvenCase;
  before(async () => {
    proven = await proveCase(segmentCase("several rules"));
  });

  function verifierCalls(): Permutation[] {
    const recorder = recordingPoseidon();
    assertSegment(proven.statement, proven.proven.proof, recorder.permute);
    return recorder.calls;
  }

  function expectedCalls(): { inputs: readonly Fr[]; outputs: number }[] {
    const { statement } = proven;
    const { proof, claim } = proven.proven;
    const valueAt = new Map(proofElements(proof).map(({ path, value }) => [path, value as Fr]));
    const { theta, psi, z, y } = claim;
    return [
      ...blocks([domainSeparator(statement.tier), ...statementVector(statement)], 0),
      ...inventory(statement.tier).flatMap((site) =>
        blocks(
          site.paths.map((path) => valueAt.get(path)!),
          site.challenges,
        ),
      ),
      ...blocks([theta, psi, ...z, y], 0),
    ];
  }

  it("absorbs every message before the challenge that follows, in the order of the protocol", () => {
    expect(shapeOf(verifierCalls())).to.deep.equal(expectedCalls());
  });

  it("absorbs every element of the proof exactly once", () => {
    const absorbed = inventory(proven.statement.tier).flatMap((site) => site.paths);
    const sent = proofElements(proven.proven.proof).map(({ path }) => path);
    expect(absorbed.toSorted()).to.deep.equal(sent.toSorted());
    expect(new Set(absorbed).size).to.equal(absorbed.length);
  });

  it("is the same sequence for the prover and for the verifier", async () => {
    const recorder = recordingPoseidon();
    const { statement, witness, randomness } = proven;
    await proveSegment(
      statement,
      witness,
      await heldBy(referenceBackend, randomness),
      referenceBackend,
      recorder.permute,
    );
    expect(recorder.calls).to.deep.equal(verifierCalls());
  });

  it("chains every permutation to the state of the one before, and forks before the salt", () => {
    const calls = verifierCalls();
    const { tier } = proven.statement;
    const statementBlocks = Math.ceil((1 + statementVector(proven.statement).length) / POSEIDON_RATE);
    const forkBlocks = Math.ceil((3 + tier.ell) / POSEIDON_RATE);
    const forkState = calls[statementBlocks - 1]!.lanes[0];
    const secret = calls.slice(statementBlocks, -forkBlocks);
    const fork = calls.slice(-forkBlocks);
    expect(calls[0]!.state).to.equal(FR_ZERO);
    expect(secret[0]!.inputs).to.deep.equal([proven.proven.proof.salt]);
    for (const chain of [calls.slice(0, statementBlocks), secret, fork]) {
      chain.slice(1).forEach((call, i) => {
        expect(call.state).to.equal(chain[i]!.lanes[0]);
      });
    }
    expect(secret[0]!.state).to.equal(forkState);
    expect(fork[0]!.state).to.equal(forkState);
    expect(fork.at(-1)!.lanes).to.deep.equal([proven.proven.h]);
  });

  it("reveals no state after the salt", () => {
    const calls = verifierCalls();
    const saltAt = calls.findIndex(({ inputs }) => inputs[0] === proven.proven.proof.salt);
    const secretStates = new Set(calls.slice(saltAt, -1).map(({ lanes }) => lanes[0]));
    const { theta, psi, z, y } = proven.proven.claim;
    const revealed = [theta, psi, ...z, y, proven.proven.h];
    expect(revealed.filter((value) => secretStates.has(value))).to.deep.equal([]);
  });

  it("opens with another domain separator for every tier", () => {
    expect(new Set(Object.values(TIERS).map(domainSeparator)).size).to.equal(4);
  });

  it("has the lengths of nano", () => {
    const vectors = inventory(TIERS.nano).map(({ paths, challenges }) => `${paths.length}→${challenges}`);
    const layer = (d: number, next: number): string[] => [...new Array<string>(2 * d).fill("4→1"), `8→${next}`];
    expect(vectors).to.deep.equal([
      "1→1",
      "8→3",
      ...layer(1, 3),
      ...layer(2, 3),
      ...layer(3, 3),
      ...layer(4, 3),
      ...layer(5, 2),
      "8→1",
      ...new Array<string>(8).fill("3→1"),
      "29→1",
      "8→1",
      ...new Array<string>(8).fill("2→1"),
      "4→1",
    ]);
  });
});
