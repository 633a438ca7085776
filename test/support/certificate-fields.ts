import { MERCURY_POINTS, MERCURY_SCALARS } from "../../src/argument/mercury/proof.js";

/** What refuses a change: "parse", a phase of `verifyCertificate`, or an error of the registry; one of them if several. */
export type Expected = string | readonly string[];

/** A field that says nothing: whatever it is, the certificate is accepted. */
const INFORMATIVE = "accepted";

export const PARSE = "parse";
export const MODELS = "models";
export const POLICY = "policy";
export const RULES = "segment 0/rules";
const SHARES = "shares";
export const TILES = "segment 0/tiles";
const MERKLE = "segment 0/merkle";
const GROTH16 = "segment 0/groth16";
const COUNTS = "segment 0/commitments";
// The evaluations are of polynomials that both equations involve; the first that fails is named.
const MERCURY = ["segment 0/mercury/division", "segment 0/mercury/batched-opening"];

const entries = (names: readonly string[], expected: Expected): Record<string, Expected> =>
  Object.fromEntries(names.map((name) => [name, expected]));
const coordinates = (point: string): string[] => [`${point}.x`, `${point}.y`];

/** Every leaf of the file, and what refuses a change of one bit or one unit. */
export const LEAVES: Readonly<Record<string, Expected>> = {
  format: PARSE,
  version: PARSE,
  // Whose keys verify the proofs decides whether they prove something, not what the file says of them.
  insecure: INFORMATIVE,
  notice: INFORMATIVE,
  ...entries(["chainId", "registry", "publisher"], GROTH16),
  ...entries(["base.srsId", "base.t", "base.tileCount", "base.manifestHash", "base.classTableHash"], MODELS),
  "base.merkleRoot": POLICY,
  ...entries(["tuned.srsId", "tuned.t", "tuned.tileCount", "tuned.manifestHash", "tuned.classTableHash"], MODELS),
  "tuned.merkleRoot": "segments",
  "policy.baseModelId": POLICY,
  // Into the next rule, or off the tiles that the segment changes.
  "policy.rules[].ranges[].firstTile": [POLICY, TILES],
  "policy.rules[].ranges[].tileCount": [POLICY, RULES, TILES, GROTH16],
  // Too coarse for its tiles, not a rank rule's own, or another weight of the squares.
  "policy.rules[].unit": [POLICY, GROTH16],
  "policy.rules[].gridCols": POLICY,
  // A rank needs a grid; the rank rule's may grow up to the tier's.
  "policy.rules[].maxRank": [POLICY, RULES, GROTH16],
  "policy.rules[].shift": [POLICY, GROTH16],
  // Less than the segment's share, or another policy.
  "policy.rules[].maxNonzeros": [SHARES, GROTH16],
  "policy.rules[].maxResidualSq": [SHARES, GROTH16],
  "classes[].firstTile": MODELS,
  "classes[].fractionBits": MODELS,
  manifest: MODELS,
  "segments[].tierId": "segment 0/tier",
  "segments[].uses[].ruleIndex": ["rules", SHARES, RULES, TILES],
  // A first nonzero asks for masks, and none for none.
  "segments[].uses[].maxNonzeros": [SHARES, COUNTS, GROTH16],
  "segments[].uses[].maxResidualSq": [SHARES, GROTH16],
  "segments[].uses[].tileCount": [RULES, TILES],
  "segments[].tiles[]": [TILES, MERKLE],
  ...entries(
    [
      ...["base[]", "tuned[]", "masks[]", "factorA", "factorB", "multiplicity", "blinding"].map(
        (p) => `commitments.${p}`,
      ),
      ...["a", "c"].map((point) => `groth16.${point}`),
      ...MERCURY_POINTS.map((point) => `mercury.${point}`),
    ].flatMap((point) => coordinates(`segments[].${point}`)),
    PARSE,
  ),
  ...entries(
    [
      "claim.theta",
      "claim.psi",
      "claim.z[]",
      "claim.y",
      "h",
      "groth16.b.x.c0",
      "groth16.b.x.c1",
      "groth16.b.y.c0",
      "groth16.b.y.c1",
    ].map((name) => `segments[].${name}`),
    GROTH16,
  ),
  ...entries(
    MERCURY_SCALARS.map((name) => `segments[].mercury.${name}`),
    MERCURY,
  ),
  "segments[].nextMerkleRoot": MERKLE,
  "segments[].multiProof.proof[]": MERKLE,
  "segments[].multiProof.proofFlags[]": MERKLE,
};

/** Every point of G1, and what refuses another point of the curve in its place. */
export const POINTS: Readonly<Record<string, Expected>> = {
  "segments[].commitments.base[]": MERKLE,
  "segments[].commitments.tuned[]": MERKLE,
  ...entries(
    ["masks[]", "factorA", "factorB", "multiplicity", "blinding"].map((name) => `segments[].commitments.${name}`),
    GROTH16,
  ),
  ...entries(["segments[].groth16.a", "segments[].groth16.c"], GROTH16),
  ...entries(
    MERCURY_POINTS.map((name) => `segments[].mercury.${name}`),
    MERCURY,
  ),
};

/** Every list, and what refuses it with an element fewer or more, reordered, or empty. */
export const LISTS: Readonly<Record<string, Record<"fewer" | "more" | "swapped" | "empty", Expected>>> = {
  "policy.rules": { fewer: "rules", more: POLICY, swapped: POLICY, empty: POLICY },
  // One segment: nothing to swap.
  "policy.rules[].ranges": { fewer: PARSE, more: POLICY, swapped: INFORMATIVE, empty: PARSE },
  classes: { fewer: MODELS, more: MODELS, swapped: INFORMATIVE, empty: MODELS },
  segments: { fewer: PARSE, more: "rules", swapped: INFORMATIVE, empty: PARSE },
  "segments[].uses": { fewer: TILES, more: ["rules", SHARES], swapped: [RULES, TILES], empty: [RULES, TILES] },
  "segments[].tiles": { fewer: TILES, more: TILES, swapped: TILES, empty: TILES },
  "segments[].commitments.base": { fewer: COUNTS, more: COUNTS, swapped: MERKLE, empty: COUNTS },
  "segments[].commitments.tuned": { fewer: COUNTS, more: COUNTS, swapped: MERKLE, empty: COUNTS },
  "segments[].commitments.masks": { fewer: COUNTS, more: COUNTS, swapped: GROTH16, empty: COUNTS },
  "segments[].claim.z": {
    fewer: "segment 0/scalars",
    more: "segment 0/scalars",
    swapped: GROTH16,
    empty: "segment 0/scalars",
  },
  "segments[].multiProof.proof": { fewer: MERKLE, more: MERKLE, swapped: MERKLE, empty: MERKLE },
  "segments[].multiProof.proofFlags": { fewer: MERKLE, more: MERKLE, swapped: MERKLE, empty: MERKLE },
};

/** Every leaf of the calldata, and the registry's error for a change of one bit or one unit. */
export const CALLDATA: Readonly<Record<string, Expected>> = {
  ...entries(
    ["t", "tileCount", "manifestHash", "classTableHash", "merkleRoot"].map((name) => `base.${name}`),
    "UnknownModel",
  ),
  policyId: "UnknownPolicy",
  tunedMerkleRoot: "TunedRootMismatch",
  // What a publisher says in addition, of which a proof knows nothing.
  expiresAt: "ExpiresTooEarly",
  "metadata.uri": "accepted",
  "metadata.contentHash": "accepted",
  "segments[].routeId": "UnknownRoute",
  "segments[].uses[].ruleIndex": [
    "RuleUsedTwice",
    "RuleOutOfOrder",
    "TileOutOfOrder",
    "UnknownRule",
    "SharesExceedBound",
    "RankRuleIncomplete",
  ],
  // One more than the rule has; one fewer is another statement, none no masks.
  "segments[].uses[].maxNonzeros": ["SharesExceedBound", "CommitmentCountMismatch", "InvalidGroth16Proof"],
  "segments[].uses[].maxResidualSq": ["SharesExceedBound", "InvalidGroth16Proof"],
  // The slots ascend: there is no order to give.
  "segments[].order": "OrderLengthMismatch",
  "segments[].uses[].tileCount": ["RankRuleIncomplete", "TileOutOfOrder", "TileCountMismatch"],
  "segments[].tiles[]": ["TileOutOfOrder", "BaseRootMismatch"],
  ...entries(
    ["base[]", "tuned[]"].flatMap((name) => coordinates(`segments[].commitments.${name}`)),
    ["BaseRootMismatch", "PointNotOnCurve"],
  ),
  ...entries(
    ["masks[]", "factorA", "factorB", "multiplicity", "blinding"].flatMap((name) =>
      coordinates(`segments[].commitments.${name}`),
    ),
    "PointNotOnCurve",
  ),
  ...entries(
    ["claim.theta", "claim.psi", "claim.z[]", "claim.y", "h", "groth16.b[][]"].map((name) => `segments[].${name}`),
    "InvalidGroth16Proof",
  ),
  // The precompile's to refuse, as B.
  "segments[].groth16.a[]": "InvalidGroth16Proof",
  "segments[].groth16.c[]": "InvalidGroth16Proof",
  ...entries(
    MERCURY_POINTS.flatMap((name) => coordinates(`segments[].mercury.${name}`)),
    "PointNotOnCurve",
  ),
  ...entries(
    MERCURY_SCALARS.map((name) => `segments[].mercury.${name}`),
    "InvalidOpening",
  ),
  "segments[].multiProof.proof[]": "BaseRootMismatch",
  // A flag decides how many siblings are read: too few, too many, or one that is not there.
  "segments[].multiProof.proofFlags[]": ["InvalidMultiproof", "BaseRootMismatch"],
};
