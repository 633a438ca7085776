import { expect } from "chai";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { groth16, powersOfTau, zKey } from "snarkjs";
import { FR_ONE } from "../../../src/algebra/fr.js";
import { memorySource } from "../../../src/model/byte-source.js";
import { compileCircuit } from "../../../src/node/compile-circuit.js";
import { exportVerifier, withSnarkjs } from "../../../src/node/snarkjs-setup.js";
import { readSections } from "../../../src/groth16/setup/section-file.js";
import { domainLog } from "../../../src/groth16/setup/r1cs.js";
import { deriveToxicWaste, entropyOfSeed, type ToxicWaste } from "../../../src/groth16/setup/toxic-waste.js";
import { ZKEY_SECTION } from "../../../src/groth16/setup/zkey.js";
import {
  PREIMAGE_INPUT,
  PREIMAGE_POWER,
  PREIMAGE_PUBLIC,
  PRODUCT_CIRCUIT,
  compiledPreimage,
  developmentFiles,
  r1csInMemory,
  temporaryDirectory,
} from "./fixture-circuits.js";

const waste = deriveToxicWaste(entropyOfSeed("development setup"));
const preimageFiles = async (secrets: ToxicWaste): ReturnType<typeof developmentFiles> =>
  developmentFiles(await r1csInMemory((await compiledPreimage()).r1cs), PREIMAGE_POWER, secrets);
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(b);

describe("development proving key", () => {
  let files: Awaited<ReturnType<typeof developmentFiles>>;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  before(async () => {
    files = await preimageFiles(waste);
    directory = await temporaryDirectory();
    await writeFile(join(directory.path, "dev.zkey"), files.zkey);
  });
  after(() => directory.remove());

  it("lets snarkjs prove and verify, and refuses every changed public signal", async () => {
    const { wasm } = await compiledPreimage();
    await withSnarkjs(async () => {
      const { proof, publicSignals } = await groth16.fullProve(PREIMAGE_INPUT, wasm, files.zkey);
      expect(publicSignals).to.deep.equal(PREIMAGE_PUBLIC);
      const { verificationKey } = await exportVerifier(join(directory.path, "dev.zkey"));
      const key: unknown = JSON.parse(verificationKey);
      expect(await groth16.verify(key, publicSignals, proof)).to.equal(true);
      for (let i = 0; i < publicSignals.length; i++) {
        const changed = publicSignals.map((signal, j) => (i === j ? String(BigInt(signal) + 1n) : signal));
        expect(await groth16.verify(key, changed, proof), `public signal ${i}`).to.equal(false);
      }
    });
  });

  it("exports snarkjs's Solidity verifier for three public signals", async () => {
    await withSnarkjs(async () => {
      const { solidity } = await exportVerifier(join(directory.path, "dev.zkey"));
      expect(solidity).to.include("contract Groth16Verifier").and.include("uint[3] calldata _pubSignals");
    });
  });

  it("has the same bytes for the same secrets and other bytes for others", async () => {
    const again = await preimageFiles(waste);
    expect(same(again.ptau, files.ptau)).to.equal(true);
    expect(same(again.zkey, files.zkey)).to.equal(true);
    const other = await preimageFiles(deriveToxicWaste(entropyOfSeed("another")));
    expect(same(other.ptau, files.ptau)).to.equal(false);
    expect(same(other.zkey, files.zkey)).to.equal(false);
  });

  it("names itself insecure inside", () => {
    expect(Buffer.from(files.zkey).includes("INSECURE development key")).to.equal(true);
  });

  it("is, with gamma = delta = 1, what snarkjs makes from the same powers, section by section", async () => {
    const { r1cs } = await compileCircuit(PRODUCT_CIRCUIT, join(directory.path, "product"));
    const constraints = await r1csInMemory(r1cs);
    // One power more than the domain: at its own size snarkjs lacks the last power and leaves out the H points' top term,
    // which multiplies nothing.
    const power = domainLog(constraints) + 1;
    const { ptau, zkey: own } = await developmentFiles(constraints, power, { ...waste, gamma: FR_ONE, delta: FR_ONE });
    const [given, prepared, theirFile] = ["dev.ptau", "prepared.ptau", "snarkjs.zkey"].map((name) =>
      join(directory.path, name),
    ) as [string, string, string];
    await writeFile(given, ptau);
    await withSnarkjs(async () => {
      await powersOfTau.preparePhase2(given, prepared);
      await zKey.newZKey(r1cs, prepared, theirFile);
    });
    const theirs = await readFile(theirFile);
    const ownSections = await readSections(memorySource("own", own), "zkey");
    const theirSections = await readSections(memorySource("theirs", theirs), "zkey");
    expect([...ownSections.keys()].sort()).to.deep.equal([...theirSections.keys()].sort());
    for (const [name, id] of Object.entries(ZKEY_SECTION)) {
      if (id === ZKEY_SECTION.contributions) continue; // Theirs hashes the circuit, ours says that it is insecure.
      const content = (bytes: Uint8Array, sections: typeof ownSections): Uint8Array => {
        const section = sections.get(id);
        return section === undefined
          ? new Uint8Array(0)
          : bytes.subarray(section.offset, section.offset + section.size);
      };
      expect(same(content(own, ownSections), content(theirs, theirSections)), `section ${name}`).to.equal(true);
    }
  });
});
