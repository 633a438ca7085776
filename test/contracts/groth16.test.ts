import { expect } from "chai";
import { Contract, type InterfaceAbi } from "ethers";
import { deployContract } from "../../src/registry/deploy.js";
import { lacksContribution, verifyingKeyArgument, verifyingKeyHash } from "../../src/registry/verifying-key.js";
import { InputError } from "../../src/errors/errors.js";
import { FQ_ORDER, FR_ORDER } from "../../src/protocol/constants.js";
import { g2Words } from "../../src/registry/points.js";
import type { PublicSignals } from "../../src/segment/public-signals.js";
import { seededFr } from "../unit/argument/mercury/known-tau.js";
import { startChain, type Chain } from "./support/chain.js";
import { knownKeyGroth16 } from "./support/known-key-groth16.js";
import { expectRefusal } from "./support/refusals.js";

interface Words {
  a: [bigint, bigint];
  b: [[bigint, bigint], [bigint, bigint]];
  c: [bigint, bigint];
  signals: [bigint, bigint, bigint];
}

describe("Groth16 verifier contract", () => {
  const groth16 = knownKeyGroth16("differential");
  let chain: Chain;
  let ours: Contract;
  let theirs: Contract;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    const deploy = async (contract: { abi: unknown; bytecode: string }): Promise<Contract> =>
      new Contract(
        (await deployContract(chain.publisher, contract)).address,
        contract.abi as InterfaceAbi,
        chain.provider,
      );
    ours = await deploy(await groth16.contract());
    theirs = await deploy(groth16.snarkjs());
  });

  after(() => chain.close());

  function proofOf(seed: string): Words {
    const next = seededFr(seed);
    const signals: PublicSignals = { h: next(), eta: next(), v: next() };
    const { a, b, c } = groth16.simulate(signals);
    const { x, y } = g2Words(b);
    return { a: [a.x, a.y], b: [x, y], c: [c.x, c.y], signals: [signals.h, signals.eta, signals.v] };
  }
  const verify = async (contract: Contract, { a, b, c, signals }: Words): Promise<boolean> =>
    Boolean(await contract.getFunction("verifyProof")(a, b, c, signals));

  it("accepts and refuses what snarkjs's does", async () => {
    const valid = proofOf("valid");
    const changes: ((words: Words) => void)[] = [
      () => undefined,
      (words) => (words.a[0] += 1n),
      (words) => (words.a[1] = FQ_ORDER - words.a[1]),
      (words) => (words.a = [0n, 0n]),
      (words) => (words.b[0][0] += 1n),
      (words) => (words.b[1] = [words.b[1][1], words.b[1][0]]),
      (words) => (words.c[1] ^= 1n),
      (words) => (words.c = [1n, 2n]),
      (words) => (words.c[0] += FQ_ORDER),
      (words) => (words.a[0] += FQ_ORDER),
      ...[0, 1, 2].flatMap((i) => [
        (words: Words): unknown => ((words.signals[i] as bigint) += 1n),
        (words: Words): unknown => ((words.signals[i] as bigint) += FR_ORDER),
      ]),
    ];
    for (const [index, change] of changes.entries()) {
      const words = structuredClone(valid);
      change(words);
      const accepted = await verify(ours, words);
      expect(accepted, `change ${index}`).to.equal(index === 0);
      expect(await verify(theirs, words), `change ${index}`).to.equal(accepted);
    }
  });

  it("is not taken in by A's with a y that is not canonical", async () => {
    const words = proofOf("alias");
    for (const y of [words.a[1] + FQ_ORDER, FQ_ORDER]) {
      expect(await verify(ours, { ...words, a: [words.a[0], y] })).to.equal(false);
    }
    expect(await verify(ours, { ...words, a: [0n, FQ_ORDER] })).to.equal(false);
  });

  it("gives the equation to callers that check more, for canonical signals alone", async () => {
    const { a, b, c, signals } = proofOf("words");
    const pairing = ours.getFunction("pairingWords");
    const words = (await pairing(a, b, c, signals)) as bigint[];
    expect(words).to.have.length(24);
    expect(words.slice(2, 6)).to.deep.equal(b.flat());
    const beyond = pairing(a, b, c, [signals[0] + FR_ORDER, signals[1], signals[2]]).then(
      () => "accepted",
      (error: unknown) => String(error),
    );
    expect(await beyond).to.include("ScalarNotCanonical");
  });

  it("names its key, and takes none whose points are not on their curves", async () => {
    expect(await ours.getFunction("verifyingKeyHash")()).to.equal(verifyingKeyHash(groth16.key));
    const contract = await groth16.contract();
    const deploy = (change: object): Promise<unknown> =>
      deployContract(chain.publisher, contract, [{ ...verifyingKeyArgument(groth16.key), ...change }]);
    await expectRefusal(deploy({ alpha1: { x: 1n, y: 3n } }), "PointNotOnCurve", [1n, 3n]);
    const noPoint = { x: [1n, 2n], y: [3n, 4n] };
    for (const name of ["beta2", "gamma2", "delta2"]) {
      await expectRefusal(deploy({ [name]: noPoint }), "PrecompileFailed", [8n]);
    }
    expect(() => verifyingKeyArgument({ ...groth16.key, ic: groth16.key.ic.slice(1) })).to.throw(InputError, "for 2");
  });

  it("is told from keys without a contribution by the tools", () => {
    expect(lacksContribution(groth16.key)).to.equal(false);
    expect(lacksContribution({ ...groth16.key, delta2: groth16.key.gamma2 })).to.equal(true);
  });
});
