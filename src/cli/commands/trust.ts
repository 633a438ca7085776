import { resolve } from "node:path";
import { Option, type Command } from "commander";
import type { Hex } from "../../algebra/hex.js";
import { addTrusted, readTrustList, removeTrusted, trustPath } from "../../node/trust-list.js";
import type { TrustedBase } from "../../registry/trusted-base.js";
import { addCommand, forceOption, parseAddress, parseCount, repeatedAddress, type Runner } from "../command.js";
import { readCommitted } from "../model-files.js";

interface TrustOptions {
  readonly trust?: string;
}

interface AddOptions extends TrustOptions {
  readonly publisher?: readonly Hex[];
  readonly chainId?: number;
  readonly registry?: Hex;
  readonly force?: boolean;
}

export const trustOption = (): Option =>
  new Option("--trust <file>", "the trust list (default: FTI_TRUST, else fti/trust.json in your settings)");

/** `fti trust` and its commands */
export function addTrustCommands(parent: Command, runner: Runner): void {
  const trust = parent
    .command("trust")
    .summary("keep a list of bases that you trust, by name")
    .description("Keeps names for the bases that you trust, for use as fti query FILES --base NAME.");
  addCommand<AddOptions>(trust, runner, {
    name: "add",
    summary: "add a base",
    description:
      "Adds a base under a name of your choice, by its id or by its model file, whose manifest fti query then " +
      "reads. This command cannot check that it is the right base: compare the id with the one that its publisher " +
      "announces.",
    positionals: [
      ["<name>", "letters, digits, - and _"],
      ["<base>", "model id, or model file (base.model.json)"],
    ],
    options: [
      new Option("--publisher <address>", "whose certificates count (several: repeat; default: anybody's)").argParser(
        repeatedAddress,
      ),
      new Option("--chain-id <n>", "only on this chain").argParser(parseCount),
      new Option("--registry <address>", "only in this registry").argParser(parseAddress),
      trustOption(),
      forceOption(),
    ],
    examples: ["fti trust add acme-7b base.model.json --publisher 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"],
    run: async ([name = "", base = ""], options, session) => {
      const path = trustPath(options.trust, session.env);
      const isId = /^0x[0-9a-f]{64}$/iu.test(base);
      const modelId = isId ? (base.toLowerCase() as Hex) : (await readCommitted(base, session)).modelId;
      const { publisher, chainId, registry } = options;
      const entry: TrustedBase = {
        name,
        modelId,
        ...(isId ? {} : { modelFile: resolve(base) }),
        ...(publisher && { publishers: publisher }),
        ...(chainId !== undefined && { chainId: String(chainId) }),
        ...(registry && { registry }),
      };
      await addTrusted(path, entry, options.force ?? false);
      return { exitCode: 0, json: { ...entry, path }, lines: [...linesOf(entry), `  written to ${path}`] };
    },
  });
  addCommand<TrustOptions>(trust, runner, {
    name: "list",
    summary: "list the bases that you trust",
    description: "Lists the bases that you trust.",
    options: [trustOption()],
    examples: ["fti trust list"],
    run: async (_positionals, options, session) => {
      const path = trustPath(options.trust, session.env);
      const bases = await readTrustList(path);
      return {
        exitCode: 0,
        json: { path, bases },
        lines: bases.length === 0 ? [`The trust list ${path} is empty.`] : bases.flatMap(linesOf),
      };
    },
  });
  addCommand<TrustOptions>(trust, runner, {
    name: "remove",
    summary: "remove a base",
    description: "Removes a base from the list.",
    positionals: [["<name>", "name of the base"]],
    options: [trustOption()],
    examples: ["fti trust remove acme-7b"],
    run: async ([name = ""], options, session) => {
      const path = trustPath(options.trust, session.env);
      await removeTrusted(path, name);
      return { exitCode: 0, json: { name, path }, lines: [`Removed ${name} from ${path}.`] };
    },
  });
}

function linesOf({ name, modelId, modelFile, publishers, chainId, registry }: TrustedBase): string[] {
  return [
    `${name}  ${modelId}`,
    ...(modelFile === undefined ? [] : [`  model file ${modelFile}`]),
    ...(publishers === undefined ? [] : [`  only certificates by ${publishers.join(", ")}`]),
    ...(chainId === undefined ? [] : [`  only on chain ${chainId}`]),
    ...(registry === undefined ? [] : [`  only in the registry ${registry}`]),
  ];
}
