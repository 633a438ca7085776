import { utf8ToBytes } from "@noble/hashes/utils.js";
import { viewOf, writeUint256LE } from "../../algebra/little-endian.js";
import { G1_BYTES, G2_BYTES } from "../../algebra/montgomery.js";
import { FR_ONE, FR_ZERO, frAdd, frInv, frMul, type Fr } from "../../algebra/fr.js";
import { FQ_ORDER, FR_ORDER } from "../../protocol/constants.js";
import type { ByteSink } from "./byte-sink.js";
import type { FixedBase } from "./fixed-base.js";
import { lagrangeAt } from "./lagrange.js";
import { writePoints } from "./point-writer.js";
import { noProgress, type SetupProgress } from "./progress.js";
import { evaluateQap, type QapAtTau } from "./qap.js";
import type { R1cs } from "./r1cs.js";
import { writeFileHeader, writeSection, writeSectionHeader } from "./section-file.js";
import type { ToxicWaste } from "./toxic-waste.js";
import { coefficientSectionBytes, writeCoefficients } from "./zkey-coefficients.js";

const PROTOCOL_GROTH16 = 1;

/** Sections of a Groth16 `.zkey` (snarkjs's format, version 1). */
export const ZKEY_SECTION = {
  protocol: 1,
  header: 2,
  ic: 3,
  coefficients: 4,
  a: 5,
  b1: 6,
  b2: 7,
  c: 8,
  h: 9,
  contributions: 10,
} as const;

/** What stands where a ceremony's circuit hash would: 64 bytes that no hash gives and every hex dump shows. */
const INSECURE_MARK = "INSECURE development key: its secrets are known. Never use it.";

/**
 * Writes an INSECURE Groth16 proving key from known secrets, in the form in which snarkjs 0.7 reads it. Same circuit
 * and secrets, same bytes. The circuit's `.r1cs` is read twice. Returns log2 of the domain's size.
 */
export async function writeDevelopmentZkey(
  sink: ByteSink,
  r1cs: R1cs,
  waste: ToxicWaste,
  fixedBase: FixedBase,
  onProgress: SetupProgress = noProgress,
): Promise<number> {
  const qap = await evaluateQap(r1cs, waste.tau, (done) => {
    onProgress("circuit polynomials", done, r1cs.constraints);
  });
  const sections = pointSections(r1cs, qap, waste);
  const total = sections.reduce((sum, section) => sum + section.count, 0);

  await writeFileHeader(sink, "zkey", sections.length + 4);
  const protocol = new Uint8Array(4);
  viewOf(protocol).setUint32(0, PROTOCOL_GROTH16, true);
  await writeSection(sink, ZKEY_SECTION.protocol, protocol);
  await writeSection(sink, ZKEY_SECTION.header, await header(r1cs, qap.log, waste, fixedBase));
  await writeSectionHeader(sink, ZKEY_SECTION.coefficients, coefficientSectionBytes(r1cs, qap.entriesAB));
  await writeCoefficients(sink, r1cs, qap.entriesAB);

  let done = 0;
  for (const { id, group, count, scalar } of sections) {
    await writeSectionHeader(sink, id, count * (group === "g1" ? G1_BYTES : G2_BYTES));
    const multiply = fixedBase[group];
    await writePoints(
      sink,
      count,
      (from, to) => multiply(Array.from({ length: to - from }, (_, i) => scalar(from + i))),
      (written) => {
        done += written;
        onProgress("proving key", done, total);
      },
    );
  }
  await writeSection(sink, ZKEY_SECTION.contributions, contributions());
  return qap.log;
}

interface PointSection {
  readonly id: number;
  readonly group: "g1" | "g2";
  readonly count: number;
  /** The logarithm of the section's point `i`. */
  readonly scalar: (i: number) => Fr;
}

/** The key's points in the order in which they are written, `ePrint 2016/260 §3.2` with H in Lagrange form. */
function pointSections(r1cs: R1cs, { log, a, b, c }: QapAtTau, waste: ToxicWaste): readonly PointSection[] {
  const gammaInverse = frInv(waste.gamma);
  const deltaInverse = frInv(waste.delta);
  const at = (values: readonly Fr[], i: number): Fr => values[i] ?? FR_ZERO;
  const combined = (s: number): Fr => frAdd(frAdd(frMul(waste.beta, at(a, s)), frMul(waste.alpha, at(b, s))), at(c, s));
  const firstPrivate = r1cs.publicSignals + 1;
  // The prover has AB - C at the odd points of the domain of twice the size. It vanishes at the even ones, so its
  // value at τ, which is H(τ)Z(τ), is the combination of those values with the odd Lagrange polynomials.
  const odd = lagrangeAt(waste.tau, log + 1, 1, 2);
  return [
    { id: ZKEY_SECTION.ic, group: "g1", count: firstPrivate, scalar: (i) => frMul(combined(i), gammaInverse) },
    { id: ZKEY_SECTION.h, group: "g1", count: 2 ** log, scalar: (i) => frMul(at(odd, i), deltaInverse) },
    {
      id: ZKEY_SECTION.c,
      group: "g1",
      count: r1cs.signals - firstPrivate,
      scalar: (i) => frMul(combined(firstPrivate + i), deltaInverse),
    },
    { id: ZKEY_SECTION.a, group: "g1", count: r1cs.signals, scalar: (i) => at(a, i) },
    { id: ZKEY_SECTION.b1, group: "g1", count: r1cs.signals, scalar: (i) => at(b, i) },
    { id: ZKEY_SECTION.b2, group: "g2", count: r1cs.signals, scalar: (i) => at(b, i) },
  ];
}

/** Section 2: both primes, the sizes, then α1, β1, β2, γ2, δ1, δ2. */
async function header(r1cs: R1cs, log: number, waste: ToxicWaste, fixedBase: FixedBase): Promise<Uint8Array> {
  const g1 = await fixedBase.g1([waste.alpha, waste.beta, waste.delta, FR_ONE]);
  const g2 = await fixedBase.g2([waste.beta, waste.gamma, waste.delta]);
  const bytes = new Uint8Array(84 + 3 * G1_BYTES + 3 * G2_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, 32, true);
  writeUint256LE(view, 4, FQ_ORDER);
  view.setUint32(36, 32, true);
  writeUint256LE(view, 40, FR_ORDER);
  view.setUint32(72, r1cs.signals, true);
  view.setUint32(76, r1cs.publicSignals, true);
  view.setUint32(80, 2 ** log, true);
  let offset = 84;
  const append = (points: Uint8Array): void => {
    bytes.set(points, offset);
    offset += points.length;
  };
  append(g1.subarray(0, 2 * G1_BYTES)); // α1, β1
  append(g2.subarray(0, 2 * G2_BYTES)); // β2, γ2
  append(g1.subarray(2 * G1_BYTES, 3 * G1_BYTES)); // δ1
  append(g2.subarray(2 * G2_BYTES)); // δ2
  return bytes;
}

/** Section 10: 64 bytes of circuit hash and the number of contributions, none. */
function contributions(): Uint8Array {
  const bytes = new Uint8Array(68);
  bytes.set(utf8ToBytes(INSECURE_MARK).subarray(0, 64));
  return bytes;
}
