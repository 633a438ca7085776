import type { ProgressListener } from "../../src/protocol/progress.js";
import type { Phase } from "../report.js";

/** Divides the time between progress messages among the phases that they name. */
export class PhaseClock {
  readonly #seconds = new Map<string, number>();
  #last = performance.now();
  #current = "";

  /**
   * A message with something done ends a stretch of its phase. One with nothing done begins its phase: what came before
   * still belongs to the phase before.
   */
  readonly onProgress: ProgressListener = (label, done) => {
    const phase = label.replace(/^segment \d+\/\d+: /u, "");
    this.#charge(done === 0 && this.#current !== "" ? this.#current : phase);
    this.#current = phase;
  };

  /** Runs work; what is left after its last message belongs to the last phase, or to `otherwise` without messages. */
  async during<T>(otherwise: string, work: () => Promise<T>): Promise<T> {
    this.#last = performance.now();
    this.#current = "";
    const result = await work();
    this.#charge(this.#current === "" ? otherwise : this.#current);
    return result;
  }

  /** In the order in which the phases first appeared. */
  get phases(): Phase[] {
    return [...this.#seconds].map(([name, seconds]) => ({ name, seconds }));
  }

  #charge(phase: string): void {
    const now = performance.now();
    this.#seconds.set(phase, (this.#seconds.get(phase) ?? 0) + (now - this.#last) / 1000);
    this.#last = now;
  }
}
