import * as z from "zod/mini";
import type { Hex } from "../algebra/hex.js";
import { count, strict, word } from "../algebra/json-forms.js";
import { parseFile } from "../errors/parse-file.js";
import { decodeHead, encodeHead, HEAD_FIELDS } from "./head-codec.js";
import {
  decodeSegment,
  decodeUse,
  encodeSegment,
  encodeUse,
  segmentSchema,
  useSchema,
} from "../segment/segment-codec.js";
import { SEGMENT_FORMAT, SEGMENT_VERSION, type SegmentPart } from "./segment-part.js";

/** The file's schema; `docs/certificate-format.md` describes it in words. */
const partSchema = strict({
  format: z.literal(SEGMENT_FORMAT),
  version: z.literal(SEGMENT_VERSION),
  ...HEAD_FIELDS,
  plan: z.array(z.array(useSchema).check(z.minLength(1))).check(z.minLength(1)),
  index: count,
  prevMerkleRoot: word,
  verifyingKeyDigest: word,
  segment: segmentSchema,
}).check(
  z.refine(({ index, plan }) => index < plan.length, { path: ["index"], message: "is not one of the plan's segments" }),
);

/** The part as the text of its file: JSON, two spaces, sorted as the schema is. */
export function encodeSegmentPart(part: SegmentPart): string {
  const file: z.input<typeof partSchema> = {
    format: SEGMENT_FORMAT,
    version: SEGMENT_VERSION,
    ...encodeHead(part.head),
    plan: part.plan.map((uses) => uses.map(encodeUse)),
    index: part.index,
    prevMerkleRoot: part.prevMerkleRoot,
    verifyingKeyDigest: part.verifyingKeyDigest,
    segment: encodeSegment(part.segment),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Reads a segment's file as strictly as a certificate's; `path` names it in the `FormatError`. */
export function parseSegmentPart(text: string, path: string): SegmentPart {
  const expectation = `Expected a segment of version ${SEGMENT_VERSION}, as made by \`fti prove\`.`;
  return parseFile(partSchema, text, path, expectation, (file) => ({
    head: decodeHead(file),
    plan: file.plan.map((uses) => uses.map(decodeUse)),
    index: file.index,
    prevMerkleRoot: file.prevMerkleRoot as Hex,
    verifyingKeyDigest: file.verifyingKeyDigest as Hex,
    segment: decodeSegment(file.segment, "segment"),
  }));
}
