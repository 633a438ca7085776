import type * as z from "zod/mini";

type Issue = z.core.$ZodIssue;

/** How the schema library's own messages begin. All others were written for the schema at hand and stay. */
const OWN_MESSAGE = /^(?:Invalid|Too big|Too small|Unrecognized)/u;
const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

/** What a schema found wrong first, and where: `rules.0.unit: is missing`. `whole` stands for the path of the whole value. */
export function firstIssue({ issues: [issue] }: z.core.$ZodError, whole = "the file"): string {
  return issue === undefined ? `${whole}: is malformed` : placed(issue, whole);
}

/** What is wrong, without where. Of a union: what is wrong by each alternative, for "no alternative fits" helps nobody. */
export function issueWords(issue: Issue): string {
  if (!OWN_MESSAGE.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue);
    case "invalid_value":
      return `must be ${oneOf(issue.values.map((value) => (typeof value === "string" ? JSON.stringify(value) : String(value))))}`;
    case "unrecognized_keys":
      return `has the unknown ${issue.keys.length === 1 ? "field" : "fields"} ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    case "too_big":
      return bound(issue.origin, String(issue.maximum), issue.inclusive === false ? "less than" : "at most");
    case "too_small":
      return bound(issue.origin, String(issue.minimum), issue.inclusive === false ? "more than" : "at least");
    case "invalid_union":
      return unionWords(issue.errors);
    default:
      return "is malformed";
  }
}

function placed(issue: Issue, whole: string): string {
  const where = issue.path.join(".");
  return `${where === "" ? whole : where}: ${issueWords(issue)}`;
}

/** What was received is only in the messages of zod's own classes; `zod/mini`, which has none, gives it if it is asked to. */
function wrongType(issue: z.core.$ZodIssueInvalidType): string {
  const isMissing = "input" in issue ? issue.input === undefined : issue.message.endsWith(" received undefined");
  return isMissing ? "is missing" : `must be ${TYPES[issue.expected] ?? issue.expected}`;
}

function bound(origin: string, limit: string, words: string): string {
  const unit = origin === "string" ? " characters" : origin === "array" || origin === "set" ? " entries" : "";
  return unit === ""
    ? `must be ${words} ${limit}`
    : `must have ${words} ${limit}${limit === "1" ? singular(unit) : unit}`;
}

const singular = (unit: string): string => (unit === " entries" ? " entry" : " character");

/** The place inside the union is part of it where there is one: `0: must be text`. */
function unionWords(alternatives: readonly (readonly Issue[])[]): string {
  const words = alternatives.flat().map((issue) => (issue.path.length === 0 ? issueWords(issue) : placed(issue, "")));
  const [first = "is malformed", ...others] = new Set(words);
  return [first, ...others].join("; or ");
}

function oneOf(values: readonly string[]): string {
  return values.length < 2 ? (values[0] ?? "") : `one of ${values.join(", ")}`;
}
