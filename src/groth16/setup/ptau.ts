import { viewOf, writeUint256LE } from "../../algebra/little-endian.js";
import { G1_BYTES, G2_BYTES } from "../../algebra/montgomery.js";
import { FR_ONE, frMul, frPow, type Fr } from "../../algebra/fr.js";
import { FQ_ORDER } from "../../protocol/constants.js";
import type { ByteSink } from "./byte-sink.js";
import type { FixedBase } from "./fixed-base.js";
import { writePoints } from "./point-writer.js";
import { noProgress, type SetupProgress } from "./progress.js";
import { writeFileHeader, writeSection, writeSectionHeader } from "./section-file.js";
import type { ToxicWaste } from "./toxic-waste.js";

/** Sections of a `.ptau` file (iden3's format, version 1). */
export const PTAU_SECTION = {
  header: 1,
  tauG1: 2,
  tauG2: 3,
  alphaTauG1: 4,
  betaTauG1: 5,
  betaG2: 6,
  contributions: 7,
  lagrangeTauG1: 12,
  lagrangeTauG2: 13,
  lagrangeAlphaTauG1: 14,
  lagrangeBetaTauG1: 15,
} as const;

/** Points of a file of that power: section, number of points, bytes of one. */
export function ptauPointSections(power: number): readonly { id: number; points: number; pointBytes: number }[] {
  const size = 2 ** power;
  return [
    { id: PTAU_SECTION.tauG1, points: 2 * size - 1, pointBytes: G1_BYTES },
    { id: PTAU_SECTION.tauG2, points: size, pointBytes: G2_BYTES },
    { id: PTAU_SECTION.alphaTauG1, points: size, pointBytes: G1_BYTES },
    { id: PTAU_SECTION.betaTauG1, points: size, pointBytes: G1_BYTES },
    { id: PTAU_SECTION.betaG2, points: 1, pointBytes: G2_BYTES },
  ];
}

/** Content of section 1. */
export function ptauHeader(power: number): Uint8Array {
  const bytes = new Uint8Array(44);
  const view = viewOf(bytes);
  view.setUint32(0, 32, true);
  writeUint256LE(view, 4, FQ_ORDER);
  view.setUint32(36, power, true);
  view.setUint32(40, power, true); // The ceremony's power: this is not cut from a larger file.
  return bytes;
}

/**
 * Writes an INSECURE development `.ptau` of `2^power` powers: sections 1 to 7, no contributions. Same secrets and
 * power, same bytes.
 */
export async function writeDevelopmentPtau(
  sink: ByteSink,
  power: number,
  waste: Pick<ToxicWaste, "tau" | "alpha" | "beta">,
  fixedBase: FixedBase,
  onProgress: SetupProgress = noProgress,
): Promise<void> {
  const sections = ptauPointSections(power);
  const total = sections.reduce((sum, section) => sum + section.points, 0);
  let done = 0;
  await writeFileHeader(sink, "ptau", sections.length + 2);
  await writeSection(sink, PTAU_SECTION.header, ptauHeader(power));
  const firstScalar = new Map<number, Fr>([
    [PTAU_SECTION.alphaTauG1, waste.alpha],
    [PTAU_SECTION.betaTauG1, waste.beta],
    [PTAU_SECTION.betaG2, waste.beta],
  ]);
  for (const { id, points, pointBytes } of sections) {
    await writeSectionHeader(sink, id, points * pointBytes);
    const first = firstScalar.get(id) ?? FR_ONE;
    const multiply = pointBytes === G1_BYTES ? fixedBase.g1 : fixedBase.g2;
    await writePoints(
      sink,
      points,
      (from, to) => multiply({ first: frMul(first, frPow(waste.tau, from)), ratio: waste.tau, count: to - from }),
      (written) => {
        done += written;
        onProgress("powers of tau", done, total);
      },
    );
  }
  await writeSection(sink, PTAU_SECTION.contributions, new Uint8Array(4));
}
