import type { Command } from "commander";
import type { Runner } from "./command.js";

/** Adds one command, or several that belong together. */
type AddCommand = (program: Command, runner: Runner) => void;

/** What `fti --help` says of a command. */
export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
}

/** A module of commands, read when one of them runs: what they need takes seconds to load. */
interface CommandModule {
  readonly commands: readonly ListedCommand[];
  readonly load: () => Promise<AddCommand>;
}

const listed = (name: string, summary: string): ListedCommand => ({ name, summary });

/** In the order in which they are used. */
export const COMMAND_MODULES: readonly CommandModule[] = [
  {
    commands: [listed("demo", "certify a real fine-tune end to end on a chain in this process")],
    load: async () => (await import("./commands/demo.js")).addDemoCommand,
  },
  {
    commands: [listed("inspect", "see what a fine-tune changed")],
    load: async () => (await import("./commands/inspect.js")).addInspectCommand,
  },
  {
    commands: [listed("setup", "make a tier's keys")],
    load: async () => (await import("./commands/setup.js")).addSetupCommand,
  },
  {
    commands: [listed("commit", "commit a model and compute its id")],
    load: async () => (await import("./commands/commit.js")).addCommitCommand,
  },
  {
    commands: [listed("policy", "make and check policies: what a fine-tune may change")],
    load: async () => (await import("./commands/policy.js")).addPolicyCommands,
  },
  {
    commands: [listed("prove", "prove that a fine-tune follows a policy")],
    load: async () => (await import("./commands/prove.js")).addProveCommand,
  },
  {
    commands: [listed("merge", "combine separately proven segments")],
    load: async () => (await import("./commands/merge.js")).addMergeCommand,
  },
  {
    commands: [listed("verify", "check a certificate offline")],
    load: async () => (await import("./commands/certificate-verify.js")).addVerifyCommand,
  },
  {
    commands: [listed("deploy", "deploy a registry with the verifiers of some tiers")],
    load: async () => (await import("./commands/deploy.js")).addDeployCommand,
  },
  {
    commands: [listed("register", "register a model, policy or certificate on chain")],
    load: async () => (await import("./commands/register.js")).addRegisterCommands,
  },
  {
    commands: [listed("trust", "keep a list of bases that you trust, by name")],
    load: async () => (await import("./commands/trust.js")).addTrustCommands,
  },
  {
    commands: [listed("query", "ask whether a model is certified from a base that you trust")],
    load: async () => (await import("./commands/query.js")).addQueryCommand,
  },
  {
    commands: [
      listed("lineage", "show what a model descends from, and what descends from it"),
      listed("list", "list certificates of a publisher, base, fine-tuned model or policy"),
    ],
    load: async () => (await import("./commands/lineage.js")).addLineageCommands,
  },
  {
    commands: [
      listed("revoke", "revoke your certificates, for good"),
      listed("supersede", "replace one of your certificates by another"),
    ],
    load: async () => (await import("./commands/status.js")).addStatusCommands,
  },
  {
    commands: [
      listed("allow", "let a publisher certify from your restricted model"),
      listed("forbid", "withdraw that permission"),
      listed("adopt", "choose the active certificate that defines a model's parent"),
    ],
    load: async () => (await import("./commands/descent.js")).addDescentCommands,
  },
  {
    commands: [listed("export", "write a model card section or an in-toto statement")],
    load: async () => (await import("./commands/export.js")).addExportCommand,
  },
];

/** Adds all commands: those of the module that the command line names as they are, the others as they are listed. */
export async function addCommands(program: Command, runner: Runner, argv: readonly string[]): Promise<void> {
  const names = new Set(COMMAND_MODULES.flatMap(({ commands }) => commands.map(({ name }) => name)));
  const named = argv.find((word) => names.has(word));
  for (const { commands, load } of COMMAND_MODULES) {
    if (commands.some(({ name }) => name === named)) {
      const add = await load();
      add(program, runner);
    } else {
      for (const { name, summary } of commands) program.command(name).summary(summary);
    }
  }
}
