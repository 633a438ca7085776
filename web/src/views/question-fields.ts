import { type Hex, InputError } from "fine-tuning-integrity";
import { type DriftLimits, parsePolicy } from "fine-tuning-integrity/prove";
import { el } from "../dom.js";
import { fileField } from "../file-field.js";

/** What a reader accepts of a model. */
export interface Accepted {
  /** The base, where it is named by its id rather than by its file. */
  readonly baseModelId: Hex | undefined;
  readonly limits: DriftLimits;
  readonly publishers: readonly Hex[] | undefined;
  /** For bounds in percent. */
  readonly baseWeights: readonly File[];
}

export interface AcceptedText {
  readonly base: string;
  readonly publishers: string;
  readonly frozen: string;
  readonly maxDrift: string;
}

/** Throws `InputError` naming what is mistyped. */
export function acceptedOf({ base, publishers, frozen, maxDrift }: AcceptedText): Omit<Accepted, "baseWeights"> {
  const words = (text: string): string[] => text.split(/[\s,]+/u).filter((word) => word !== "");
  if (base.trim() !== "" && !/^0x[0-9a-f]{64}$/iu.test(base.trim())) {
    throw new InputError(`${base.trim()} is not a model id: expected 0x and 64 hex digits`);
  }
  const addresses = words(publishers).map((word): Hex => {
    if (/^0x[0-9a-f]{40}$/iu.test(word)) return word.toLowerCase() as Hex;
    throw new InputError(`${word} is not an address: expected 0x and 40 hex digits`);
  });
  const percent = /^(\d+(?:\.\d+)?)\s*%?$/u.exec(maxDrift.trim());
  if (maxDrift.trim() !== "" && percent === null) {
    throw new InputError(`${maxDrift.trim()} is not a percentage`, { remedy: "Write it like 5 %." });
  }
  return {
    baseModelId: base.trim() === "" ? undefined : (base.trim().toLowerCase() as Hex),
    publishers: addresses.length === 0 ? undefined : addresses,
    limits: {
      frozen: words(frozen),
      maxDrift: percent === null ? [] : [{ of: "part", ratio: Number(percent[1]) / 100 }],
    },
  };
}

/** Asks which base the reader trusts, and what they accept. */
export function questionFields(): { readonly element: HTMLElement; read(): Promise<Accepted> } {
  const text = (id: string, label: string, hint: string): { element: HTMLElement; value(): string } => {
    const input = el("input", { type: "text", id, autocomplete: "off", spellcheck: "false" });
    return {
      element: el("div", { class: "field" }, el("label", { for: id }, label), input, el("p", { class: "hint" }, hint)),
      value: () => input.value,
    };
  };
  const base = text("base-id", "The base you trust, by its id", "Only needed if its model.json is not given above.");
  const publishers = text(
    "accepted-publishers",
    "Publishers whose certificates count",
    "Addresses; empty for anybody.",
  );
  const frozen = text(
    "accepted-frozen",
    "Tensors that must be unchanged",
    "Patterns such as embed*; * does not match /.",
  );
  const maxDrift = text(
    "accepted-drift",
    "At most this part of the base's norm",
    "Such as 5 %, in each part of the network. Needs the base's weights.",
  );
  const within = fileField({
    name: "within",
    label: "A policy that it must be within",
    hint: "policy.json, made by fti policy for this base.",
  });
  const weights = fileField({
    name: "base-weights",
    label: "The base's weights",
    hint: "For answers in percent. They are read in pieces and stay here.",
    isMultiple: true,
  });
  const element = el(
    "details",
    {},
    el("summary", {}, "What you accept (optional)"),
    base.element,
    publishers.element,
    frozen.element,
    within.element,
    maxDrift.element,
    weights.element,
  );
  return {
    element,
    read: async () => {
      const accepted = acceptedOf({
        base: base.value(),
        publishers: publishers.value(),
        frozen: frozen.value(),
        maxDrift: maxDrift.value(),
      });
      const [file] = within.files();
      const policy = file === undefined ? undefined : parsePolicy(await file.text(), file.name);
      return { ...accepted, limits: { ...accepted.limits, within: policy }, baseWeights: weights.files() };
    },
  };
}
