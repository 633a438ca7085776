import { G1_GENERATOR, g1Equals } from "../algebra/g1.js";
import { G1_BYTES, G2_BYTES, g1FromMontgomeryLE, g2FromMontgomeryLE } from "../algebra/montgomery.js";
import { FormatError } from "../errors/errors.js";
import { assertSrs, type Srs } from "../argument/kzg/srs.js";
import type { ByteSource } from "../model/byte-source.js";
import { openPtau } from "./setup/ptau-file.js";
import { PTAU_SECTION } from "./setup/ptau.js";
import { sectionOf } from "./setup/section-file.js";

/**
 * Reads the commitment SRS from a `.ptau` file: `[τ^i]_1` for `i < count`, `[τ]_1`, `[τ]_2` and `H = [β]_1`. Only those
 * ranges are read. Checks that the first power is the generator and, with a pairing, that `[τ]_1` and `[τ]_2` belong
 * together; the other powers are covered by the file's digest. Throws `FormatError` for a file that is too small or not
 * a `.ptau`, `InputError` for points that are not on the curve.
 */
export async function loadSrs(source: ByteSource, count: number): Promise<Srs> {
  const ptau = await openPtau(source);
  const available = 2 * 2 ** ptau.power - 1;
  if (count < 2 || count > available) {
    throw new FormatError(source.name, `has ${available} powers of tau, ${count} are needed`, {
      remedy: "Use a file of a higher power.",
    });
  }
  const at = (id: number): number => sectionOf(source, ptau.sections, id).offset;
  const powers = await source.read(at(PTAU_SECTION.tauG1), count * G1_BYTES);
  const tauG2 = await source.read(at(PTAU_SECTION.tauG2) + G2_BYTES, G2_BYTES);
  const betaG1 = await source.read(at(PTAU_SECTION.betaTauG1), G1_BYTES);
  if (!g1Equals(g1FromMontgomeryLE(powers), G1_GENERATOR)) {
    throw new FormatError(source.name, "does not start with the generator of G1", { offset: at(PTAU_SECTION.tauG1) });
  }
  const srs: Srs = {
    size: count,
    tau1: g1FromMontgomeryLE(powers, G1_BYTES),
    tau2: g2FromMontgomeryLE(tauG2),
    blindingBase: g1FromMontgomeryLE(betaG1),
    powers,
  };
  assertSrs(srs);
  return srs;
}
