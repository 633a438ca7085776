import { InputError } from "../../errors/errors.js";
import type { Model } from "../open-model.js";
import { compareNames, type ModelTensor, type TensorReader } from "../tensor.js";
import { growthOf, splitRows, vocabularyGrowths } from "./added-rows.js";
import { fillBuffer, isComputed } from "./buffers.js";
import { labelAll, wrappersOf, type Labeled } from "./canonical-name.js";
import { fuseExperts, matchExperts, splitExperts } from "./experts.js";
import { listPatterns } from "./list-patterns.js";
import { renamed } from "./matrix-views.js";
import { sameShape, type PairTarget, type TargetTensor } from "./pair-target.js";
import { pairByPrefix, renameBy, type PrefixRule } from "./prefix-rules.js";
import { haveSameValues } from "./tied.js";
import { isPositions, isVocabulary } from "./tensor-kinds.js";

/**
 * A fine-tune as a model whose tensors have its base's names: prefixes, `gamma` and `beta`, fused experts, tied heads, rows of
 * added tokens, buffers. Its `notes` say what was paired. A tensor without a counterpart stays as it is. Both must stay open.
 * Throws `InputError` where two pairings fit as well.
 */
export async function pairModel(target: PairTarget, model: Model): Promise<Model> {
  const theirs = target.tensors.filter(({ name, isOptional }) => isOptional !== true || !name.includes("@"));
  const ofModel = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  const names = new Set([...target.tensors.map(({ name }) => name)]);
  if (
    model.tensors.every(({ name }) => names.has(name)) &&
    theirs.every(({ name, shape, isOptional }) => {
      const tensor = ofModel.get(name);
      return tensor === undefined ? isOptional === true : sameShape(tensor.shape, shape);
    })
  ) {
    return model;
  }
  const pairing = new Pairing(theirs, model);
  pairing.byName();
  pairing.experts();
  await pairing.tied();
  pairing.rows();
  await pairing.buffers();
  return pairing.result();
}

/** A tensor of the fine-tune. */
interface Mine extends Labeled {
  readonly shape: readonly number[];
  readonly tensor: ModelTensor;
}

class Pairing {
  readonly #model: Model;
  /** Of the base, those without a counterpart yet. */
  #missing: (TargetTensor & Labeled)[];
  /** Of the fine-tune, those without a counterpart yet, labeled as the base would name them. */
  #extra: Mine[];
  /** By the base's names. */
  readonly #paired = new Map<string, { readonly base: TargetTensor; readonly tuned: ModelTensor }>();
  readonly #added: ModelTensor[] = [];
  readonly #notes: string[] = [];

  constructor(base: readonly TargetTensor[], model: Model) {
    this.#model = model;
    // What has the same name is a pair, whatever it would be called elsewhere.
    const taken = new Set(base.map(({ name }) => name));
    const exact = new Set(model.tensors.flatMap(({ name }) => (taken.has(name) ? [name] : [])));
    this.#missing = labelAll(base, exact);
    this.#extra = labelAll(
      model.tensors.map((tensor) => ({ name: tensor.name, shape: tensor.shape, tensor })),
      exact,
    );
  }

  #pair(base: TargetTensor & Labeled, tuned: ModelTensor): void {
    this.#paired.set(base.name, { base, tuned: renamed(tuned, base.name) });
  }

  byName(): void {
    const { rules, pairs, problem } = pairByPrefix(this.#missing, this.#extra);
    if (problem !== undefined) {
      throw new InputError(`${this.#model.path}: cannot be paired with the base: ${problem}`, {
        remedy: "Give the base that the fine-tune was made from, or rename the tensors.",
      });
    }
    const ofBase = new Map(this.#missing.map((tensor) => [tensor.name, tensor]));
    const aliases: { readonly here: string; readonly there: string }[] = [];
    const wrappers = { here: new Set<string>(), there: new Set<string>() };
    for (const tensor of this.#extra) {
      const base = ofBase.get(pairs.get(tensor.name) ?? "");
      if (base === undefined) continue;
      this.#pair(base, tensor.tensor);
      const [here, there] = [lastPart(tensor.name), lastPart(base.name)];
      if (here !== there) aliases.push({ here, there });
      const [inHere, inThere] = [wrappersOf(tensor.name), wrappersOf(base.name)];
      for (const part of inHere) if (!inThere.includes(part)) wrappers.here.add(part);
      for (const part of inThere) if (!inHere.includes(part)) wrappers.there.add(part);
    }
    for (const [whose, parts] of [
      ["names", wrappers.here],
      ["the base's names", wrappers.there],
    ] as const) {
      if (parts.size === 0) continue;
      const named = [...parts].sort().map((part) => JSON.stringify(part));
      this.#notes.push(`${whose} hold ${named.join(" and ")}, which training frameworks put in: paired without it`);
    }
    for (const rule of rules) {
      const all = rule.count === this.#model.tensors.length ? "all" : `${rule.count} of ${this.#model.tensors.length}`;
      this.#notes.push(noteOn(rule, all));
    }
    if (aliases.length > 0) {
      const words = (side: "here" | "there"): string =>
        [...new Set(aliases.map((alias) => `.${alias[side]}`))].sort().join(" and ");
      const tensors = aliases.length === 1 ? "1 tensor is" : `${aliases.length} tensors are`;
      this.#notes.push(`${tensors} named ${words("here")} here and ${words("there")} in the base: paired`);
    }
    const isPaired = new Set(pairs.keys());
    this.#missing = this.#missing.filter(({ name }) => !this.#paired.has(name));
    this.#extra = this.#extra
      .filter(({ name }) => !isPaired.has(name))
      .map((tensor) => ({ ...tensor, label: renameBy(rules, tensor.label) }));
  }

  experts(): void {
    const readers = this.#extra.flatMap(({ tensor, ...each }) =>
      tensor.kind === "string" ? [] : [{ ...each, tensor }],
    );
    const ofModel = new Map(readers.map(({ name, tensor }) => [name, tensor]));
    const [split, fused] = [matchExperts(readers, this.#missing), matchExperts(this.#missing, readers)];
    const used = new Set<string>();
    const made: TensorReader[] = [];
    for (const match of split.matches) {
      made.push(...splitExperts(match.fused.tensor, match));
      used.add(match.fused.name);
    }
    for (const match of fused.matches) {
      const readerOf = (name: string): TensorReader => {
        const reader = ofModel.get(name);
        if (reader === undefined) throw new RangeError(`the fine-tune has no tensor ${name}`);
        return reader;
      };
      made.push(fuseExperts(match, readerOf));
      for (const { name } of match.groups.flat()) used.add(name);
    }
    const ofMade = new Map(made.map((tensor) => [tensor.name, tensor]));
    for (const base of this.#missing) {
      const tensor = ofMade.get(base.name);
      if (tensor !== undefined) this.#pair(base, tensor);
    }
    this.#missing = this.#missing.filter(({ name }) => !this.#paired.has(name));
    this.#extra = this.#extra.filter(({ name }) => !used.has(name));
    const describe = (count: number, isTransposed: boolean, words: string): void => {
      if (count > 0) this.#notes.push(`${words}${isTransposed ? ", transposed" : ""}: paired expert by expert`);
    };
    describe(
      split.matches.length,
      split.matches.some(({ isTransposed }) => isTransposed),
      `${listPatterns(split.matches.map(({ fused: { name } }) => name))} holds the experts that the base stores one by one`,
    );
    describe(
      fused.matches.length,
      fused.matches.some(({ isTransposed }) => isTransposed),
      `the base's ${listPatterns(fused.matches.map(({ fused: { name } }) => name))} holds the experts that this stores one by one`,
    );
    for (const problem of [...split.problems, ...fused.problems]) {
      throw new InputError(`${this.#model.path}: its experts cannot be paired with the base's: ${problem}`, {
        remedy: "Save both models with the same version of the library, so that experts are stored alike.",
      });
    }
  }

  /** Heads and embeddings that are one tensor, of which one side stores a copy. */
  async tied(): Promise<void> {
    const twins = (): { readonly base: TargetTensor; readonly tuned: TensorReader }[] =>
      [...this.#paired.values()].flatMap(({ base, tuned }) =>
        tuned.kind !== "string" && isTwin(base) ? [{ base, tuned }] : [],
      );
    const used = new Set<string>();
    for (const base of this.#missing) {
      if (!isTwin(base)) continue;
      const stored = [
        ...twins().map((each) => ({ ...each, name: each.base.name })),
        ...this.#extra.flatMap(({ name, label, shape, tensor: tuned }) =>
          tuned.kind !== "string" && isTwin({ name: label, shape }) ? [{ base: undefined, tuned, name }] : [],
        ),
      ];
      for (const { base: other, tuned, name } of stored) {
        if (!sameShape(base.shape, other?.shape ?? tuned.shape)) continue;
        // A base whose head is no copy of its embedding is not tied: then the fine-tune lacks it.
        const [a, b] = [base.values, other?.values];
        if (a !== undefined && b !== undefined && !(await haveSameValues(a, b))) continue;
        this.#pair(base, tuned);
        used.add(name);
        this.#notes.push(`${JSON.stringify(base.name)} is not stored, it is ${JSON.stringify(name)} (tied weights)`);
        break;
      }
    }
    this.#missing = this.#missing.filter(({ name }) => !this.#paired.has(name));
    const left: Mine[] = [];
    for (const each of this.#extra) {
      const { name, label, shape, tensor } = each;
      if (used.has(name)) continue;
      const mayBeCopy = tensor.kind !== "string" && isTwin({ name: label, shape });
      const copy = mayBeCopy ? await copyOf(tensor, twins()) : undefined;
      if (copy === undefined) left.push(each);
      else
        this.#notes.push(
          `${JSON.stringify(name)} is a copy of ${JSON.stringify(copy)} (tied weights): compared as that`,
        );
    }
    this.#extra = left;
  }

  /** Rows of tokens that the fine-tune adds. */
  rows(): void {
    const pairs = [...this.#paired.values()];
    const growths = vocabularyGrowths(pairs.map(({ base, tuned }) => [base, tuned] as const));
    for (const { base, tuned } of pairs) {
      if (tuned.kind === "string" || sameShape(base.shape, tuned.shape)) continue;
      const growth = growthOf(base.shape, tuned.shape);
      if (isPositions(base)) {
        this.#notes.push(
          `${JSON.stringify(base.name)}: position embeddings were resized from ${JSON.stringify(base.shape)} to ${JSON.stringify(tuned.shape)}: not compared`,
        );
      } else if (growth !== undefined && growths.has(`${growth.from}>${growth.to}`)) {
        const [old, added] = splitRows(base, tuned);
        this.#paired.set(base.name, { base, tuned: old });
        this.#added.push(added);
        this.#notes.push(
          `${JSON.stringify(base.name)}: ${rowsWords(growth.to - growth.from)} added (${growth.to}, the base has ${growth.from}); the base's rows are compared`,
        );
      }
    }
  }

  /** Tensors that a model computes: those that the fine-tune does not store, and those that the base does not. */
  async buffers(): Promise<void> {
    const filled: string[] = [];
    for (const base of this.#missing) {
      const reader = base.isOptional === true ? undefined : fillBuffer(base, this.#model.path);
      if (reader === undefined) continue;
      this.#pair(base, reader);
      filled.push(base.name);
    }
    const computed: string[] = [];
    for (const { name, label, tensor } of this.#extra) {
      if (tensor.kind !== "string" && (await isComputed(renamed(tensor, label)))) computed.push(name);
    }
    this.#extra = this.#extra.filter(({ name }) => !computed.includes(name));
    if (filled.length > 0) {
      this.#notes.push(
        `it does not store ${listPatterns(filled)}, which follow from the configuration: taken as in the base`,
      );
    }
    if (computed.length > 0) {
      this.#notes.push(
        `only the fine-tune stores ${listPatterns(computed)}, which follow from the configuration: left out`,
      );
    }
  }

  result(): Model {
    const tensors = [
      ...[...this.#paired.values()].map(({ tuned }) => tuned),
      ...this.#added,
      ...this.#extra.map(({ tensor }) => tensor),
    ];
    const notes = this.#notes.map((note) => `${this.#model.path}: ${note}.`);
    return {
      ...this.#model,
      tensors: tensors.sort((a, b) => compareNames(a.name, b.name)),
      notes: [...this.#model.notes, ...notes],
    };
  }
}

function noteOn({ from, to }: PrefixRule, all: string): string {
  if (to === "") return `${all} names start with "${from}", the base's do not: paired without it`;
  if (from === "") return `the base's names start with "${to}", ${all} names here do not: paired without it`;
  return `${all} names start with "${from}", the base's with "${to}": paired`;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function rowsWords(rows: number): string {
  return rows === 1 ? "1 row" : `${rows} rows`;
}

/** A matrix of the vocabulary, or the bias of a head that predicts it. */
function isTwin({ name, shape }: { readonly name: string; readonly shape: readonly number[] }): boolean {
  return isVocabulary({ name, shape }) || /(^|\.)(predictions|lm_head)(\.decoder)?\.bias$/u.test(name);
}

/** The paired tensor that holds the same numbers. */
async function copyOf(
  tensor: TensorReader,
  twins: readonly { readonly base: TargetTensor; readonly tuned: TensorReader }[],
): Promise<string | undefined> {
  for (const { base, tuned } of twins) {
    if (sameShape(tensor.shape, tuned.shape) && (await haveSameValues(tensor, tuned))) return base.name;
  }
  return undefined;
}
