import { z } from "zod";
import { PROTOCOL_VERSION } from "../protocol/constants.js";
import { TIER_NAMES } from "../protocol/tiers.js";

/** Version of the manifest's own format. */
export const ARTIFACT_MANIFEST_VERSION = 1;

/** Stands in every manifest of a development setup; tools print it. */
export const INSECURE_WARNING =
  "INSECURE development setup: its secrets are known to whoever ran it, so proofs made with it prove nothing. " +
  "For tests and local chains only.";

const digest = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lowercase hex digits");

/** A file in the store: its name, the SHA-256 by which it is found, its length. */
const storedFile = z
  .object({
    // A bare name: it becomes part of a path.
    file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "expected a plain file name"),
    sha256: digest,
    bytes: z.number().int().nonnegative(),
  })
  .strict();

/** Artifacts by role. */
const filesSchema = z
  .object({
    /** `.ptau` with the powers for commitments and for the proving key. */
    srs: storedFile,
    r1cs: storedFile,
    /** Witness calculator. */
    wasm: storedFile,
    zkey: storedFile,
    /** snarkjs's JSON form. */
    verificationKey: storedFile,
    /** snarkjs's Solidity verifier. */
    verifierSource: storedFile,
  })
  .strict();

const srsSchema = z
  .object({
    /** log2 of the number of powers. */
    power: z.number().int().min(1).max(28),
    srsId: z.string().regex(/^0x[0-9a-f]{64}$/),
  })
  .strict();

/** Where the powers of tau come from. */
const ptauSourceSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("insecure-dev") }).strict(),
  z
    .object({
      kind: z.literal("ceremony"),
      /** Name of the file that was given. */
      file: z.string(),
      sha256: digest,
      /** Phase 2's random beacon: hex and log2 of the number of hash iterations. */
      beacon: z.object({ hash: z.string().regex(/^([0-9a-f]{2})+$/), iterationsLog2: z.number().int() }).strict(),
      /** snarkjs's hashes of the phase 2 contributions, the beacon last. */
      contributions: z.array(z.string()),
    })
    .strict(),
]);

/** What a tier's setup consists of. Deterministic: no times, no paths. */
export const artifactManifestSchema = z
  .object({
    version: z.literal(ARTIFACT_MANIFEST_VERSION),
    protocolVersion: z.literal(PROTOCOL_VERSION),
    tier: z.enum(TIER_NAMES),
    insecure: z.boolean(),
    warning: z.string().optional(),
    constraints: z.number().int().positive(),
    /** log2 of the proving key's domain. */
    domainLog2: z.number().int().positive(),
    /** SHA-256 over the circuit's sources, its libraries and the compiler's version. */
    circuitSourcesDigest: digest,
    srs: srsSchema,
    ptauSource: ptauSourceSchema,
    files: filesSchema,
  })
  .strict()
  .refine((manifest) => manifest.insecure === (manifest.ptauSource.kind === "insecure-dev"), {
    message: "insecure must be true exactly for a development setup",
  })
  .refine((manifest) => !manifest.insecure || manifest.warning === INSECURE_WARNING, {
    message: "an insecure setup must carry the warning",
  });

export type ArtifactManifest = z.infer<typeof artifactManifestSchema>;
export type StoredFile = z.infer<typeof storedFile>;
export type ArtifactRole = keyof ArtifactManifest["files"];

export const ARTIFACT_ROLES = [
  "srs",
  "r1cs",
  "wasm",
  "zkey",
  "verificationKey",
  "verifierSource",
] as const satisfies readonly ArtifactRole[];
