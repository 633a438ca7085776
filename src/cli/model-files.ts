import type { RoleMapping } from "../model/architecture/role-mapping.js";
import { parseRoleMapping } from "../model/architecture/role-mapping-file.js";
import type { OpenedModel } from "../commitment/commit-tiles.js";
import type { CommittedModel } from "../commitment/committed-model.js";
import { parseModel, parseSecrets } from "../commitment/model-file.js";
import { openCommitted } from "../commitment/open-committed.js";
import { InputError } from "../errors/errors.js";
import { pairModel } from "../model/names/pair-names.js";
import type { Model } from "../model/open-model.js";
import { openModelOver } from "../model/open-over-base.js";
import { fileSystem } from "../node/file-source.js";
import { readSecretFile, readTextFile } from "../node/text-file.js";
import { targetOfManifest } from "../quantize/manifest-target.js";
import type { Session } from "./session.js";

/** Reads the file of a committed model and warns if it is of a development setup. */
export async function readCommitted(path: string, session: Session): Promise<CommittedModel> {
  const committed = parseModel(await readTextFile(path), path);
  if (committed.insecure) session.warn(INSECURE_MODEL);
  return committed;
}

const INSECURE_MODEL =
  "INSECURE: the model was committed with a development setup. Anybody who knows its keys can make another model with the same id. For tests and local chains only.";

/** Reads the file that says what tensors do, if there is one. */
export async function readMapping(path: string | undefined): Promise<RoleMapping | undefined> {
  return path === undefined ? undefined : parseRoleMapping(await readTextFile(path), path);
}

/**
 * Opens weights for the time of the session and says what there is to note. A fine-tune is opened over its base, by whose names
 * its tensors then go.
 */
export async function openWeights(path: string, session: Session, base?: Model): Promise<Model> {
  const model = await openModelOver(fileSystem, path, base, session.orientations);
  session.onClose(() => model.close());
  for (const note of model.notes) session.notice(note);
  if (base !== undefined && model.adapter === undefined && session.orientations.length > 0) {
    session.warn(`--orientation is for the modules of an adapter, but ${path} is not one`);
  }
  return model;
}

/** Opens weights that are to have the names of a committed model; a fine-tune's also over those of its base. */
export async function openWeightsOf(
  { manifest }: Pick<CommittedModel, "manifest">,
  path: string,
  session: Session,
  base?: Model,
): Promise<Model> {
  const model = await openWeights(path, session, base);
  const paired = await pairModel(targetOfManifest(manifest), model);
  for (const note of paired.notes) session.notice(note);
  return paired;
}

export interface OpenedFilesInput {
  readonly committed: CommittedModel;
  readonly weights: string;
  readonly secrets: string | undefined;
  /** How messages name the options: `base` or `tune`. */
  readonly role: "base" | "tune";
  /** The base's weights, if the model is a fine-tune. */
  readonly base?: Model;
}

/** A committed model with its weights as integers and as they are stored. */
export interface OpenedFiles {
  readonly opened: OpenedModel;
  readonly weights: Model;
}

/** A committed model with its weights and, if it is private, its secrets. */
export async function openModelFiles(input: OpenedFilesInput, session: Session): Promise<OpenedFiles> {
  const { committed, weights, secrets, role, base } = input;
  if (committed.isPrivate && secrets === undefined) {
    throw new InputError(`the ${role === "tune" ? "fine-tune" : "base"} is private, so its secrets are needed`, {
      remedy: `Give the file that fti commit wrote: --${role}-secrets FILE.`,
    });
  }
  const model = await openWeightsOf(committed, weights, session, base);
  const parsed = secrets === undefined ? undefined : parseSecrets(await readSecretFile(secrets), secrets);
  return { opened: openCommitted(committed, model, parsed), weights: model };
}
