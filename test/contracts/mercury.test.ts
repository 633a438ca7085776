import { expect } from "chai";
import { Interface, type InterfaceAbi } from "ethers";
import { G1_GENERATOR, g1Add, g1Mul, type G1 } from "../../src/algebra/g1.js";
import { keccakWords } from "../../src/algebra/keccak.js";
import type { Hex } from "../../src/algebra/hex.js";
import { FR_ONE, FR_ZERO, frAdd, frInv, frMul, frOf, frPow, frSub, type Fr } from "../../src/algebra/fr.js";
import { FQ_ORDER, FR_ORDER } from "../../src/protocol/constants.js";
import { MERCURY_POINTS, MERCURY_SCALARS, type MercuryProof } from "../../src/argument/mercury/proof.js";
import { verifyMercury, type MercuryClaim } from "../../src/argument/mercury/verify.js";
import { eqTable } from "../../src/algebra/eq.js";
import { innerProduct } from "../../src/algebra/univariate.js";
import { deployContract } from "../../src/registry/deploy.js";
import { g2Words } from "../../src/registry/encode.js";
import { knownTauSrs, seededFr } from "../unit/argument/mercury/known-tau.js";
import { artifact, startChain, type Chain } from "./support/chain.js";
import { commitHiding, openCoefficients } from "../support/mercury.js";

const SEED = "solidity mercury";
const { srs, commit } = knownTauSrs(SEED);

interface Case {
  readonly claim: MercuryClaim;
  readonly proof: MercuryProof;
}

async function makeCase(ell: number): Promise<Case> {
  const next = seededFr(`${SEED}/${ell}`);
  const coefficients = Array.from({ length: 2 ** ell }, next);
  const point = Array.from({ length: ell }, next);
  const value = innerProduct(coefficients, eqTable(point));
  const [blinding, ...seedWords] = [next(), next(), next(), next()] as const;
  const commitment = await commitHiding(commit, coefficients, blinding, srs.blindingBase);
  const proof = await openCoefficients({ coefficients, point, value, blinding, seedWords }, commit);
  return { claim: { commitment, point, value, seedWords }, proof };
}

describe(`Solidity's Mercury verifier (seed "${SEED}")`, () => {
  let chain: Chain;
  let harness: Hex;
  let abi: Interface;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    const contract = await artifact("MercuryHarness");
    abi = new Interface(contract.abi as InterfaceAbi);
    harness = (await deployContract(chain.publisher, contract, [])).address;
  });

  after(() => chain.close());

  /** The result, or the custom error's name. */
  async function ask(name: string, args: readonly unknown[]): Promise<unknown> {
    const data = abi.encodeFunctionData(name, args);
    const failed = (error: unknown): string => {
      const revert = /0x[0-9a-f]{8,}/.exec(String((error as { data?: unknown }).data))?.[0];
      if (revert === undefined) throw error;
      return abi.parseError(revert)?.name ?? revert;
    };
    return chain.provider
      .call({ to: harness, data })
      .then(
        (returned): unknown => (returned === "0x" ? "nothing" : abi.decodeFunctionResult(name, returned)[0]),
        failed,
      );
  }

  function verify({ claim, proof }: Case): Promise<unknown> {
    const { commitment, point, value, seedWords } = claim;
    const seed = keccakWords([...seedWords, proof.blinding]);
    return ask("verify", [srs.blindingBase, g2Words(srs.tau2), commitment, point, value, seed, proof]);
  }

  for (const ell of [2, 4, 8, 14]) {
    it(`accepts what TypeScript accepts, with 2^${ell} coefficients`, async () => {
      const { claim, proof } = await makeCase(ell);
      expect(verifyMercury(srs, claim, proof)).to.deep.equal({ ok: true });
      expect(await verify({ claim, proof })).to.equal(true);
    });
  }

  it("rejects what TypeScript rejects: every message, the claim and the seed", async () => {
    const { claim, proof } = await makeCase(4);
    const shift = (scalar: Fr): Fr => frAdd(scalar, FR_ONE);
    const move = (point: G1): G1 => g1Add(point, G1_GENERATOR);
    const changed: Case[] = [
      ...MERCURY_POINTS.map((name) => ({ claim, proof: { ...proof, [name]: move(proof[name]) } })),
      ...MERCURY_SCALARS.map((name) => ({ claim, proof: { ...proof, [name]: shift(proof[name]) } })),
      { claim: { ...claim, value: shift(claim.value) }, proof },
      { claim: { ...claim, commitment: move(claim.commitment) }, proof },
      { claim: { ...claim, seedWords: claim.seedWords.map((word) => word ^ 1n) }, proof },
      ...claim.point.map((_, j) => ({
        claim: { ...claim, point: claim.point.map((z, k) => (j === k ? shift(z) : z)) },
        proof,
      })),
    ];
    for (const tampered of changed) {
      expect(verifyMercury(srs, tampered.claim, tampered.proof).ok).to.equal(false);
      expect(await verify(tampered)).to.equal(false);
    }
  });

  it("reverts for points off the curve and scalars that are not canonical", async () => {
    const { claim, proof } = await makeCase(4);
    for (const name of MERCURY_POINTS) {
      const { x, y } = proof[name];
      expect(await verify({ claim, proof: { ...proof, [name]: { x, y: y ^ 1n } } })).to.equal("PointNotOnCurve");
      expect(await verify({ claim, proof: { ...proof, [name]: { x, y: y + FQ_ORDER } } })).to.equal("PointNotOnCurve");
    }
    for (const name of MERCURY_SCALARS) {
      const scalar = proof[name] + FR_ORDER;
      expect(await verify({ claim, proof: { ...proof, [name]: scalar } })).to.equal("ScalarNotCanonical");
    }
  });

  it("computes in the scalar field as TypeScript does, at the edges too", async () => {
    const next = seededFr(`${SEED}/field`);
    const edges = [FR_ZERO, FR_ONE, frOf(2), frSub(FR_ZERO, FR_ONE), next(), next()];
    for (const a of edges) {
      expect(await ask("invert", [a])).to.equal(a === 0n ? "NoInverse" : frInv(a));
      for (const exponent of [0, 1, 13, 256, 1021]) {
        expect(await ask("power", [a, exponent])).to.equal(frPow(a, exponent));
      }
      for (const b of edges) expect(await ask("subtract", [a, b])).to.equal(frSub(a, b));
    }
  });

  it("refuses challenges that coincide, which no proof is known to lead to", async () => {
    const next = seededFr(`${SEED}/challenges`);
    const [alpha, zeta] = [next(), next()];
    const inverse = frInv(zeta);
    const expected = frInv([frSub(zeta, inverse), frSub(zeta, alpha), frSub(inverse, alpha)].reduce(frMul));
    expect(await ask("invertDifferences", [alpha, zeta])).to.equal(expected);
    const minusOne = frSub(FR_ZERO, FR_ONE);
    for (const [a, z] of [
      [alpha, FR_ZERO],
      [alpha, FR_ONE],
      [alpha, minusOne],
      [zeta, zeta],
      [inverse, zeta],
    ]) {
      expect(await ask("invertDifferences", [a, z])).to.equal("DegenerateChallenges");
    }
  });

  it("adds multiples of points, and fails where the precompile does", async () => {
    const next = seededFr(`${SEED}/points`);
    const [a, b] = [next(), next()];
    const { x, y } = g1Mul(G1_GENERATOR, a);
    expect(await ask("addScaled", [x, y, b])).to.equal(g1Mul(G1_GENERATOR, frMul(a, b)).x);
    expect(await ask("addScaled", [1n, 3n, b])).to.equal("PrecompileFailed");
  });

  it("tells points on the curve from others", async () => {
    for (const [x, y] of [
      [0n, 0n],
      [1n, 2n],
      [1n, FQ_ORDER - 2n],
    ] as const) {
      expect(await ask("requireOnCurve", [x, y])).to.equal("nothing");
    }
    const outside = [
      [0n, 1n],
      [1n, 0n],
      [1n, 3n],
      [FQ_ORDER, 0n],
      [0n, FQ_ORDER],
      [1n + FQ_ORDER, 2n],
      [1n, 2n + FQ_ORDER],
    ];
    for (const point of outside) expect(await ask("requireOnCurve", point)).to.equal("PointNotOnCurve");
  });
});
