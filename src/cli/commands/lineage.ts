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
      "Models above a model by the certificates that gave them a parent, the tunes made from it, and, if every certificate " +
      "up to the oldest ancestor is active, how far the model can be from that one: norms, ranks and single weights add up.",
    positionals: [["<model>", "model id"]],
    options: readOptions(),
    examples: [`fti lineage 0xbb11…ab6e ${PLACE}`],
    run: async ([text = ""], given, session) => {
      const modelId = hashArgument(text);
      const { client } = await readRegistry(given, session);
      if ((await client.getModel(modelId)) === undefined) {
        throw new InputError(`the registry does not know the model ${modelId}`, {
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
    summary: "list certificates of a publisher, base, tuned model or policy",
    description:
      "Certificates of a registry from its logs, the oldest first, with their status: those that agree with everything " +
      "that is given. Before you rely on one, ask fti query.",
    options: [
      ...readOptions(),
      new Option("--publisher <address>", "whose proofs they are").argParser(parseAddress),
      new Option("--base <id>", "model that they start from").argParser(parseHash),
      new Option("--tuned <id>", "model that they lead to").argParser(parseHash),
      new Option("--policy <id>", "policy that they are under").argParser(parseHash),
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
            ? ["No certificate."]
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
    throw new InputError("fti list takes --publisher, --base, --tuned or --policy, or several of them", {
      remedy: "Say whose, from what, to what, or under which policy.",
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
