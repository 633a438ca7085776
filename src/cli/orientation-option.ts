import { InvalidArgumentError, Option } from "commander";
import type { AskedOrientation } from "../model/formats/lora-orientation.js";

/** For commands that open adapters; `session.orientations` has what was given. */
export const orientationOption = (): Option =>
  new Option(
    "--orientation <name=order>",
    "how the base stores a square matrix that an adapter changes: linear (out × in) or conv1d (in × out); may be repeated, the name may be a glob",
  ).argParser(parseOrientation);

function parseOrientation(
  value: string,
  previous: readonly AskedOrientation[] | undefined,
): readonly AskedOrientation[] {
  const [, name, order] = /^(.+)=(linear|conv1d)$/u.exec(value) ?? [];
  if (name === undefined || (order !== "linear" && order !== "conv1d")) {
    throw new InvalidArgumentError("expected NAME=linear or NAME=conv1d");
  }
  return [...(previous ?? []), { name, order }];
}
