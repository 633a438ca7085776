import { createTaskRegistry, type Task } from "../../src/kernels/wasm/task.js";

/** Tasks that show what a pool does with a task; a registry for the worker threads of tests. */

/** `factors[i]·factors[i + length/2]`, canonical in and out, 32 bytes each. */
export const multiply: Task<Uint8Array, Uint8Array> = {
  name: "test multiply",
  run: (kernel, factors) =>
    kernel.scope(() => {
      const count = factors.length / 64;
      const address = kernel.write(factors);
      kernel.exports.frFromCanonical(address, address, 2 * count);
      kernel.exports.frMulVectors(address, address, address + 32 * count, count);
      kernel.exports.frToCanonical(address, address, count);
      return kernel.read(address, 32 * count);
    }),
};

/** Writes a byte where it is told to: seen by the caller only through shared memory. */
export const mark: Task<{ readonly bytes: Uint8Array; readonly at: number; readonly value: number }, null> = {
  name: "test mark",
  run: (_kernel, { bytes, at, value }) => {
    bytes.set([value], at);
    return null;
  },
};

/** Raises one flag and waits for the other: two of them get past only side by side. */
export const rendezvous: Task<{ readonly flags: Int32Array; readonly raise: number; readonly until: number }, string> =
  {
    name: "test rendezvous",
    run: (_kernel, { flags, raise, until }) => {
      Atomics.store(flags, raise, 1);
      Atomics.notify(flags, raise);
      return Atomics.wait(flags, until, 0, 30_000);
    },
  };

export const echo: Task<unknown, unknown> = { name: "test echo", run: (_kernel, input) => input };

/** A function cannot be copied to another thread. */
export const uncopyable: Task<null, unknown> = { name: "test uncopyable", run: () => () => null };

export const fail: Task<string, never> = {
  name: "test fail",
  run: (_kernel, message) => {
    throw new RangeError(message);
  },
};

/** Ends the thread it runs on. */
export const die: Task<null, null> = {
  name: "test die",
  run: () => {
    process.exit(7);
  },
};

/** Computes for some milliseconds without a pause. */
export const spin: Task<number, string> = {
  name: "test spin",
  run: (_kernel, milliseconds) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
    return "done";
  },
};

export const taskNamed = createTaskRegistry([multiply, mark, rendezvous, echo, uncopyable, fail, die, spin]);
