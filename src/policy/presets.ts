import { InputError } from "../errors/errors.js";
import { FLOAT_FORMAT_NAMES, type FloatFormatName } from "../model/float-format.js";
import type { PolicyDocument } from "./policy-document.js";

/** A ready-made policy. */
export interface Preset {
  readonly name: string;
  /** As it is written. */
  readonly usage: string;
  readonly example: string;
  /** What it allows, in one sentence. */
  readonly summary: string;
  /** Throws `InputError` for arguments that are not right. */
  readonly document: (args: readonly string[]) => PolicyDocument;
}

const FREE = { free: true } as const;

export const PRESETS: readonly Preset[] = [
  {
    name: "lora",
    usage: "lora(r[, dtype])",
    example: "lora(4, bf16)",
    summary:
      "every matrix of attention, MLP and convolution may change by rank r, merged into that dtype (default f32)",
    document: (args: readonly string[]): PolicyDocument => {
      const [rank = "", dtype = "f32"] = arity("lora(r[, dtype])", args, 1, 2);
      return {
        version: 1,
        name: `LoRA of rank ${rank}, merged in ${dtype}`,
        rules: [
          {
            roles: ["attention", "mlp", "dense", "conv"],
            part: "weight",
            rank: wholeNumber("the rank", rank, 1, 255),
            drift: { rounding: formatName(dtype) },
          },
        ],
      };
    },
  },
  {
    name: "head-only",
    usage: "head-only",
    example: "head-only",
    summary: "the head may be anything, the rest is frozen",
    document: (args: readonly string[]): PolicyDocument => {
      arity("head-only", args, 0, 0);
      return { version: 1, name: "new head, frozen backbone", rules: [{ roles: "head", ...FREE }] };
    },
  },
  {
    name: "bitfit",
    usage: "bitfit",
    example: "bitfit",
    summary: "biases may be anything, all weights are frozen",
    document: (args: readonly string[]): PolicyDocument => {
      arity("bitfit", args, 0, 0);
      return { version: 1, name: "only biases", rules: [{ part: "bias", ...FREE }] };
    },
  },
  {
    name: "frozen-embeddings",
    usage: "frozen-embeddings",
    example: "frozen-embeddings",
    summary: "everything but the embeddings may change",
    document: (args: readonly string[]): PolicyDocument => {
      arity("frozen-embeddings", args, 0, 0);
      return { version: 1, name: "frozen embeddings", rules: [{ tensors: "**", ...FREE }], frozenRoles: "embedding" };
    },
  },
  {
    name: "small-drift",
    usage: "small-drift(ε)",
    example: "small-drift(0.05)",
    summary: "the weights, all together, may change by at most ε times their norm",
    document: (args: readonly string[]): PolicyDocument => {
      const [relative = ""] = arity("small-drift(ε)", args, 1, 1);
      if (!/^\d+(\.\d+)?([eE][+-]?\d+)?$/u.test(relative)) {
        throw new InputError(`small-drift: ${JSON.stringify(relative)} is not a number of at least 0`, {
          remedy: "Write it like small-drift(0.05) for 5 % of the base's norm.",
        });
      }
      return {
        version: 1,
        name: `drift of at most ${relative} of the base's norm`,
        rules: [{ tensors: "**", drift: { relative } }],
      };
    },
  },
  {
    name: "rounding-only",
    usage: "rounding-only(dtype)",
    example: "rounding-only(bf16)",
    summary: "weights may change by what rounding them to that dtype explains",
    document: (args: readonly string[]): PolicyDocument => {
      const [dtype = ""] = arity("rounding-only(dtype)", args, 1, 1);
      return {
        version: 1,
        name: `rounded to ${dtype}`,
        rules: [{ tensors: "**", drift: { rounding: formatName(dtype) } }],
      };
    },
  },
  {
    name: "sparse",
    usage: "sparse(k)",
    example: "sparse(500)",
    summary: "at most k single weights may change, by any amount",
    document: (args: readonly string[]): PolicyDocument => {
      const [count = ""] = arity("sparse(k)", args, 1, 1);
      return {
        version: 1,
        name: `at most ${count} single weights`,
        rules: [{ tensors: "**", nonzeros: wholeNumber("the number of weights", count, 1, 2 ** 40 - 1) }],
      };
    },
  },
];

/**
 * The document of a preset as it is written: `lora(4, bf16)`, `head-only`. Throws `InputError` that lists the presets, or
 * says what is wrong with an argument.
 */
export function presetDocument(text: string): PolicyDocument {
  const match = /^\s*([a-z-]+)\s*(?:\(([^()]*)\))?\s*$/u.exec(text);
  const preset = PRESETS.find(({ name }) => name === match?.[1]);
  if (preset === undefined) {
    throw new InputError(`there is no ready-made policy ${JSON.stringify(text)}`, {
      remedy: `There are ${PRESETS.map(({ usage }) => usage).join(", ")}.`,
    });
  }
  const inside = match?.[2]?.trim() ?? "";
  return preset.document(inside === "" ? [] : inside.split(",").map((argument) => argument.trim()));
}

function arity(usage: string, args: readonly string[], least: number, most: number): readonly string[] {
  if (args.length >= least && args.length <= most) return args;
  throw new InputError(`${usage}: has ${args.length} arguments`, { remedy: `It is written ${usage}.` });
}

function wholeNumber(label: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value >= least && value <= most) return value;
  throw new InputError(`${label} is ${JSON.stringify(text)}, not a whole number from ${least} to ${most}`);
}

function formatName(text: string): FloatFormatName {
  const found = FLOAT_FORMAT_NAMES.find((name) => name === text);
  if (found !== undefined) return found;
  throw new InputError(`${JSON.stringify(text)} is not a floating-point format`, {
    remedy: `There are ${FLOAT_FORMAT_NAMES.join(", ")}.`,
  });
}
