import { readUint256LE, viewOf } from "../../algebra/little-endian.js";
import { G1_BYTES, G2_BYTES } from "../../algebra/montgomery.js";
import { FormatError } from "../../errors/errors.js";
import type { ByteSource } from "../../model/byte-source.js";
import { FQ_ORDER } from "../../protocol/constants.js";
import type { ByteSink } from "./byte-sink.js";
import { PTAU_SECTION, ptauHeader, ptauPointSections } from "./ptau.js";
import {
  readSections,
  sectionOf,
  writeFileHeader,
  writeSection,
  writeSectionHeader,
  type Sections,
} from "./section-file.js";

const COPY_BYTES = 1 << 22;

/** A `.ptau` file whose header and section sizes were checked; its points were not. */
export interface PtauFile {
  readonly source: ByteSource;
  readonly power: number;
  readonly sections: Sections;
}

/** Opens a `.ptau` file. Throws `FormatError` for another curve, an impossible power or sections of a wrong size. */
export async function openPtau(source: ByteSource): Promise<PtauFile> {
  const sections = await readSections(source, "ptau");
  const header = sectionOf(source, sections, PTAU_SECTION.header, 44);
  const view = viewOf(await source.read(header.offset, header.size));
  if (view.getUint32(0, true) !== 32 || readUint256LE(view, 4) !== FQ_ORDER) {
    throw new FormatError(source.name, "is not a ceremony over BN254 (bn128)", {
      remedy: "Use a powersOfTau28_hez_final file or one that snarkjs made for bn128.",
    });
  }
  const power = view.getUint32(36, true);
  if (power < 1 || power > 28) throw new FormatError(source.name, `claims power ${power}, expected 1 to 28`);
  for (const { id, points, pointBytes } of ptauPointSections(power)) {
    sectionOf(source, sections, id, points * pointBytes);
  }
  return { source, power, sections };
}

/**
 * Throws `FormatError` unless the file was prepared for phase 2 (Lagrange sections 12 to 15) and has at least
 * `2^minPower` powers.
 */
export function assertPhase2Ready(ptau: PtauFile, minPower: number): void {
  const { source, power, sections } = ptau;
  if (power < minPower) {
    throw new FormatError(source.name, `has power ${power}, but the tier needs ${minPower}`, {
      remedy: `Use a file of power ${minPower} or more, such as powersOfTau28_hez_final_${minPower}.ptau.`,
    });
  }
  // Section 12 has the bases of all domains up to twice the size, the others up to the size.
  const lagrange = [
    [PTAU_SECTION.lagrangeTauG1, G1_BYTES],
    [PTAU_SECTION.lagrangeTauG2, G2_BYTES],
    [PTAU_SECTION.lagrangeAlphaTauG1, G1_BYTES],
    [PTAU_SECTION.lagrangeBetaTauG1, G1_BYTES],
  ] as const;
  for (const [id, pointBytes] of lagrange) {
    const section = sections.get(id);
    if (section === undefined || section.size < (2 * 2 ** power - 1) * pointBytes) {
      throw new FormatError(source.name, `is not prepared for phase 2: section ${id} is missing or cut`, {
        remedy: `Run "snarkjs powersoftau prepare phase2 ${source.name} prepared.ptau" and use its result.`,
      });
    }
  }
}

/** Copies the first `2^power` powers into a `.ptau` of their own (sections 1 to 7, contributions left out). */
export async function writeTruncatedPtau(sink: ByteSink, from: PtauFile, power: number): Promise<void> {
  if (power > from.power) throw new RangeError(`writeTruncatedPtau: ${power} is above the file's power ${from.power}`);
  const sections = ptauPointSections(power);
  await writeFileHeader(sink, "ptau", sections.length + 2);
  await writeSection(sink, PTAU_SECTION.header, ptauHeader(power));
  for (const { id, points, pointBytes } of sections) {
    const { offset } = sectionOf(from.source, from.sections, id);
    const size = points * pointBytes;
    await writeSectionHeader(sink, id, size);
    for (let start = 0; start < size; start += COPY_BYTES) {
      await sink.write(await from.source.read(offset + start, Math.min(COPY_BYTES, size - start)));
    }
  }
  await writeSection(sink, PTAU_SECTION.contributions, new Uint8Array(4));
}
