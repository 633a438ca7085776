import * as z from "zod/mini";
import type { Hex } from "../algebra/hex.js";
import { address, count, decimal, exponent, strict, word } from "../algebra/json-forms.js";
import { decodeRule, encodeRule, ruleSchema } from "../policy/rule-codec.js";
import type { CertificateHead } from "../segment/wrapped-segment.js";

const INSECURE_NOTICE =
  "Made with a DEVELOPMENT setup whose toxic waste is known: this certificate proves nothing to anybody. Tests and local chains only.";

const partsSchema = strict({
  srsId: word,
  t: count,
  tileCount: count,
  manifestHash: word,
  classTableHash: word,
  merkleRoot: word,
});

/** The fields of a certificate before its segments, in their order in files. */
export const HEAD_FIELDS = {
  insecure: z.boolean(),
  notice: z.optional(z.string()),
  chainId: decimal,
  registry: address,
  publisher: address,
  base: partsSchema,
  tuned: partsSchema,
  policy: strict({
    baseModelId: word,
    rules: z.array(ruleSchema),
  }),
  classes: z.array(strict({ firstTile: count, fractionBits: exponent })),
  manifest: z.string(),
};

export type HeadFile = z.infer<z.ZodMiniObject<typeof HEAD_FIELDS, z.core.$strict>>;

export function encodeHead(head: CertificateHead): HeadFile {
  return {
    insecure: head.insecure,
    ...(head.insecure ? { notice: INSECURE_NOTICE } : {}),
    chainId: head.chainId.toString(),
    registry: head.registry,
    publisher: head.publisher,
    base: { ...head.base },
    tuned: { ...head.tuned },
    policy: {
      baseModelId: head.policy.baseModelId,
      rules: head.policy.rules.map(encodeRule),
    },
    classes: head.classes.map(({ firstTile, fractionBits }) => ({ firstTile, fractionBits })),
    manifest: head.manifest,
  };
}

export function decodeHead(file: HeadFile): CertificateHead {
  return {
    chainId: BigInt(file.chainId),
    registry: file.registry as Hex,
    publisher: file.publisher as Hex,
    base: file.base as CertificateHead["base"],
    tuned: file.tuned as CertificateHead["tuned"],
    policy: {
      baseModelId: file.policy.baseModelId as Hex,
      rules: file.policy.rules.map(decodeRule),
    },
    classes: file.classes,
    manifest: file.manifest,
    insecure: file.insecure,
  };
}

/** Where two heads differ: the first such field as `name: one, not other`, shortened; `undefined` if they are the same. */
export function differenceOfHeads(one: CertificateHead, other: CertificateHead): string | undefined {
  const [left, right] = [leaves(encodeHead(one)), leaves(encodeHead(other))];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    if (left.get(name) !== right.get(name)) {
      return `${name} is ${shortened(left.get(name))}, not ${shortened(right.get(name))}`;
    }
  }
  return undefined;
}

/** The values of nested objects by their dotted names. */
function leaves(value: unknown, name = ""): Map<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[name, String(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, child]) => [...leaves(child, name === "" ? key : `${name}.${key}`)]),
  );
}

function shortened(text = "missing"): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
