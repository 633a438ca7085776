import * as z from "zod/mini";
import { strict } from "../algebra/json-forms.js";
import { parseFile } from "../errors/parse-file.js";
import { CERTIFICATE_FORMAT, CERTIFICATE_VERSION, type Certificate } from "./certificate.js";
import { decodeHead, encodeHead, HEAD_FIELDS } from "./head-codec.js";
import { decodeSegment, encodeSegment, segmentSchema } from "../segment/segment-codec.js";

/** The file's schema; `docs/certificate-format.md` describes it in words. */
const certificateSchema = strict({
  format: z.literal(CERTIFICATE_FORMAT),
  version: z.literal(CERTIFICATE_VERSION),
  ...HEAD_FIELDS,
  segments: z.array(segmentSchema).check(z.minLength(1)),
});

/** The certificate as the text of its file: JSON, two spaces, sorted as the schema is. */
export function encodeCertificate(certificate: Certificate): string {
  const file: z.input<typeof certificateSchema> = {
    format: CERTIFICATE_FORMAT,
    version: CERTIFICATE_VERSION,
    ...encodeHead(certificate),
    segments: certificate.segments.map(encodeSegment),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/**
 * Reads a certificate. Every scalar must be canonical and every G1 point on the curve; `path` names the file
 * in the `FormatError`.
 */
export function parseCertificate(text: string, path: string): Certificate {
  const expectation = `Expected a certificate of version ${CERTIFICATE_VERSION}, as made by \`fti prove\`.`;
  return parseFile(certificateSchema, text, path, expectation, (file) => ({
    ...decodeHead(file),
    segments: file.segments.map((segment, i) => decodeSegment(segment, `segments.${i}`)),
  }));
}
