import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import Table from "cli-table3";
import { Option, type Command } from "commander";
import { InputError } from "../../errors/errors.js";
import { makeDirectory } from "../../node/output-files.js";
import { addCommand, artifactsOption, jobsOption, type Runner } from "../command.js";
import { runDemo, type DemoReport } from "../demo/run-demo.js";
import { encodeJson } from "../json.js";
import type { Colors } from "../colors.js";

interface DemoOptions {
  readonly dir: string;
  readonly tier: "medium" | "large";
  readonly keep?: boolean;
  readonly artifacts?: string;
}

/** The file that tells a folder of an earlier demo. */
const REPORT_FILE = "demo.json";

/** `fti demo` */
export function addDemoCommand(parent: Command, runner: Runner): void {
  addCommand<DemoOptions>(parent, runner, {
    name: "demo",
    summary: "certify a real fine-tune end to end on a chain in this process",
    description:
      "Takes two real releases of one neural network, proves that the second is the first up to rounding to 8 bits, " +
      "registers the certificate on an embedded chain, queries it as a consumer would, and shows that three cheats " +
      "are refused. " +
      "Uses INSECURE development keys. Takes some minutes; leaves its files in --dir.",
    options: [
      new Option("--dir <dir>", "where the files go").default("fti-demo"),
      new Option("--tier <tier>", "size of the tiles and the circuit").choices(["medium", "large"]).default("medium"),
      new Option("--keep", "do not replace the files of an earlier demo: fail if there are any"),
      artifactsOption(),
      jobsOption(),
    ],
    examples: ["fti demo", "fti demo --dir /tmp/demo --json"],
    run: async (_positionals, options, session) => {
      const directory = resolve(options.dir);
      await claimDirectory(directory, options.keep ?? false);
      const report = await runDemo({ tier: options.tier, directory, artifacts: options.artifacts }, session);
      await session.writeOutputs([{ path: join(directory, REPORT_FILE), content: `${encodeJson(report)}\n` }]);
      const isGood = report.refusals.every((refusal) => refusal.asExpected);
      return {
        exitCode: isGood ? 0 : 1,
        json: { ...report, directory },
        lines: linesOf(report, directory, session.colors),
      };
    },
  });
}

/** The directory must be new, empty or an earlier demo's: nothing of anybody else's is replaced. */
async function claimDirectory(directory: string, keep: boolean): Promise<void> {
  await makeDirectory(directory);
  const names = await readdir(directory);
  if (names.length === 0) return;
  const remedy = "Give another --dir, or remove it.";
  const isEarlierDemo = names.every((name) => DEMO_FILES.has(name));
  if (!isEarlierDemo) throw new InputError(`${directory}: holds other files than those of a demo`, { remedy });
  if (keep) throw new InputError(`${directory}: holds an earlier demo, which --keep keeps`, { remedy });
}

const DEMO_FILES: ReadonlySet<string> = new Set([
  "base.model.json",
  "tuned.model.json",
  "policy.json",
  "certificate.json",
  "certificate.changed.json",
  REPORT_FILE,
]);

function linesOf(report: DemoReport, directory: string, { bold, green, red }: Colors): string[] {
  const number = (value: number | bigint): string => value.toLocaleString("en-US");
  const table = (head: readonly [string, string], rows: readonly (readonly [string, string])[]): string[] => {
    const made = new Table({
      head: [...head],
      colAligns: ["left", "right"],
      style: { head: [], border: [], compact: true },
    });
    for (const row of rows) made.push([...row]);
    return made.toString().split("\n");
  };
  const { sizes, gas } = report;
  const refusals = report.refusals.flatMap(({ cheat, refusedBy, asExpected }) => [
    `  ${asExpected ? green("refused") : red("NOT REFUSED AS EXPECTED")}  ${cheat}`,
    `           ${Object.entries(refusedBy)
      .map(([who, name]) => `${who}: ${name}`)
      .join(", ")}`,
  ]);
  return [
    "",
    bold(`Certificate ${report.certificateId}`),
    `  base       ${report.baseModelId}`,
    `  fine-tune  ${report.tunedModelId}`,
    `  ${number(report.weights)} weights in ${report.tileCount} tiles, ${report.changedTiles} of them changed`,
    ...report.policy.map((line) => `  ${line}`),
    "",
    bold("Cheats"),
    ...refusals,
    "",
    ...table(
      ["step", "seconds"],
      [
        ...report.steps.map(({ name, seconds }) => [name, seconds.toFixed(1)] as const),
        ["total", report.steps.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1)],
      ],
    ),
    ...table(
      ["size", "bytes"],
      [
        ["segment proof (not published)", number(sizes.segmentProof)],
        ["Groth16 proof", number(sizes.groth16)],
        ["Mercury opening", number(sizes.mercury)],
        ["certificate file", number(sizes.certificateFile)],
        ["calldata of certify", number(sizes.calldata)],
      ],
    ),
    ...table(
      [`circuit of tier ${report.tier}, gas`, ""],
      [
        ["constraints", number(report.constraints)],
        ["gas: deploy the registry", number(gas.deployRegistry)],
        ["gas: deploy the tier's verifier", number(gas.deployVerifier)],
        ["gas: register the base", number(gas.registerModel)],
        ["gas: register the policy", number(gas.registerPolicy)],
        ["gas: certify", number(gas.certify)],
      ],
    ),
    `Files: ${directory}`,
    ...(report.insecure
      ? [bold(red("INSECURE: made with development keys, so it proves nothing. For real use: fti setup --ptau."))]
      : []),
  ];
}
