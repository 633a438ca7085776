import { expect } from "chai";
import { copyFile, readFile, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { groth16 } from "snarkjs";
import { ArtifactError, InputError } from "../../../src/errors/errors.js";
import { fileSystem } from "../../../src/node/file-source.js";
import { manifestPath, openArtifacts } from "../../../src/node/artifact-store.js";
import { setupTier } from "../../../src/node/setup-tier.js";
import { withSnarkjs } from "../../../src/node/snarkjs-setup.js";
import { srsId } from "../../../src/argument/kzg/srs.js";
import { ARTIFACT_ROLES, INSECURE_WARNING } from "../../../src/groth16/manifest.js";
import { loadSrs } from "../../../src/groth16/srs-file.js";
import { expectError } from "../../support/rejects.js";
import { PREIMAGE_CIRCUIT, PREIMAGE_INPUT, temporaryDirectory } from "./fixture-circuits.js";

describe("artifacts of a development setup", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let store: { root: string; circuitFile: string };
  const phases = new Set<string>();
  before(async () => {
    directory = await temporaryDirectory();
    store = { root: join(directory.path, "store"), circuitFile: join(directory.path, "preimage.circom") };
    await copyFile(PREIMAGE_CIRCUIT, store.circuitFile);
    await setupTier({
      tier: "nano",
      mode: { kind: "dev", seed: "store" },
      ...store,
      onProgress: (phase, done, total) => {
        expect(done).to.be.within(0, total);
        phases.add(phase);
      },
    });
  });
  after(() => directory.remove());

  /** Damages the store, expects an error, and puts the file back. */
  async function whileDamaged(path: string, damage: () => Promise<void>, ...parts: readonly string[]): Promise<void> {
    const original = await readFile(path);
    await damage();
    await expectError(() => openArtifacts("nano", store), ArtifactError, path, "fti setup --tier nano --dev", ...parts);
    await writeFile(path, original);
    await openArtifacts("nano", store);
  }

  it("are all there, marked insecure in flag, warning and file names", async () => {
    const { manifest, insecure, warning, paths } = await openArtifacts("nano", store);
    expect(insecure).to.equal(true);
    expect(warning).to.equal(INSECURE_WARNING);
    expect(manifest).to.include({ tier: "nano", insecure: true, constraints: 241, domainLog2: 8 });
    for (const role of ["srs", "zkey", "verificationKey", "verifierSource"] as const) {
      expect(paths[role]).to.include("insecure-dev");
    }
    expect([...phases]).to.include.members(["compile circuit", "powers of tau", "proving key", "verifying key"]);
    expect(await readdir(join(store.root, "staging"))).to.deep.equal([]);
  });

  it("prove, and hold the SRS that the manifest names", async () => {
    const { manifest, paths } = await openArtifacts("nano", store);
    await withSnarkjs(async () => {
      const { proof, publicSignals } = await groth16.fullProve(PREIMAGE_INPUT, paths.wasm, paths.zkey);
      const key: unknown = JSON.parse(await readFile(paths.verificationKey, "utf8"));
      expect(await groth16.verify(key, publicSignals, proof)).to.equal(true);
    });
    const source = await fileSystem.open(paths.srs);
    expect(srsId(await loadSrs(source, 2 ** manifest.srs.power))).to.equal(manifest.srs.srsId);
    await source.close();
  });

  it("have the same manifest when made again from the seed, without compiling again", async () => {
    const before = await readFile(manifestPath(store.root, "nano"), "utf8");
    const again: string[] = [];
    await setupTier({ tier: "nano", mode: { kind: "dev", seed: "store" }, ...store, onProgress: (p) => again.push(p) });
    expect(again).to.not.include("compile circuit");
    expect(await readFile(manifestPath(store.root, "nano"), "utf8")).to.equal(before);
  });

  it("refuse a file that was truncated, changed or removed, naming it and both digests", async () => {
    const { manifest, paths } = await openArtifacts("nano", store);
    for (const role of ARTIFACT_ROLES) {
      const path = paths[role];
      const { sha256, bytes } = manifest.files[role];
      await whileDamaged(path, () => truncate(path, bytes - 1), "truncated", `${bytes - 1} of ${bytes}`, sha256);
      const flipped = await readFile(path);
      flipped[bytes >> 1] = (flipped[bytes >> 1] ?? 0) ^ 1;
      await whileDamaged(path, () => writeFile(path, flipped), "changed", sha256);
      await whileDamaged(path, () => rm(path), "is missing", sha256);
    }
  });

  it("refuse a manifest that is missing, not JSON, of another version, for another tier or without its warning", async () => {
    const path = manifestPath(store.root, "nano");
    const text = await readFile(path, "utf8");
    const replaced = (from: string, to: string) => (): Promise<void> => writeFile(path, text.replace(from, to));
    await whileDamaged(path, () => rm(path), "no setup for tier nano");
    await whileDamaged(path, () => writeFile(path, "{"), "is not JSON");
    await whileDamaged(path, replaced('"version": 1', '"version": 2'), "version");
    await whileDamaged(path, replaced('"tier": "nano"', '"tier": "small"'), "is for tier small");
    await whileDamaged(path, replaced(INSECURE_WARNING, "fine"), "warning");
    await whileDamaged(path, replaced('"insecure": true', '"insecure": false'), "insecure");
    await whileDamaged(path, replaced("nano.r1cs", "../nano.r1cs"), "plain file name");
  });

  it("refuse a circuit whose sources have changed, but not a changed comment", async () => {
    const source = await readFile(store.circuitFile, "utf8");
    await writeFile(store.circuitFile, source.replace("// Small", "// Rather small"));
    await openArtifacts("nano", store);
    await writeFile(store.circuitFile, source.replace("a + b", "a - b"));
    await expectError(() => openArtifacts("nano", store), ArtifactError, "other circuit sources", "fti setup");
    await writeFile(store.circuitFile, source);
    await openArtifacts("nano", store);
  });

  it("are not recorded when the circuit does not compile", async () => {
    const circuitFile = join(directory.path, "broken.circom");
    await writeFile(circuitFile, "pragma circom 2.2.0;\ncomponent main = Missing();\n");
    const root = join(directory.path, "empty");
    const setup = (): Promise<unknown> =>
      setupTier({ tier: "nano", mode: { kind: "dev", seed: "x" }, root, circuitFile });
    await expectError(setup, InputError, "broken.circom", "Missing");
    expect(await readdir(join(root, "staging"))).to.deep.equal([]);
    await expectError(() => openArtifacts("nano", { root, circuitFile }), ArtifactError, "no setup for tier nano");
  });
});
