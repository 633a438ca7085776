import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...pagesIn("docs"),
  ...pagesIn("docs/adr"),
];
/** Of prose; headings and formulas are as long as they are. */
const MAX_LINE = 100;
/** Two lines of a page. */
const MAX_ROW = 200;
const MAX_CELL = 160;

describe("the documents", () => {
  it("have lines that fit an editor, and cells that fit a page", () => {
    expect(PAGES.flatMap(longLines)).to.deep.equal([]);
  });

  it("link to files and headings that exist", () => {
    expect(PAGES.flatMap(brokenLinks)).to.deep.equal([]);
  });
});

function pagesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);
}

function longLines(page: string): string[] {
  return proseLines(page)
    .filter(({ line }) =>
      line.trimStart().startsWith("|")
        ? line.length > MAX_ROW || line.split(" | ").some((cell) => cell.length > MAX_CELL)
        : line.length > MAX_LINE && !/^#|^ {4}|`[^`]{60,}`/u.test(line),
    )
    .map(({ line, number }) => `${page}:${number}: ${line}`);
}

function brokenLinks(page: string): string[] {
  const text = proseLines(page)
    .map(({ line }) => (line.startsWith("    ") ? "" : line))
    .join("\n");
  return [...text.replaceAll(/`[^`]*`/gu, "").matchAll(/\]\(\s*([^)\s]+)\s*\)/gu)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/u.test(target) && !exists(page, target))
    .map((target) => `${page}: ${target}`);
}

function exists(page: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : relative(ROOT, join(ROOT, dirname(page), path));
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || headingsOf(file).includes(anchor);
}

/** As GitHub makes anchors of headings. */
function headingsOf(page: string): string[] {
  return proseLines(page)
    .filter(({ line }) => line.startsWith("#"))
    .map(({ line }) =>
      line
        .replace(/^#+ /u, "")
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );
}

/** Without what is fenced as code. */
function proseLines(page: string): { readonly line: string; readonly number: number }[] {
  let isCode = false;
  return readFileSync(join(ROOT, page), "utf8")
    .split("\n")
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => {
      const isFence = line.trimStart().startsWith("```");
      if (isFence) isCode = !isCode;
      return !isFence && !isCode;
    });
}
