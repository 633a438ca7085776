import { el } from "./dom.js";
import { byteSize } from "./words.js";

/** A place to drop files on, or to choose them by keyboard or touch. */
export interface FileField {
  readonly element: HTMLElement;
  /** Those given last; none at first. */
  files(): readonly File[];
}

export interface FileFieldOptions {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly isMultiple?: boolean;
  readonly onChange?: (files: readonly File[]) => void;
}

/** The file input itself stays visible and labeled: dropping is a shortcut, not the only way. */
export function fileField({ name, label, hint, isMultiple = false, onChange }: FileFieldOptions): FileField {
  let chosen: readonly File[] = [];
  const id = `file-${name}`;
  const summary = el("p", { class: "chosen", "aria-live": "polite" });
  const input = el("input", { type: "file", id, name, multiple: isMultiple, "aria-describedby": `${id}-hint` });
  const take = (files: readonly File[]): void => {
    chosen = isMultiple ? files : files.slice(0, 1);
    // The input itself shows the name of one file, and of several only how many they are.
    summary.textContent =
      chosen.length < 2 ? "" : chosen.map(({ name, size }) => `${name}, ${byteSize(size)}`).join("; ");
    onChange?.(chosen);
  };
  input.addEventListener("change", () => {
    take([...(input.files ?? [])]);
  });
  const element = el(
    "div",
    { class: "file-field" },
    el("label", { for: id }, label),
    el("p", { class: "hint", id: `${id}-hint` }, hint),
    input,
    summary,
  );
  element.addEventListener("dragover", (event) => {
    event.preventDefault();
    element.classList.add("over");
  });
  element.addEventListener("dragleave", () => {
    element.classList.remove("over");
  });
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    element.classList.remove("over");
    const dropped = event.dataTransfer?.files;
    if (dropped === undefined || dropped.length === 0) return;
    // So that the input shows what was dropped; it fires no event for that.
    input.files = dropped;
    take([...dropped]);
  });
  return { element, files: () => chosen };
}
