import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { z } from "zod";
import { sealStatement } from "../../certificate/exports/dsse-signature.js";
import { inTotoStatement } from "../../certificate/exports/in-toto-statement.js";
import { modelCard, type ModelCardInput } from "../../certificate/exports/model-card.js";
import { modelId } from "../../commitment/model-id.js";
import { parseModel } from "../../commitment/model-file.js";
import { FormatError, InputError } from "../../errors/errors.js";
import type { Provenance } from "../../model/provenance.js";
import { assertWritable } from "../../node/output-files.js";
import { walletOf } from "../../node/rpc.js";
import { readTextFile } from "../../node/text-file.js";
import { parseCertificate } from "../../certificate/certificate-codec.js";
import type { Certificate } from "../../certificate/certificate.js";
import { addCommand, forceOption, outputOption, type Runner } from "../command.js";
import type { Session } from "../session.js";

interface ExportOptions {
  readonly format: "in-toto" | "model-card";
  readonly tune?: string;
  readonly sign?: boolean;
  readonly baseName?: string;
  readonly relation: ModelCardInput["relation"];
  readonly link?: string;
  readonly output?: string;
  readonly force?: boolean;
}

const FALLBACK = { "in-toto": "certificate.intoto.json", "model-card": "MODEL_CARD.md" } as const;

/** `fti export` */
export function addExportCommand(parent: Command, runner: Runner): void {
  addCommand<ExportOptions>(parent, runner, {
    name: "export",
    summary: "write a model card section or an in-toto statement",
    description:
      "Writes a certificate in a form to publish with the model: an in-toto statement in a DSSE envelope, signed " +
      "with FTI_PRIVATE_KEY if --sign is given, or a section of a Hugging Face model card. It repeats the certificate " +
      "and proves nothing by itself: check with fti verify or fti query.",
    positionals: [["<certificate>", "file made by fti prove"]],
    options: [
      new Option("--format <format>", "what to write").choices(["in-toto", "model-card"]).makeOptionMandatory(),
      new Option(
        "--tune <file>",
        "the fine-tune's model file: the digests of its files become subjects of the statement",
      ),
      new Option("--sign", "sign the envelope with FTI_PRIVATE_KEY"),
      new Option("--base-name <name>", "the base on the hub, such as org/model (model card)"),
      new Option("--relation <relation>", "how the fine-tune was made (model card)")
        .choices(["finetune", "adapter", "merge", "quantized"])
        .default("finetune"),
      new Option("--link <url>", "where the certificate can be seen (model card)"),
      outputOption("certificate.intoto.json or MODEL_CARD.md"),
      forceOption(),
    ],
    examples: [
      "fti export certificate.json --format in-toto --tune tuned.model.json --sign",
      "fti export certificate.json --format model-card --base-name org/base --relation adapter",
    ],
    run: async ([path = ""], options, session) => {
      const output = options.output ?? FALLBACK[options.format];
      await assertWritable([output], options.force ?? false);
      const certificate = parseCertificate(await readTextFile(path), path);
      const content =
        options.format === "in-toto"
          ? await envelope(certificate, options, session)
          : modelCard({ ...options, certificate, baseName: baseNameOf(options) });
      await session.writeOutputs([{ path: output, content }]);
      return {
        exitCode: 0,
        json: { format: options.format, output: resolve(output) },
        lines: [`Written to ${output}`],
      };
    },
  });
}

async function envelope(certificate: Certificate, { tune, sign }: ExportOptions, session: Session): Promise<string> {
  const files = tune === undefined ? [] : await filesOf(tune, certificate);
  const signer = sign === true ? walletOf(session.env["FTI_PRIVATE_KEY"]) : undefined;
  return `${JSON.stringify(await sealStatement(inTotoStatement(certificate, files), signer), undefined, 2)}\n`;
}

function baseNameOf({ baseName }: ExportOptions): string {
  if (baseName !== undefined) return baseName;
  throw new InputError("--base-name is missing: a model card names its base", {
    remedy: "Give the base's name on the hub, such as --base-name org/model.",
  });
}

const withFiles = z.object({
  provenance: z.object({
    files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  }),
});

/** The files from which the certificate's fine-tune was committed. */
async function filesOf(path: string, { tuned }: Certificate): Promise<Provenance["files"]> {
  const text = await readTextFile(path);
  const model = parseModel(text, path);
  if (model.modelId !== modelId(tuned)) {
    throw new InputError(`${path}: is model ${model.modelId}, the certificate is about ${modelId(tuned)}`, {
      remedy: "Give the committed fine-tune for which the certificate was made.",
    });
  }
  const parsed = withFiles.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new FormatError(path, "has no record of the files that the model was read from", {
      remedy: model.isPrivate
        ? "A private model's secrets have their digests: in public they would confirm a guess of the files."
        : "Commit the model with fti commit.",
    });
  }
  return parsed.data.provenance.files;
}
