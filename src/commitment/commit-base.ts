import { viewsOfBase } from "../quantize/base-views.js";
import { commitModel, type CommitModelInput } from "./commit-model.js";
import type { CommittedModel } from "./committed-model.js";

/** A base, and under what it is committed. */
export type BaseInput = Pick<CommitModelInput, "model" | "tier" | "srs" | "insecure" | "backend" | "onProgress">;

/**
 * Commits a base as `fti commit` does unless it is told otherwise, which gives the id of a base by its weights and tier.
 * Throws as `commitModel`.
 */
export async function commitBase(input: BaseInput): Promise<CommittedModel> {
  return (await commitModel({ ...input, views: viewsOfBase(input.model).views })).committed;
}
