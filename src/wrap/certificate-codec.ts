import { z } from "zod";
import { hexToFr, hexToG1, hexToWordBE, g1ToHex, wordToHexBE, type Hex } from "../encoding/hex.js";
import { FormatError, InputError } from "../errors/errors.js";
import type { G1, G2 } from "../curve/g1.js";
import type { Fr } from "../field/fr.js";
import { FQ_ORDER } from "../protocol/constants.js";
import { MERCURY_POINTS, MERCURY_SCALARS, type MercuryProof } from "../kzg/mercury/proof.js";
import { CERTIFICATE_FORMAT, CERTIFICATE_VERSION, type Certificate, type WrappedSegment } from "./certificate.js";

const INSECURE_NOTICE =
  "Made with a DEVELOPMENT setup whose toxic waste is known: this certificate proves nothing to anybody. Tests and local chains only.";

/** An object without further fields. */
function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, "strict"> {
  return z.object(shape).strict();
}

const word = z.string().regex(/^0x[0-9a-f]{64}$/, "expected 0x and 64 lowercase hex digits");
const address = z.string().regex(/^0x[0-9a-f]{40}$/, "expected 0x and 40 lowercase hex digits");
/** At most 78 digits are read as a number: more are never below 2^256. */
const DECIMAL = /^(0|[1-9][0-9]{0,77})$/;
const decimal = z
  .string()
  .refine((digits) => DECIMAL.test(digits) && BigInt(digits) >> 256n === 0n, "expected a decimal number below 2^256");
const count = z.number().int().min(0).max(0xffff_ffff);
const point = strict({ x: word, y: word });
const g2Coordinate = strict({ c0: word, c1: word });

const segmentSchema = strict({
  tierId: count,
  uses: z.array(strict({ ruleIndex: count, tileCount: count })),
  tiles: z.array(count),
  commitments: strict({
    base: z.array(point),
    tuned: z.array(point),
    masks: z.array(point),
    factorA: point,
    factorB: point,
    multiplicity: point,
    blinding: point,
  }),
  claim: strict({ theta: word, psi: word, z: z.array(word), y: word }),
  h: word,
  groth16: strict({ a: point, b: strict({ x: g2Coordinate, y: g2Coordinate }), c: point }),
  mercury: strict({
    ...(Object.fromEntries(MERCURY_POINTS.map((name) => [name, point])) as Record<
      (typeof MERCURY_POINTS)[number],
      typeof point
    >),
    ...(Object.fromEntries(MERCURY_SCALARS.map((name) => [name, word])) as Record<
      (typeof MERCURY_SCALARS)[number],
      typeof word
    >),
  }),
  nextMerkleRoot: word,
  multiProof: strict({ proof: z.array(word), proofFlags: z.array(z.boolean()) }),
});

const partsSchema = strict({
  srsId: word,
  t: count,
  tileCount: count,
  manifestHash: word,
  merkleRoot: word,
});

/** The file's schema; `docs/certificate-format.md` describes it in words. */
const certificateSchema = strict({
  format: z.literal(CERTIFICATE_FORMAT),
  version: z.literal(CERTIFICATE_VERSION),
  insecure: z.boolean(),
  notice: z.string().optional(),
  chainId: decimal,
  registry: address,
  publisher: address,
  base: partsSchema,
  tuned: partsSchema,
  policy: strict({
    baseModelId: word,
    rules: z.array(
      strict({
        firstTile: count,
        tileCount: count,
        gridCols: count,
        maxRank: count,
        shift: count,
        maxNonzeros: decimal,
        maxResidualSq: decimal,
      }),
    ),
  }),
  manifest: z.string(),
  segments: z.array(segmentSchema).min(1),
});

type SegmentFile = z.infer<typeof segmentSchema>;

/** The certificate as the text of its file: JSON, two spaces, sorted as the schema is. */
export function encodeCertificate(certificate: Certificate): string {
  const file: z.input<typeof certificateSchema> = {
    format: CERTIFICATE_FORMAT,
    version: CERTIFICATE_VERSION,
    insecure: certificate.insecure,
    ...(certificate.insecure ? { notice: INSECURE_NOTICE } : {}),
    chainId: certificate.chainId.toString(),
    registry: certificate.registry,
    publisher: certificate.publisher,
    base: { ...certificate.base },
    tuned: { ...certificate.tuned },
    policy: {
      baseModelId: certificate.policy.baseModelId,
      rules: certificate.policy.rules.map((rule) => ({
        ...rule,
        maxNonzeros: rule.maxNonzeros.toString(),
        maxResidualSq: rule.maxResidualSq.toString(),
      })),
    },
    manifest: certificate.manifest,
    segments: certificate.segments.map(encodeSegment),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/**
 * Reads a certificate. Every scalar must be canonical and every G1 point on the curve; `path` names the file
 * in the `FormatError`.
 */
export function parseCertificate(text: string, path: string): Certificate {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(path, "is not JSON", { cause, remedy: "Give a certificate made by `fti prove`." });
  }
  const parsed = certificateSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? "the file" : issue.path.join(".");
    throw new FormatError(path, `${where}: ${issue?.message ?? "is malformed"}`, {
      remedy: `Expected a certificate of version ${CERTIFICATE_VERSION}, as made by \`fti prove\`.`,
    });
  }
  const file = parsed.data;
  try {
    return {
      chainId: BigInt(file.chainId),
      registry: file.registry as Hex,
      publisher: file.publisher as Hex,
      base: file.base as Certificate["base"],
      tuned: file.tuned as Certificate["tuned"],
      policy: {
        baseModelId: file.policy.baseModelId as Hex,
        rules: file.policy.rules.map((rule) => ({
          ...rule,
          maxNonzeros: BigInt(rule.maxNonzeros),
          maxResidualSq: BigInt(rule.maxResidualSq),
        })),
      },
      manifest: file.manifest,
      insecure: file.insecure,
      segments: file.segments.map((segment, i) => decodeSegment(segment, `segments.${i}`)),
    };
  } catch (error) {
    if (error instanceof InputError) throw new FormatError(path, error.shortMessage, { cause: error });
    throw error;
  }
}

function encodeSegment(segment: WrappedSegment): SegmentFile {
  const { commitments, claim, groth16, mercury } = segment;
  return {
    tierId: segment.tierId,
    uses: segment.uses.map((use) => ({ ...use })),
    tiles: [...segment.tiles],
    commitments: {
      base: commitments.base.map(g1ToHex),
      tuned: commitments.tuned.map(g1ToHex),
      masks: commitments.masks.map(g1ToHex),
      factorA: g1ToHex(commitments.factorA),
      factorB: g1ToHex(commitments.factorB),
      multiplicity: g1ToHex(commitments.multiplicity),
      blinding: g1ToHex(commitments.blinding),
    },
    claim: {
      theta: wordToHexBE(claim.theta),
      psi: wordToHexBE(claim.psi),
      z: claim.z.map(wordToHexBE),
      y: wordToHexBE(claim.y),
    },
    h: wordToHexBE(segment.h),
    groth16: { a: g1ToHex(groth16.a), b: g2ToHex(groth16.b), c: g1ToHex(groth16.c) },
    mercury: {
      ...(Object.fromEntries(MERCURY_POINTS.map((name) => [name, g1ToHex(mercury[name])])) as Record<
        (typeof MERCURY_POINTS)[number],
        { x: Hex; y: Hex }
      >),
      ...(Object.fromEntries(MERCURY_SCALARS.map((name) => [name, wordToHexBE(mercury[name])])) as Record<
        (typeof MERCURY_SCALARS)[number],
        Hex
      >),
    },
    nextMerkleRoot: segment.nextMerkleRoot,
    multiProof: { proof: [...segment.multiProof.proof], proofFlags: [...segment.multiProof.proofFlags] },
  };
}

function decodeSegment(file: SegmentFile, label: string): WrappedSegment {
  const { commitments, claim, groth16, mercury } = file;
  const points = (list: readonly { x: string; y: string }[], name: string): G1[] =>
    list.map((value, i) => hexToG1(value, `${label}.commitments.${name}.${i}`));
  const mercuryProof = {
    ...Object.fromEntries(MERCURY_POINTS.map((name) => [name, hexToG1(mercury[name], `${label}.mercury.${name}`)])),
    ...Object.fromEntries(MERCURY_SCALARS.map((name) => [name, hexToFr(mercury[name], `${label}.mercury.${name}`)])),
  } as unknown as MercuryProof;
  return {
    tierId: file.tierId,
    uses: file.uses,
    tiles: file.tiles,
    commitments: {
      base: points(commitments.base, "base"),
      tuned: points(commitments.tuned, "tuned"),
      masks: points(commitments.masks, "masks"),
      factorA: hexToG1(commitments.factorA, `${label}.commitments.factorA`),
      factorB: hexToG1(commitments.factorB, `${label}.commitments.factorB`),
      multiplicity: hexToG1(commitments.multiplicity, `${label}.commitments.multiplicity`),
      blinding: hexToG1(commitments.blinding, `${label}.commitments.blinding`),
    },
    claim: {
      theta: hexToFr(claim.theta, `${label}.claim.theta`),
      psi: hexToFr(claim.psi, `${label}.claim.psi`),
      z: claim.z.map((coordinate, i): Fr => hexToFr(coordinate, `${label}.claim.z.${i}`)),
      y: hexToFr(claim.y, `${label}.claim.y`),
    },
    h: hexToFr(file.h, `${label}.h`),
    groth16: {
      a: hexToG1(groth16.a, `${label}.groth16.a`),
      b: hexToG2(groth16.b, `${label}.groth16.b`),
      c: hexToG1(groth16.c, `${label}.groth16.c`),
    },
    mercury: mercuryProof,
    nextMerkleRoot: file.nextMerkleRoot as Hex,
    multiProof: { proof: file.multiProof.proof as Hex[], proofFlags: file.multiProof.proofFlags },
  };
}

function g2ToHex(p: G2): SegmentFile["groth16"]["b"] {
  return {
    x: { c0: wordToHexBE(p.x.c0), c1: wordToHexBE(p.x.c1) },
    y: { c0: wordToHexBE(p.y.c0), c1: wordToHexBE(p.y.c1) },
  };
}

/** Canonical coordinates only; the subgroup is checked by the Groth16 verifier. */
function hexToG2(p: SegmentFile["groth16"]["b"], label: string): G2 {
  const coordinate = (hex: string, name: string): bigint => {
    const value = hexToWordBE(hex, `${label}.${name}`);
    if (value >= FQ_ORDER) throw new InputError(`${label}.${name}: ${hex} is not below the base field's order`);
    return value;
  };
  return {
    x: { c0: coordinate(p.x.c0, "x.c0"), c1: coordinate(p.x.c1, "x.c1") },
    y: { c0: coordinate(p.y.c0, "y.c0"), c1: coordinate(p.y.c1, "y.c1") },
  };
}
