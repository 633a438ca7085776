import { commitBase } from "../commitment/commit-base.js";
import { assertCommitted, openCommitted } from "../commitment/open-committed.js";
import { assertWeightsOfBase, recomputeModelId } from "../commitment/recompute-model-id.js";
import type { CommittedModel } from "../commitment/committed-model.js";
import { MODEL_FORMAT } from "../commitment/model-file.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { Model } from "../model/open-model.js";
import type { Setup } from "../node/open-setup.js";
import { isFile, isFolder, readTextFile } from "../node/text-file.js";
import { isTrustName, readTrustList, trustPath, unknownName } from "../node/trust-list.js";
import type { TrustedBase } from "../registry/trusted-base.js";
import { measureNorms, type BaseNorms } from "../policy/base-norms.js";
import type { Manifest } from "../quantize/manifest.js";
import { openWeights, readCommitted } from "./model-files.js";
import type { Session } from "./session.js";

/** A base that the user named: by id, model file, weights, or a name from the trust list. */
export interface NamedBase {
  readonly modelId: Hex;
  /** Its model file, where that is at hand. */
  readonly committed: CommittedModel | undefined;
  /** The path of that file. */
  readonly modelFile: string | undefined;
  /** Its weights, if it was named by them. */
  readonly weights: Model | undefined;
  /** Its entry in the trust list, if it was named by that. */
  readonly trusted: TrustedBase | undefined;
}

const ID = /^0x[0-9a-f]{64}$/iu;

export interface NameBaseOptions {
  readonly base?: string;
  readonly trust?: string;
}

/**
 * Finds out which base is meant. `openSetup`: for a base that is named by its weights, whose id is then computed. Throws
 * `InputError` for what names none, or could be two things.
 */
export async function namedBase(
  { base, trust }: NameBaseOptions,
  openSetup: () => Promise<Setup>,
  session: Session,
): Promise<NamedBase | undefined> {
  if (base === undefined) return undefined;
  const nothing = { committed: undefined, modelFile: undefined, weights: undefined, trusted: undefined };
  if (ID.test(base)) return { ...nothing, modelId: base.toLowerCase() as Hex };
  if (isTrustName(base)) {
    const list = trustPath(trust, session.env);
    const bases = await readTrustList(list);
    const trusted = bases.find(({ name }) => name === base);
    const isPath = (await isFile(base)) || (await isFolder(base));
    if (trusted !== undefined && isPath) {
      throw new InputError(`${base} is both a name in your trust list and a file`, {
        remedy: `For the file, write ./${base}.`,
      });
    }
    if (trusted !== undefined) return { ...nothing, ...(await fileOf(trusted, session)), trusted };
    if (!isPath) throw unknownName(base, bases, list);
  }
  if (await isModelFile(base)) {
    const committed = await readCommitted(base, session);
    return { ...nothing, modelId: committed.modelId, committed, modelFile: base };
  }
  const setup = await openSetup();
  const weights = await openWeights(base, session);
  const committed = await commitBase({
    model: weights,
    srs: setup.srs,
    backend: await session.openBackend(),
    onProgress: session.onProgress,
    tier: setup.tier,
    insecure: setup.artifacts.insecure,
  });
  return { ...nothing, modelId: committed.modelId, committed, weights };
}

/** The model file that the list names, which must still be that of the base. */
async function fileOf(
  { modelId, modelFile, name }: TrustedBase,
  session: Session,
): Promise<Pick<NamedBase, "modelId" | "committed" | "modelFile">> {
  if (modelFile === undefined || !(await isFile(modelFile))) {
    return { modelId, committed: undefined, modelFile: undefined };
  }
  const committed = await readCommitted(modelFile, session);
  if (committed.modelId !== modelId) {
    throw new InputError(`${modelFile}: is of model ${committed.modelId}, but you trust ${modelId} as ${name}`, {
      remedy: `If you trust the new one: fti trust add ${name} ${modelFile} --force.`,
    });
  }
  return { modelId, committed, modelFile };
}

/** Whether a file is what `fti commit` wrote. Anything else that names a base is weights. */
export async function isModelFile(path: string): Promise<boolean> {
  if (!path.endsWith(".json")) return false;
  try {
    const json: unknown = JSON.parse(await readTextFile(path));
    return typeof json === "object" && json !== null && "format" in json && json.format === MODEL_FORMAT;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

export interface BaseNormsInput {
  readonly base: NamedBase;
  readonly weights: Model;
  readonly manifest: Manifest;
  readonly setup: Setup;
}

/**
 * The base's norms, once it is sure that the weights are the base's: a percentage of other weights' norms says nothing.
 * Throws `InputError` if they are not.
 */
export async function normsOfBase(
  { base, weights, manifest, setup }: BaseNormsInput,
  session: Session,
): Promise<BaseNorms> {
  const { srs } = setup;
  const { onProgress } = session;
  const { committed, modelId } = base;
  if (committed?.isPrivate === true) {
    session.warn("the base is private: could not check that --base-weights are its weights.");
  } else if (committed !== undefined && base.weights !== weights) {
    const opened = openCommitted(committed, weights);
    await assertCommitted({ opened, label: weights.path, srs, backend: await session.openBackend(), onProgress });
  } else if (committed === undefined) {
    const backend = await session.openBackend();
    const actual = await recomputeModelId({ model: weights, manifest, srs, backend, onProgress });
    assertWeightsOfBase(actual.modelId, modelId, weights.path);
  }
  return measureNorms(weights, manifest, (done, total) => onProgress("measuring the base", done, total));
}
