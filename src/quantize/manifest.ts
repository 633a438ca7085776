import canonicalize from "canonicalize";
import * as z from "zod/mini";
import { keccakText } from "../algebra/keccak.js";
import type { Hex } from "../algebra/hex.js";
import { sha256, size, strict } from "../algebra/json-forms.js";
import { InputError } from "../errors/errors.js";
import { firstIssue } from "../errors/first-issue.js";
import { elementCountOf } from "../model/tensor.js";
import { layOut, type PlacedTensor, type TensorSpec } from "./layout.js";
import { pinnedLimit, type PinnedEntry } from "./pinned.js";
import { MAX_FRACTION_BITS, MIN_FRACTION_BITS } from "./round.js";

/** Version of the manifest's form. */
export const MANIFEST_VERSION = 2;

/**
 * What a model is apart from its weights: names, shapes, fractional bits and where every tensor lies in the tiles.
 * A fine-tune has the manifest of its base. Its hash is part of the model id, so equal models have equal bytes:
 * nothing of file formats, dtypes or shards is in it (that is the `Provenance`).
 */
export interface Manifest {
  readonly version: typeof MANIFEST_VERSION;
  /** log2 of the tile's side. */
  readonly t: number;
  readonly tileCount: number;
  /** By the UTF-8 bytes of their names. */
  readonly tensors: readonly PlacedTensor[];
}

/** The canonical text of each manifest that was encoded: it is long, and many look at it. */
const canonicalTexts = new WeakMap<Manifest, string>();

/** Canonical JSON (RFC 8785): what is stored, sent and hashed. */
export function encodeManifest(manifest: Manifest): string {
  const text = canonicalTexts.get(manifest) ?? canonicalize(manifest);
  if (text === undefined) throw new InputError("the manifest has no JSON form");
  canonicalTexts.set(manifest, text);
  return text;
}

/** keccak256 of the manifest's canonical JSON as UTF-8: the `manifestHash` of the model id. */
export function manifestHash(manifest: Manifest): Hex {
  return keccakText(encodeManifest(manifest));
}

const named = { name: z.string(), shape: z.array(size) };
/** What a tensor with tiles may say besides; never the default. */
const placed = {
  ...named,
  rowAxes: z.optional(z.int().check(z.minimum(2), z.maximum(8))),
  optional: z.optional(z.literal(true)),
  fractionBits: z.int().check(z.minimum(MIN_FRACTION_BITS), z.maximum(MAX_FRACTION_BITS)),
  firstTile: size,
  pinned: z.optional(z.array(z.tuple([size, z.number()])).check(z.minLength(1))),
};
const group = z.string().check(z.regex(/^[a-z][a-z-]{0,30}$/u));
const tensorSchema = z.discriminatedUnion("kind", [
  strict({ kind: z.literal("grid"), ...placed, gridRows: size, gridCols: size }),
  strict({ kind: z.literal("packed"), ...placed, offset: size, group: z.optional(group) }),
  strict({ kind: z.literal("digest"), ...named, sha256, values: z.optional(z.literal(true)) }),
  strict({ kind: z.literal("empty"), ...named }),
]);
const manifestSchema = strict({
  version: z.literal(MANIFEST_VERSION),
  t: z.int().check(z.minimum(1), z.maximum(15)),
  tileCount: size,
  tensors: z.array(tensorSchema).check(z.minLength(1)),
});

/**
 * Reads a manifest from its text, which need not be canonical: `encodeManifest` and `manifestHash` are. Throws as `parseManifest`, and
 * for what is not JSON.
 */
export function decodeManifest(text: string, label = "manifest"): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InputError(`the ${label} is not JSON`, { cause });
  }
  return parseManifest(json, label);
}

/**
 * Reads a manifest from parsed JSON. The layout is computed again from names, shapes and `f`; anything else than
 * exactly that layout is refused, so a manifest cannot move a tensor or hide a tile. `label` names it in errors.
 */
export function parseManifest(json: unknown, label = "manifest"): Manifest {
  const parsed = manifestSchema.safeParse(json, { reportInput: true });
  if (!parsed.success) {
    const problem = firstIssue(parsed.error, "the manifest");
    throw new InputError(`${label}: is not a manifest of version ${MANIFEST_VERSION}: ${problem}`, {
      cause: parsed.error,
    });
  }
  const { t, tensors } = parsed.data;
  const names = new Set<string>();
  for (const tensor of tensors) {
    const { name, shape, kind } = tensor;
    const reject = (detail: string): never => {
      throw new InputError(`${label}: tensor ${JSON.stringify(name)}: ${detail}`);
    };
    if (names.has(name)) reject("is listed twice");
    if (/\p{Surrogate}/u.test(name)) reject("its name holds half of a surrogate pair");
    names.add(name);
    const { rowAxes } = { rowAxes: undefined, ...tensor };
    if (rowAxes !== undefined && rowAxes >= shape.length) reject(`${rowAxes} of its ${shape.length} axes are rows`);
    const elements = elementCountOf(shape);
    if (!Number.isSafeInteger(elements)) reject(`its shape ${JSON.stringify(shape)} is too large`);
    if ("pinned" in tensor) assertPinned(tensor, elements, reject);
    const hasTiles = kind === "grid" || kind === "packed";
    if (kind !== "digest" && hasTiles !== elements > 0) reject(`has ${elements} elements, but its kind is ${kind}`);
  }
  const specs = tensors.map((tensor): TensorSpec => tensor);
  const manifest: Manifest = { version: MANIFEST_VERSION, t, ...layOut(t, specs) };
  assertSameLayout(label, manifest, parsed.data);
  return manifest;
}

/** Pinned entries are few, ascend by index, lie in the tensor and are not zero. */
function assertPinned(
  {
    pinned = [],
    optional,
  }: { readonly pinned?: readonly PinnedEntry[] | undefined; readonly optional?: true | undefined },
  elements: number,
  reject: (detail: string) => never,
): void {
  if (optional === true) reject("a model may lack it, so none of its weights can be pinned");
  const most = pinnedLimit(elements);
  if (pinned.length > most) reject(`${pinned.length} of its ${elements} weights are pinned, at most ${most} can be`);
  pinned.forEach(([index, value], i) => {
    const previous = pinned[i - 1]?.[0] ?? -1;
    if (index <= previous) reject(`the pinned index ${index} does not come after ${previous}`);
    if (index >= elements) reject(`weight ${index} of ${elements} is pinned`);
    if (value === 0) reject(`weight ${index} is pinned at zero`);
  });
}

function assertSameLayout(
  label: string,
  expected: Manifest,
  actual: { readonly tensors: readonly unknown[]; readonly tileCount: number },
): void {
  expected.tensors.forEach((tensor, i) => {
    const given = actual.tensors[i];
    if (canonicalize(given) !== canonicalize(tensor)) {
      throw new InputError(
        `${label}: entry ${i} is ${canonicalize(given) ?? "missing"}, but the layout rules give ${canonicalize(tensor) ?? ""}`,
        { remedy: "The manifest was changed or made by another version: commit the model again." },
      );
    }
  });
  if (expected.tileCount !== actual.tileCount) {
    throw new InputError(
      `${label}: tileCount is ${actual.tileCount}, but its tensors take ${expected.tileCount} tiles`,
    );
  }
}
