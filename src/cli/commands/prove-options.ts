import { Option } from "commander";
import { parseByteSize } from "../byte-size.js";
import {
  artifactsOption,
  forceOption,
  outputOption,
  parseAddress,
  parseBigCount,
  parseCount,
  jobsOption,
} from "../command.js";
import { orientationOption } from "../orientation-option.js";

export interface ProveOptions {
  readonly base: string;
  readonly baseWeights: string;
  readonly baseSecrets?: string;
  readonly tune: string;
  readonly tuneWeights: string;
  readonly tuneSecrets?: string;
  readonly policy: string;
  readonly registry: `0x${string}`;
  readonly chainId: bigint;
  readonly publisher: `0x${string}`;
  readonly plan?: boolean;
  readonly segment?: number;
  readonly memory?: number;
  readonly work?: string;
  readonly output?: string;
  readonly artifacts?: string;
  readonly force?: boolean;
}

/** The options of `fti prove`. */
export function proveOptions(): Option[] {
  const required = (flags: string, description: string): Option => new Option(flags, description).makeOptionMandatory();
  return [
    required("--base <file>", "the base's model file"),
    required("--base-weights <path>", "the base's weights"),
    new Option("--base-secrets <file>", "the base's secrets, if it is private"),
    required("--tune <file>", "the fine-tune's model file"),
    required("--tune-weights <path>", "the fine-tune's weights"),
    new Option("--tune-secrets <file>", "the fine-tune's secrets, if it is private"),
    orientationOption(),
    required("--policy <file>", "policy made by fti policy"),
    required("--registry <address>", "registry in which the certificate will be registered").argParser(parseAddress),
    required("--chain-id <n>", "chain of the registry").argParser(parseBigCount),
    required("--publisher <address>", "account that will register it").argParser(parseAddress),
    new Option("--plan", "show the segments and the memory and time they take, without proving").conflicts("segment"),
    new Option(
      "--segment <i>",
      "prove only segment i of the plan (counted from 0), for fti merge; writes segment-i.json",
    )
      .argParser(parseCount)
      .conflicts("work"),
    new Option("--memory <size>", "memory limit, such as 8GB: less memory, more and smaller segments").argParser(
      parseByteSize,
    ),
    new Option(
      "--work <dir>",
      "folder for finished segments until the certificate is written (default: the output's name with .segments)",
    ),
    outputOption("certificate.json"),
    forceOption(),
    artifactsOption(),
    jobsOption(),
  ];
}
