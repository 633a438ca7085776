import * as z from "zod/mini";
import type { G1, G2 } from "../algebra/g1.js";
import { g1ToHex, hexToFr, hexToG1, hexToWordBE, wordToHexBE, type Hex } from "../algebra/hex.js";
import { count, decimal, point, strict, word } from "../algebra/json-forms.js";
import { InputError } from "../errors/errors.js";
import type { Fr } from "../algebra/fr.js";
import { MERCURY_POINTS, MERCURY_SCALARS, type MercuryProof } from "../argument/mercury/proof.js";
import { FQ_ORDER } from "../protocol/constants.js";
import type { RuleUse, WrappedSegment } from "./wrapped-segment.js";

const g2Coordinate = strict({ c0: word, c1: word });

/** A rule's use in a file: the shares are decimal strings. */
export const useSchema = strict({ ruleIndex: count, tileCount: count, maxNonzeros: decimal, maxResidualSq: decimal });

type UseFile = z.infer<typeof useSchema>;

export function encodeUse({ ruleIndex, tileCount, maxNonzeros, maxResidualSq }: RuleUse): UseFile {
  return {
    ruleIndex,
    tileCount,
    maxNonzeros: maxNonzeros.toString(),
    maxResidualSq: maxResidualSq.toString(),
  };
}

export function decodeUse(file: UseFile): RuleUse {
  return { ...file, maxNonzeros: BigInt(file.maxNonzeros), maxResidualSq: BigInt(file.maxResidualSq) };
}

/** A segment in a file. */
export const segmentSchema = strict({
  tierId: count,
  uses: z.array(useSchema),
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

export type SegmentFile = z.infer<typeof segmentSchema>;

export function encodeSegment(segment: WrappedSegment): SegmentFile {
  const { commitments, claim, groth16, mercury } = segment;
  return {
    tierId: segment.tierId,
    uses: segment.uses.map(encodeUse),
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

/** Every scalar must be canonical and every G1 point on the curve; `label` names the segment in the `InputError`. */
export function decodeSegment(file: SegmentFile, label: string): WrappedSegment {
  const { commitments, claim, groth16, mercury } = file;
  const points = (list: readonly { x: string; y: string }[], name: string): G1[] =>
    list.map((value, i) => hexToG1(value, `${label}.commitments.${name}.${i}`));
  const mercuryProof = {
    ...Object.fromEntries(MERCURY_POINTS.map((name) => [name, hexToG1(mercury[name], `${label}.mercury.${name}`)])),
    ...Object.fromEntries(MERCURY_SCALARS.map((name) => [name, hexToFr(mercury[name], `${label}.mercury.${name}`)])),
  } as unknown as MercuryProof;
  return {
    tierId: file.tierId,
    uses: file.uses.map(decodeUse),
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
