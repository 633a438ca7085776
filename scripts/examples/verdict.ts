import { inspectModels } from "../../src/inspect/inspect-models.js";
import { judge } from "../../src/inspect/judge.js";
import type { Model } from "../../src/model/open-model.js";

/** What `fti inspect` says first. */
export async function verdictOf(base: Model, tuned: Model): Promise<string> {
  return judge(await inspectModels({ base, tuned })).sentence;
}
