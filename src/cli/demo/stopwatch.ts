/** How long a step took. */
export interface Step {
  readonly name: string;
  readonly seconds: number;
}

/** Times steps one after the other. */
export class Stopwatch {
  readonly steps: Step[] = [];
  readonly #onStart: (name: string) => void;

  constructor(onStart: (name: string) => void) {
    this.#onStart = onStart;
  }

  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#onStart(name);
    const start = performance.now();
    const result = await work();
    this.steps.push({ name, seconds: Math.round((performance.now() - start) / 10) / 100 });
    return result;
  }
}
