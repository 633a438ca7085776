import { FtiError } from "fine-tuning-integrity";
import { el, type Child } from "./dom.js";
import { linkTo, type Route } from "./route.js";
import { couldNotCheck, messageOf, type Verdict } from "./verdict.js";
import { shorten } from "./words.js";

/** An id: short to the eye, whole to the clipboard and to who asks for it. With a route it is a link. */
export function idText(id: string, route?: Route): HTMLElement {
  const text = el("code", { title: id }, shorten(id));
  return route === undefined ? text : el("a", { href: linkTo(route), class: "id" }, text);
}

/** A whole id that breaks where it must, with a button that copies it. */
export function wholeId(id: string): HTMLElement {
  const button = el("button", { type: "button", class: "quiet", "aria-label": `Copy ${shorten(id)}` }, "Copy");
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(id).then(
      () => {
        button.textContent = "Copied";
      },
      () => {
        button.textContent = "Select and copy by hand";
      },
    );
  });
  return el("div", { class: "whole-id" }, el("code", {}, id), button);
}

export type NoticeKind = "good" | "bad" | "unknown" | "danger" | "plain";

/** A framed message. Its kind is written and drawn, never told by color alone. */
export function notice(kind: NoticeKind, title: string, ...more: readonly Child[]): HTMLElement {
  const marks: Record<NoticeKind, string> = { good: "✓", bad: "✗", unknown: "?", danger: "!", plain: "i" };
  return el(
    "section",
    { class: `notice ${kind}` },
    el("span", { class: "mark", "aria-hidden": "true" }, marks[kind]),
    el("div", {}, el("h2", {}, title), ...more),
  );
}

/** A verdict, with its state in `data-state`. */
export function verdictNotice(verdict: Verdict, ...more: readonly Child[]): HTMLElement {
  const kinds = {
    certified: "good",
    "not-certified": "bad",
    "could-not-check": "unknown",
    report: "plain",
    "development-keys": "danger",
  } as const;
  const framed = notice(
    verdict.isInsecure ? "danger" : kinds[verdict.state],
    verdict.headline,
    el("p", {}, verdict.detail),
    verdict.remedy === undefined ? undefined : el("p", { class: "remedy" }, verdict.remedy),
    ...more,
  );
  framed.dataset["state"] = verdict.state;
  return framed;
}

/** What went wrong, with its remedy. It says nothing of whether anything is certified. */
export function failure(error: unknown): HTMLElement {
  return verdictNotice(couldNotCheck(error));
}

/** A failure of something that the reader did rather than of a question: a bad file, a refused transaction. */
export function problem(title: string, error: unknown): HTMLElement {
  const remedy = error instanceof FtiError ? error.remedy : undefined;
  return notice("bad", title, el("p", {}, messageOf(error)), remedy === undefined ? undefined : el("p", {}, remedy));
}

/** A place that is filled when the answer is there; its height is held free meanwhile. */
export function pending<T>(
  question: Promise<T>,
  waiting: string,
  show: (answer: T) => Node | readonly Node[],
  showError: (error: unknown) => Node = failure,
): HTMLElement {
  const place = el("div", { class: "pending", "aria-busy": "true" }, el("p", { role: "status" }, `${waiting} …`));
  const fill = (content: Node | readonly Node[]): void => {
    place.removeAttribute("aria-busy");
    place.className = "";
    place.replaceChildren(...(content instanceof Node ? [content] : content));
  };
  question.then((answer) => fill(show(answer))).catch((error: unknown) => fill(showError(error)));
  return place;
}

/** Names and values side by side, one under the other on a narrow screen. */
export function facts(rows: readonly (readonly [name: string, value: Child] | undefined)[]): HTMLElement {
  const shown = rows.filter((row) => row !== undefined);
  return el(
    "dl",
    { class: "facts" },
    ...shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
  );
}

/** A titled part of a view. */
export function part(title: string, ...content: readonly Child[]): HTMLElement {
  return el("section", { class: "part" }, el("h2", {}, title), ...content);
}

export function list(lines: readonly Child[], attributes: { readonly class?: string } = {}): HTMLElement {
  return el("ul", attributes, ...lines.map((line) => el("li", {}, line)));
}
