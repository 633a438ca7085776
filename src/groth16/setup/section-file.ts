import { viewOf } from "../../algebra/little-endian.js";
import { FormatError } from "../../errors/errors.js";
import type { ByteSource } from "../../model/byte-source.js";
import type { ByteSink } from "./byte-sink.js";

/**
 * The container of `.ptau`, `.r1cs` and `.zkey` files: four letters of type, version and number of sections
 * (32 bits each), then sections of id (32 bits), length (64 bits) and content. All numbers are little-endian.
 */
const FILE_HEADER_BYTES = 12;
const SECTION_HEADER_BYTES = 12;
/** More sections than any of the formats has: a count above it is not believed. */
const MAX_SECTIONS = 64;

export type SectionFileType = "ptau" | "r1cs" | "zkey";

/** Where a section's content lies in its file. */
export interface Section {
  readonly offset: number;
  readonly size: number;
}

/** Sections by id. */
export type Sections = ReadonlyMap<number, Section>;

/** Reads the table of sections. Throws `FormatError` for another type or version, repeated ids and truncation. */
export async function readSections(source: ByteSource, type: SectionFileType): Promise<Sections> {
  if (source.size < FILE_HEADER_BYTES) throw new FormatError(source.name, `too short for a .${type} file`);
  const header = await source.read(0, FILE_HEADER_BYTES);
  const found = String.fromCharCode(...header.subarray(0, 4));
  if (found !== type)
    throw new FormatError(source.name, `is not a .${type} file: it starts with ${JSON.stringify(found)}`);
  const version = viewOf(header).getUint32(4, true);
  if (version !== 1) throw new FormatError(source.name, `has version ${version} of the .${type} format, expected 1`);
  const count = viewOf(header).getUint32(8, true);
  if (count > MAX_SECTIONS) throw new FormatError(source.name, `claims ${count} sections`, { offset: 8 });

  const sections = new Map<number, Section>();
  let offset = FILE_HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    if (offset + SECTION_HEADER_BYTES > source.size) throw truncated(source, `header of section ${i}`, offset);
    const view = viewOf(await source.read(offset, SECTION_HEADER_BYTES));
    const id = view.getUint32(0, true);
    const size = Number(view.getBigUint64(4, true));
    const start = offset + SECTION_HEADER_BYTES;
    if (start + size > source.size) throw truncated(source, `section ${id} of ${size} bytes`, offset);
    if (sections.has(id)) throw new FormatError(source.name, `has section ${id} twice`, { offset });
    sections.set(id, { offset: start, size });
    offset = start + size;
  }
  return sections;
}

function truncated(source: ByteSource, what: string, offset: number): FormatError {
  return new FormatError(source.name, `${what} goes beyond the file's end at ${source.size} bytes`, {
    offset,
    remedy: "The file is truncated: fetch or make it again.",
  });
}

/** The section with that id. Throws `FormatError` if it is missing or has another size than expected. */
export function sectionOf(source: ByteSource, sections: Sections, id: number, expectedSize?: number): Section {
  const section = sections.get(id);
  if (section === undefined) throw new FormatError(source.name, `has no section ${id}`);
  if (expectedSize !== undefined && section.size !== expectedSize) {
    throw new FormatError(source.name, `section ${id} has ${section.size} bytes, expected ${expectedSize}`, {
      offset: section.offset,
    });
  }
  return section;
}

/** Starts a file of that type with `sectionCount` sections. */
export async function writeFileHeader(sink: ByteSink, type: SectionFileType, sectionCount: number): Promise<void> {
  const bytes = new Uint8Array(FILE_HEADER_BYTES);
  for (let i = 0; i < 4; i++) bytes[i] = type.charCodeAt(i);
  viewOf(bytes).setUint32(4, 1, true);
  viewOf(bytes).setUint32(8, sectionCount, true);
  await sink.write(bytes);
}

/** Starts a section; the caller then writes exactly `size` bytes. */
export async function writeSectionHeader(sink: ByteSink, id: number, size: number): Promise<void> {
  const bytes = new Uint8Array(SECTION_HEADER_BYTES);
  viewOf(bytes).setUint32(0, id, true);
  viewOf(bytes).setBigUint64(4, BigInt(size), true);
  await sink.write(bytes);
}

/** A whole section whose content is at hand. */
export async function writeSection(sink: ByteSink, id: number, content: Uint8Array): Promise<void> {
  await writeSectionHeader(sink, id, content.length);
  await sink.write(content);
}
