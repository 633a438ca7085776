import {
  type BaseNorms,
  decodeManifest,
  encodeManifest,
  type Hex,
  loadSrs,
  type Manifest,
  measureNorms,
  openBackend,
  openModel,
  type RecomputeInput,
  recomputeModelId,
  srsId,
} from "fine-tuning-integrity";
import { assertPowers, assertRegistrySrs, tierOfTiles } from "fine-tuning-integrity/registry";
import { commitBase, type ProgressListener, type Tier, type TierName, TIERS } from "fine-tuning-integrity/prove";
import { blobOpener, blobSource, pathOf, type NamedBytes } from "../blob-source.js";

/** A model whose id is asked for. */
export interface RecomputeJob {
  readonly kind: "recompute";
  readonly weights: readonly NamedBytes[];
  /** Canonical JSON of the manifest that the model is read by; or, of a base without one, the tier of its tiles. */
  readonly layout: { readonly manifest: string } | { readonly tier: TierName };
  /** A `.ptau` file. */
  readonly srs: NamedBytes;
  /** The SRS of the registry that will be asked; another one is refused before anything is computed. */
  readonly expectedSrsId: Hex | undefined;
  /** Weights of the base, to be measured under the same manifest. */
  readonly baseWeights?: readonly NamedBytes[] | undefined;
}

export interface Recomputed {
  readonly modelId: Hex;
  readonly srsId: Hex;
  /** Canonical JSON. */
  readonly manifest: string;
  /** How the files' tensors were paired with the manifest's, and what else was decided in reading them. */
  readonly notes: readonly string[];
  /** The kernels that were used. */
  readonly backend: string;
  /** The base whose weights were given: the id that they have, and their norms. */
  readonly base?: { readonly modelId: Hex; readonly norms: BaseNorms } | undefined;
}

/** The id of a model's files. Throws `InputError` or `FormatError` for files that cannot be used, `UnavailableError`. */
export async function recompute(job: RecomputeJob, onProgress: ProgressListener): Promise<Recomputed> {
  onProgress("reading the SRS", 0, 1);
  const layout = "tier" in job.layout ? TIERS[job.layout.tier] : decodeManifest(job.layout.manifest);
  const tier = "tensors" in layout ? tierOf(layout) : layout;
  const srs = await loadSrs(blobSource(job.srs.name, job.srs.bytes), tier.tileSize);
  const id = srsId(srs);
  if (job.expectedSrsId !== undefined) assertRegistrySrs(id, job.expectedSrsId, job.srs.name);
  const backend = await openBackend();
  await assertPowers(srs, backend, job.srs.name);
  onProgress("reading the SRS", 1, 1);
  const model = await openModel(blobOpener(job.weights), pathOf(job.weights));
  try {
    const common = { model, srs, backend, onProgress };
    if ("tensors" in layout) {
      const manifest = layout;
      const { modelId, notes } = await recomputeModelId({ ...common, manifest });
      const base = await measuredBase(job.baseWeights ?? [], { manifest, srs, backend, onProgress });
      return { modelId, srsId: id, manifest: encodeManifest(manifest), notes, backend: backend.name, base };
    }
    const { modelId, manifest } = await commitBase({ ...common, tier, insecure: false });
    return { modelId, srsId: id, manifest: encodeManifest(manifest), notes: model.notes, backend: backend.name };
  } finally {
    await model.close();
  }
}

async function measuredBase(
  files: readonly NamedBytes[],
  input: Omit<RecomputeInput, "model">,
): Promise<Recomputed["base"]> {
  if (files.length === 0) return undefined;
  const model = await openModel(blobOpener(files), pathOf(files));
  try {
    const { modelId } = await recomputeModelId({ ...input, model });
    return { modelId, norms: await measureNorms(model, input.manifest) };
  } finally {
    await model.close();
  }
}

function tierOf({ t }: Manifest): Tier {
  return TIERS[tierOfTiles(t, "the manifest")];
}
