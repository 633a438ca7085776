import type { Command } from "commander";
import type { Runner } from "./command.js";
import { addCommitCommand } from "./commands/commit.js";
import { addDemoCommand } from "./commands/demo.js";
import { addDeployCommand } from "./commands/deploy.js";
import { addDescentCommands } from "./commands/descent.js";
import { addExportCommand } from "./commands/export.js";
import { addInspectCommand } from "./commands/inspect.js";
import { addMergeCommand } from "./commands/merge.js";
import { addPolicyCommands } from "./commands/policy.js";
import { addProveCommand } from "./commands/prove.js";
import { addLineageCommands } from "./commands/lineage.js";
import { addQueryCommand } from "./commands/query.js";
import { addRegisterCommands } from "./commands/register.js";
import { addStatusCommands } from "./commands/status.js";
import { addSetupCommand } from "./commands/setup.js";
import { addTrustCommands } from "./commands/trust.js";
import { addVerifyCommand } from "./commands/certificate-verify.js";

/** Adds all commands, in the order in which they are used. */
export function addCommands(program: Command, runner: Runner): void {
  addDemoCommand(program, runner);
  addInspectCommand(program, runner);
  addSetupCommand(program, runner);
  addCommitCommand(program, runner);
  addPolicyCommands(program, runner);
  addProveCommand(program, runner);
  addMergeCommand(program, runner);
  addVerifyCommand(program, runner);
  addDeployCommand(program, runner);
  addRegisterCommands(program, runner);
  addTrustCommands(program, runner);
  addQueryCommand(program, runner);
  addLineageCommands(program, runner);
  addStatusCommands(program, runner);
  addDescentCommands(program, runner);
  addExportCommand(program, runner);
}
