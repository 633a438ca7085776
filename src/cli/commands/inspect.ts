import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { inspectModels } from "../../inspect/inspect-models.js";
import { inspectionPage } from "../../inspect/inspection-page.js";
import { judge } from "../../inspect/judge.js";
import { assertInstalled } from "../../node/installed.js";
import { assertWritable } from "../../node/output-files.js";
import { addCommand, forceOption, parseCount, type Runner } from "../command.js";
import { inspectionTable } from "../inspection-table.js";
import { openWeights, readMapping } from "../model-files.js";
import { orientationOption } from "../orientation-option.js";

interface InspectOptions {
  readonly roles?: string;
  readonly spectrum: number;
  readonly html?: string;
  readonly force?: boolean;
}

/** `fti inspect` */
export function addInspectCommand(parent: Command, runner: Runner): void {
  addCommand<InspectOptions>(parent, runner, {
    name: "inspect",
    summary: "see what a fine-tune changed",
    description:
      "Compares two models tensor by tensor, straight from their files (safetensors, TensorFlow.js, ONNX, a PEFT adapter over " +
      "the base): norms, ranks, single weights and rounding, with a summary in words. The result is an estimate; " +
      "for a proof, see fti prove.",
    positionals: [
      ["<base>", "file or directory of the base's weights"],
      ["<tune>", "file or directory of the fine-tune's weights"],
    ],
    options: [
      new Option("--roles <file>", "roles of tensors that are not recognized by name (YAML or JSON)"),
      new Option(
        "--spectrum <n>",
        "all singular values of matrices of at most n rows or columns; the 64 largest of others",
      )
        .argParser(parseCount)
        .default(256),
      orientationOption(),
      new Option("--html <file>", "also write a page with charts, in one file"),
      forceOption(),
    ],
    examples: [
      "fti inspect base.safetensors tuned.safetensors",
      "fti inspect base.safetensors lora/ --html report.html",
    ],
    run: async ([basePath = "", tunePath = ""], options, session) => {
      if (options.html !== undefined) {
        assertInstalled(["echarts"], "--html");
        await assertWritable([options.html], options.force ?? false);
      }
      const base = await openWeights(basePath, session);
      const tuned = await openWeights(tunePath, session, base);
      const inspection = await inspectModels({
        base,
        tuned,
        mapping: await readMapping(options.roles),
        maxSpectrum: Math.max(1, options.spectrum),
        onProgress: session.onProgress,
      });
      const verdict = judge(inspection);
      if (options.html !== undefined) {
        await session.writeOutputs([{ path: options.html, content: await inspectionPage(inspection, verdict) }]);
      }
      const { bold } = session.colors;
      return {
        exitCode: 0,
        json: { verdict, ...inspection, ...(options.html === undefined ? {} : { html: resolve(options.html) }) },
        lines: [
          `${inspection.architecture}: ${bold(verdict.sentence)}`,
          ...verdict.evidence.map((line) => `  ${line}`),
          ...inspectionTable(inspection),
          ...(options.html === undefined ? [] : [`written to ${options.html}`]),
        ],
      };
    },
  });
}
