import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildBn128 } from "ffjavascript";
import { groth16, powersOfTau } from "snarkjs";
import { FormatError, InputError } from "../../../src/errors/errors.js";
import { openArtifacts } from "../../../src/node/artifact-store.js";
import { fileSystem } from "../../../src/node/file-source.js";
import { setupTier } from "../../../src/node/setup-tier.js";
import { sha256File } from "../../../src/node/sha256-file.js";
import { withSnarkjs } from "../../../src/node/snarkjs-setup.js";
import { loadSrs } from "../../../src/groth16/srs-file.js";
import { expectError } from "../../support/rejects.js";
import { PREIMAGE_CIRCUIT, PREIMAGE_INPUT, PREIMAGE_POWER, temporaryDirectory } from "./fixture-circuits.js";

const BEACON = { hash: "0102030405060708090a0b0c0d0e0f10", iterationsLog2: 10 };

describe("setup from a ceremony file", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  const at = (name: string): string => join(directory.path, name);
  const setup = (file: string, beacon = BEACON): Promise<unknown> =>
    setupTier({ tier: "nano", mode: { kind: "ptau", file, beacon }, root: at("store"), circuitFile: PREIMAGE_CIRCUIT });

  before(async () => {
    directory = await temporaryDirectory();
    await withSnarkjs(async () => {
      const curve = await buildBn128();
      await powersOfTau.newAccumulator(curve, PREIMAGE_POWER, at("new.ptau"));
      await powersOfTau.contribute(at("new.ptau"), at("contributed.ptau"), "first", "entropy of a test");
      await powersOfTau.preparePhase2(at("contributed.ptau"), at("prepared.ptau"));
      await powersOfTau.newAccumulator(curve, 2, at("small.ptau"));
    });
  });
  after(() => directory.remove());

  it("runs phase 2, records the file's digest, and gives keys that prove", async () => {
    await setup(at("prepared.ptau"));
    const { manifest, insecure, warning, paths } = await openArtifacts("nano", {
      root: at("store"),
      circuitFile: PREIMAGE_CIRCUIT,
    });
    expect(insecure).to.equal(false);
    expect(warning).to.equal(undefined);
    const { sha256 } = await sha256File(at("prepared.ptau"));
    expect(manifest.ptauSource).to.deep.include({ kind: "ceremony", file: "prepared.ptau", sha256, beacon: BEACON });
    expect(manifest.files.zkey.file).to.equal("nano.zkey");
    await withSnarkjs(async () => {
      const { proof, publicSignals } = await groth16.fullProve(PREIMAGE_INPUT, paths.wasm, paths.zkey);
      const key: unknown = JSON.parse(await readFile(paths.verificationKey, "utf8"));
      expect(await groth16.verify(key, publicSignals, proof)).to.equal(true);
    });
    const [own, given] = [await fileSystem.open(paths.srs), await fileSystem.open(at("prepared.ptau"))];
    expect(await loadSrs(own, 256)).to.deep.equal(await loadSrs(given, 256));
    await own.close();
    await given.close();
  });

  it("refuses a file that was not prepared for phase 2", async () => {
    await expectError(() => setup(at("contributed.ptau")), FormatError, "contributed.ptau", "prepare phase2");
  });

  it("refuses a file of too small a power", async () => {
    await expectError(() => setup(at("small.ptau")), FormatError, "small.ptau", "power 2", "needs 8");
  });

  it("refuses a file that is not a .ptau and one that does not exist", async () => {
    await expectError(() => setup(PREIMAGE_CIRCUIT), FormatError, "is not a .ptau file");
    await expectError(() => setup(at("none.ptau")), InputError, "none.ptau", "no such file");
  });

  it("refuses a broken beacon before it does anything", async () => {
    const file = at("prepared.ptau");
    await expectError(() => setup(file, { ...BEACON, hash: "0x01" }), InputError, "beacon hash");
    await expectError(() => setup(file, { ...BEACON, iterationsLog2: 9 }), InputError, "2^9");
  });
});
