import * as z from "zod/mini";
import { sha256, size } from "../algebra/json-forms.js";
import type { FileRecord } from "../model/provenance.js";

const digestsSchema = z.object({
  isPrivate: z.boolean(),
  provenance: z.optional(z.object({ files: z.array(z.object({ name: z.string(), bytes: size, sha256 })) })),
});

/**
 * The files that a publisher committed, from the text of an open model's file (`parseModel` has checked the rest).
 * `undefined` where it does not tell: the files of private models are nobody's business.
 */
export function publishedFiles(text: string): readonly FileRecord[] | undefined {
  const parsed = digestsSchema.safeParse(JSON.parse(text));
  return parsed.success && !parsed.data.isPrivate ? parsed.data.provenance?.files : undefined;
}

/** Whether files are, byte for byte, those that were published; what they are called does not matter. */
export function areSameFiles(given: readonly FileRecord[], published: readonly FileRecord[]): boolean {
  const digests = (files: readonly FileRecord[]): string =>
    files
      .map(({ sha256 }) => sha256)
      .toSorted()
      .join();
  return digests(given) === digests(published);
}
