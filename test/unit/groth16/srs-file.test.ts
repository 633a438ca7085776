import { expect } from "chai";
import { G1_GENERATOR, g1Mul } from "../../../src/algebra/g1.js";
import { g1FromMontgomeryLE } from "../../../src/algebra/montgomery.js";
import { FormatError, InputError } from "../../../src/errors/errors.js";
import { frPow } from "../../../src/algebra/fr.js";
import { memorySource } from "../../../src/model/byte-source.js";
import { MemorySink } from "../../../src/groth16/setup/byte-sink.js";
import { openPtau, writeTruncatedPtau } from "../../../src/groth16/setup/ptau-file.js";
import { writeDevelopmentPtau } from "../../../src/groth16/setup/ptau.js";
import { deriveToxicWaste, entropyOfSeed } from "../../../src/groth16/setup/toxic-waste.js";
import { loadSrs } from "../../../src/groth16/srs-file.js";
import { expectError } from "../../support/rejects.js";
import { fixedBaseHere } from "./fixture-circuits.js";

const POWER = 4;
const waste = deriveToxicWaste(entropyOfSeed("srs"));

async function ptauOf(seed: string, power: number): Promise<Uint8Array> {
  const sink = new MemorySink();
  await writeDevelopmentPtau(sink, power, deriveToxicWaste(entropyOfSeed(seed)), await fixedBaseHere());
  return sink.bytes();
}

describe("SRS of a .ptau file", () => {
  let bytes: Uint8Array;
  before(async () => {
    bytes = await ptauOf("srs", POWER);
  });
  const changed = (change: (copy: Uint8Array) => void): ReturnType<typeof memorySource> => {
    const copy = bytes.slice();
    change(copy);
    return memorySource("test.ptau", copy);
  };

  it("has the powers of tau and the blinding generator", async () => {
    const srs = await loadSrs(memorySource("test.ptau", bytes), 16);
    expect(srs.size).to.equal(16);
    expect(srs.powers.length).to.equal(16 * 64);
    for (let i = 0; i < 16; i++) {
      expect(g1FromMontgomeryLE(srs.powers, 64 * i)).to.deep.equal(g1Mul(G1_GENERATOR, frPow(waste.tau, i)));
    }
    expect(srs.tau1).to.deep.equal(g1Mul(G1_GENERATOR, waste.tau));
    expect(srs.blindingBase).to.deep.equal(g1Mul(G1_GENERATOR, waste.beta));
  });

  it("is the same from a file cut to fewer powers", async () => {
    const large = await openPtau(memorySource("large.ptau", await ptauOf("srs", POWER + 1)));
    const cut = new MemorySink();
    await writeTruncatedPtau(cut, large, POWER);
    expect(Buffer.from(cut.bytes()).equals(bytes)).to.equal(true);
  });

  it("refuses more powers than the file has", async () => {
    await expectError(() => loadSrs(memorySource("test.ptau", bytes), 32), FormatError, "test.ptau", "31", "32");
  });

  it("refuses a truncated file, at any of its section borders and inside", async () => {
    for (const length of [0, 11, 20, 60, 2000, bytes.length - 1]) {
      await expectError(() => loadSrs(memorySource("test.ptau", bytes.slice(0, length)), 16), FormatError, "test.ptau");
    }
  });

  it("refuses another type, version and curve", async () => {
    await expectError(
      () =>
        loadSrs(
          changed((copy) => copy.set([0x7a], 0)),
          16,
        ),
      FormatError,
      "not a .ptau file",
    );
    await expectError(
      () =>
        loadSrs(
          changed((copy) => copy.set([2], 4)),
          16,
        ),
      FormatError,
      "version 2",
    );
    await expectError(
      () =>
        loadSrs(
          changed((copy) => copy.set([0], 30)),
          16,
        ),
      FormatError,
      "BN254",
    );
  });

  it("refuses a power that does not belong to the section sizes", async () => {
    await expectError(
      () =>
        loadSrs(
          changed((copy) => copy.set([POWER - 1], 60)),
          8,
        ),
      FormatError,
      "section 2",
    );
  });

  it("refuses a first power that is not the generator and a tau that is not on the curve", async () => {
    const tauG1 = 12 + 12 + 44 + 12;
    await expectError(
      () =>
        loadSrs(
          changed((copy) => copy.copyWithin(tauG1, tauG1 + 64, tauG1 + 128)),
          16,
        ),
      FormatError,
      "generator",
    );
    const offCurve = changed((copy) => copy.set([(copy[tauG1 + 64] ?? 0) ^ 1], tauG1 + 64));
    await expectError(() => loadSrs(offCurve, 16), InputError, "[tau]_1");
  });

  it("refuses two taus that do not belong together", async () => {
    const tauG1 = 12 + 12 + 44 + 12;
    const swapped = changed((copy) => copy.copyWithin(tauG1 + 64, tauG1 + 128, tauG1 + 192));
    await expectError(() => loadSrs(swapped, 16), InputError, "different logarithms");
  });
});
