import type { OpenedModel } from "../commitment/commit-tiles.js";
import type { CommittedModel } from "../commitment/committed-model.js";
import { parseModel, parseSecrets } from "../commitment/model-file.js";
import { openCommitted } from "../client/open-committed.js";
import { InputError } from "../errors/errors.js";
import { openModel, type Model } from "../model/open-model.js";
import { fileSystem } from "../node/file-source.js";
import { readSecretFile, readTextFile } from "../node/text-file.js";
import type { Session } from "./session.js";

/** Reads the file of a committed model and warns if it is of a development setup. */
export async function readCommitted(path: string, session: Session): Promise<CommittedModel> {
  const committed = parseModel(await readTextFile(path), path);
  if (committed.insecure) session.warn(INSECURE_MODEL);
  return committed;
}

const INSECURE_MODEL =
  "INSECURE: the model was committed with a development setup. Its id binds nothing; for tests and local chains only.";

/** Opens weights for the time of the session. */
export async function openWeights(path: string, session: Session): Promise<Model> {
  const model = await openModel(fileSystem, path);
  session.onClose(() => model.close());
  return model;
}

export interface OpenedFilesInput {
  readonly committed: CommittedModel;
  readonly weights: string;
  readonly secrets: string | undefined;
  /** How messages name the options: `base` or `tune`. */
  readonly role: "base" | "tune";
}

/** A committed model with its weights and, if it is private, its secrets. */
export async function openModelFiles(input: OpenedFilesInput, session: Session): Promise<OpenedModel> {
  const { committed, weights, secrets, role } = input;
  if (committed.isPrivate && secrets === undefined) {
    throw new InputError(`the ${role} model is private, so its secrets are needed`, {
      remedy: `Give the file that fti commit wrote: --${role}-secrets FILE.`,
    });
  }
  const model = await openWeights(weights, session);
  const parsed = secrets === undefined ? undefined : parseSecrets(await readSecretFile(secrets), secrets);
  return openCommitted(committed, model, parsed);
}
