import { Option, type Command } from "commander";
import { accumulatedDrift } from "../../registry/accumulated-drift.js";
import type { Hex } from "../../algebra/hex.js";
import { InputError } from "../../errors/errors.js";
import type { DriftRegistryClient } from "../../registry/client.js";
import {
  listCertificates,
  withStatus,
  type CertificateFilter,
  type LoggedStanding,
} from "../../registry/logs/certificates.js";
import type { Ancestor, DriftInterval } from "../../registry/records.js";
import { addCommand, hashArgument, parseAddress, parseHash, type Runner } from "../command.js";
import { readOptions, readRegistry, type ReadOptions } from "../read-registry.js";

interface ListOptions extends ReadOptions {
  readonly publisher?: Hex;
  readonly base?: Hex;
  readonly tuned?: Hex;
  readonly policy?: Hex;
}

const PLACE = "--rpc http://127.0.0.1:8545 --registry 0x5FbDB2315678afecb367f032d93F642f64180aa3";

/** `fti lineage` and `fti list` */
export function addLineageCommands(parent: Command, runner: Runner): void {
  addCommand<ReadOptions>(parent, runner, {
    name: "lineage",
    summary: "show what a model descends from, and what descends from it",
    description:
      "Shows a model's ancestors with the certificates in between, and the fine-tunes made from it. If every " +
      "certificate up to the oldest ancestor is active, also shows how far the model can be from that ancestor: " +
      "norms, ranks and single weights add up.",
    positionals: [["<model>", "model id"]],
    options: readOptions(),
    examples: [`fti lineage 0xbb11…ab6e ${PLACE}`],
    run: async ([text = ""], given, session) => {
      const modelId = hashArgument(text);
      const { client } = await readRegistry(given, session);
      if ((await client.getModel(modelId)) === undefined) {
        throw new InputError(`model ${modelId} is not in the registry`, {
          remedy: "Check the id, the registry's address and the chain.",
        });
      }
      const ancestors = await client.ancestors(modelId);
      const children = await standing(client, { baseModelId: modelId });
      const accumulated = await accumulatedDrift(client, modelId, undefined);
      const bounds = accumulated?.bounds;
      const drift = bounds?.isKnown === true ? bounds.intervals : undefined;
      return {
        exitCode: 0,
        json: { modelId, depth: ancestors.length, ancestors, children, drift },
        lines: [
          ...ancestors.toReversed().flatMap((each, depth) => ancestorLines(each, depth)),
          session.colors.bold(`${"  ".repeat(ancestors.length)}${modelId}`),
          ...children.map((child) => `${"  ".repeat(ancestors.length + 1)}${childLine(child)}`),
          ...(drift === undefined ? [] : ["", "From the oldest ancestor at most:", ...drift.map(driftLine)]),
          ...(bounds?.isKnown === false
            ? ["", `Nothing bounds how far it is from the oldest ancestor: ${bounds.certificateId}: ${bounds.because}`]
            : []),
        ],
      };
    },
  });
  addCommand<ListOptions>(parent, runner, {
    name: "list",
    summary: "list certificates of a publisher, base, fine-tuned model or policy",
    description:
      "Lists certificates from a registry's logs, oldest first, with their status. Give at least one of --publisher, " +
      "--base, --tuned and --policy; a certificate must match all that are given. Before you rely on one, run " +
      "fti query.",
    options: [
      ...readOptions(),
      new Option("--publisher <address>", "address of their publisher").argParser(parseAddress),
      new Option("--base <id>", "id of their base model").argParser(parseHash),
      new Option("--tuned <id>", "id of their fine-tuned model").argParser(parseHash),
      new Option("--policy <id>", "id of their policy").argParser(parseHash),
    ],
    examples: [`fti list --publisher 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 ${PLACE}`],
    run: async (_positionals, given, session) => {
      const { client } = await readRegistry(given, session);
      const certificates = await standing(client, filterOf(given));
      return {
        exitCode: 0,
        json: { certificates },
        lines:
          certificates.length === 0
            ? ["No certificate matches."]
            : certificates.flatMap(({ certificateId, status, baseModelId, tunedModelId }) => [
                `${certificateId}  ${status}`,
                `  ${baseModelId} → ${tunedModelId}`,
              ]),
      };
    },
  });
}

function filterOf({ publisher, base, tuned, policy }: ListOptions): CertificateFilter {
  const given = [publisher, base, tuned, policy].filter((each) => each !== undefined);
  if (given.length === 0) {
    throw new InputError("no filter is given: fti list needs --publisher, --base, --tuned or --policy", {
      remedy: "Give at least one of them.",
    });
  }
  return { publisher, baseModelId: base, tunedModelId: tuned, policyId: policy };
}

const standing = async (client: DriftRegistryClient, filter: CertificateFilter): Promise<LoggedStanding[]> =>
  withStatus(client.events, await listCertificates(client.events, filter));

const ancestorLines = ({ modelId, certificateId, status }: Ancestor, depth: number): readonly string[] => [
  `${"  ".repeat(depth)}${modelId}`,
  `${"  ".repeat(depth)}  │ certificate ${certificateId}, ${status}`,
];

const childLine = ({ tunedModelId, certificateId, status }: LoggedStanding): string =>
  `${tunedModelId} (certificate ${certificateId}, ${status})`;

function driftLine({ firstTile, tileCount, maxRank, maxNonzeros, maxNorm, unit }: DriftInterval): string {
  const tiles = tileCount === 1 ? `tile ${firstTile}` : `tiles ${firstTile} to ${firstTile + tileCount - 1}`;
  const norm = maxNorm === undefined ? "any norm" : `norm ${(Number(maxNorm) * 2 ** -unit).toPrecision(4)}`;
  return [
    `  ${tiles}: ${norm}`,
    ...(maxRank === 0 ? [] : [maxRank === undefined ? "any rank" : `rank ${maxRank}`]),
    ...(maxNonzeros === 0n ? [] : [`${maxNonzeros} single weights`]),
  ].join(", ");
}
