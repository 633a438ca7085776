import { el } from "./dom.js";

/** A job's progress, with a way to end it. */
export interface ProgressBar {
  readonly element: HTMLElement;
  update(what: string, done: number, total: number): void;
}

export function progressBar(onCancel: () => void): ProgressBar {
  const bar = el("progress", { max: 1, "aria-label": "Progress" });
  const words = el("p", { class: "hint" }, "Starting …");
  // Read out by phase, not by tile.
  const spoken = el("p", { class: "unseen", role: "status" });
  const cancel = el("button", { type: "button", class: "quiet" }, "Cancel");
  cancel.addEventListener("click", onCancel);
  return {
    element: el("div", { class: "progress" }, bar, words, spoken, cancel),
    update: (what, done, total) => {
      bar.max = total;
      bar.value = done;
      words.textContent = total > 1 ? `${what}: ${done} of ${total}` : what;
      if (spoken.textContent !== what) spoken.textContent = what;
    },
  };
}
