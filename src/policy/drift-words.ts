import { listNames } from "../model/names/list-names.js";
import type { DriftBound, PathDrift } from "./path-drift.js";

/** A model's distance from its base in words: one line that says the most, and what else is worth a line. */
export interface DriftWords {
  readonly headline: string;
  readonly details: readonly string[];
}

/** Where rounding hides more than this part of a tensor's norm, the first line says so. */
const COARSE = 0.01;

/** How far a model may be from its base. Numbers are rounded up to two digits. */
export function driftWords(drift: PathDrift): DriftWords {
  return { headline: headlineOf(drift), details: [...worstTensor(drift), ...freeInParts(drift)] };
}

function headlineOf(drift: PathDrift): string {
  const { parts, tensors, whole } = drift;
  if (tensors.length > 0 && tensors.every(({ isFree }) => isFree)) return "every part may change by any amount";
  const frozen = parts.filter(({ isFrozen }) => isFrozen);
  if (frozen.length === parts.length) return `no weight may change${coarseness(drift)}`;
  const free = parts.filter(({ isFree }) => isFree);
  const bounded = parts.filter(({ isFrozen, isFree }) => !isFrozen && !isFree);
  const clauses: string[] = [];
  if (bounded.some(({ change }) => change.norm > 0)) {
    const each = bounded.map(({ part, change }) => `${part} ${amount(change)}`);
    const unit = whole.relative === undefined ? " root mean square a weight" : " of the base's norm";
    clauses.push(`at most ${amount(whole)}${unit}${each.length > 1 || free.length > 0 ? ` (${each.join(", ")})` : ""}`);
  }
  const ranked = bounded.filter(({ change }) => change.rank > 0);
  if (ranked.length > 0) {
    const rank = Math.max(...ranked.map(({ change }) => change.rank));
    clauses.push(
      `${plus(clauses)}a change of rank up to ${rank} of any size in ${ranked.map(({ part }) => part).join(", ")}`,
    );
  }
  if (whole.sparse > 0n)
    clauses.push(`${clauses.length > 0 ? "and " : ""}up to ${counted(whole.sparse)} by any amount`);
  const ends = [
    ...(free.length === 0 ? [] : [`free to change by any amount: ${free.map(({ part }) => part).join(", ")}`]),
    ...(bounded.some(({ freeTensors }) => freeTensors.length > 0) ? ["and single tensors, named below"] : []),
    ...(frozen.length === 0 ? [] : [`unchanged: ${frozen.map(({ part }) => part).join(", ")}`]),
  ];
  return [clauses.join(", "), ...ends].filter((text) => text !== "").join("; ") + coarseness(drift);
}

const plus = (clauses: readonly string[]): string => (clauses.length > 0 ? "plus " : "");

/** What the steps are too coarse to show, where that is much. */
function coarseness({ tensors }: PathDrift): string {
  const worst = Math.max(0, ...tensors.map(({ unseenRelative = 0 }) => unseenRelative));
  if (worst <= COARSE) return "";
  return `; in steps so coarse that up to ${percent(worst)} of a tensor's norm can hide below them`;
}

function worstTensor({ tensors, whole }: PathDrift): string[] {
  if (whole.relative === undefined) return [];
  const bounded = tensors.filter(({ isFree, norm }) => !isFree && norm > 0);
  const [worst] = bounded.toSorted((a, b) => (b.relative ?? 0) - (a.relative ?? 0));
  const [hidden] = tensors.toSorted((a, b) => (b.unseenRelative ?? 0) - (a.unseenRelative ?? 0));
  const lines: string[] = [];
  if (worst !== undefined && bounded.length > 1) {
    lines.push(
      `In one tensor at most ${percent(worst.relative ?? 0)} of its norm (${listNames([worst.name])}), if all of a budget is spent there.`,
    );
  }
  if (hidden !== undefined) {
    lines.push(
      `Below the steps, and not seen: at most ${percent(hidden.unseenRelative ?? 0)} of a tensor's norm (${listNames([hidden.name])}).`,
    );
  }
  return lines;
}

function freeInParts({ parts }: PathDrift): string[] {
  return parts
    .filter(({ isFree, freeTensors }) => !isFree && freeTensors.length > 0)
    .map(({ part, freeTensors }) => `Free to change by any amount in ${part}: ${listNames(freeTensors, 3)}.`);
}

/** Percent of the base's norm where that is known, else a root mean square. */
function amount({ relative, norm, weights }: DriftBound): string {
  if (relative !== undefined) return percent(relative);
  return String(roundUp(weights === 0 ? 0 : norm / Math.sqrt(weights)));
}

/** `0.0123` is `1.3 %`: rounded up to two digits. */
export function percent(ratio: number): string {
  if (ratio === Infinity) return "any number of %";
  const text = `${roundUp(ratio * 100).toLocaleString("en-US", { maximumSignificantDigits: 2 })} %`;
  return ratio >= 1 ? `${text}, so that nothing of it need be left` : text;
}

function roundUp(value: number): number {
  if (value === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  // What a double cannot hold is not a reason to round up: 5 % stays 5 %.
  return Number((Math.ceil((value / unit) * (1 - 1e-9)) * unit).toPrecision(2));
}

function counted(count: bigint): string {
  return `${count.toLocaleString("en-US")} single weight${count === 1n ? "" : "s"}`;
}
