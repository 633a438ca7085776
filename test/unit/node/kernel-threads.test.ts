import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { loadKernel } from "../../../src/kernels/wasm/load.js";
import { createInlinePool, type Pool } from "../../../src/kernels/wasm/pool.js";
import { TaskError } from "../../../src/kernels/wasm/task.js";
import { createKernelThreads } from "../../../src/node/kernel-threads.js";
import { die, echo, fail, mark, multiply, rendezvous, spin, uncopyable } from "../../support/kernel-tasks.js";
import { rejection } from "../../support/rejects.js";
import { seededRandom } from "../../support/random.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const REGISTRY = new URL("../../support/kernel-tasks.ts", import.meta.url).href;
const SEED = 771;

describe("kernel threads", () => {
  const pools: Pool[] = [];

  async function open(jobs: number): Promise<Pool> {
    const pool = await createKernelThreads({ jobs, registry: REGISTRY });
    pools.push(pool);
    return pool;
  }

  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.close();
  });

  it(`compute the same with 1, 2 and 3 threads as with none (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    // Below the order: the top byte is at most 0x2f.
    const inputs = Array.from({ length: 12 }, () =>
      Uint8Array.from({ length: 64 * 8 }, (_, i) => Math.floor(random() * (i % 32 === 31 ? 48 : 256))),
    );
    const kernel = await loadKernel();
    if (kernel === undefined) throw new Error("this machine runs neither build");
    const inline = createInlinePool(kernel);
    const expected = await Promise.all(inputs.map((input) => inline.run(multiply, input)));
    for (const jobs of [1, 2, 3]) {
      const pool = await open(jobs);
      expect(pool).to.include({ jobs, build: kernel.build });
      expect(await Promise.all(inputs.map((input) => pool.run(multiply, input)))).to.deep.equal(expected);
    }
  });

  it("run as many tasks side by side as there are threads", async () => {
    const pool = await open(2);
    const flags = new Int32Array(new SharedArrayBuffer(8));
    const meetings = [
      pool.run(rendezvous, { flags, raise: 0, until: 1 }),
      pool.run(rendezvous, { flags, raise: 1, until: 0 }),
    ];
    expect(await Promise.all(meetings)).not.to.include("timed-out");
  });

  it("take tasks in the order in which they came", async () => {
    const pool = await open(1);
    const finished: number[] = [];
    const note = async (i: number): Promise<void> => {
      await pool.run(echo, i);
      finished.push(i);
    };
    await Promise.all([3, 1, 4, 1, 5].map(note));
    expect(finished).to.deep.equal([3, 1, 4, 1, 5]);
  });

  it("share memory with the caller where the caller shares it, and nowhere else", async () => {
    const pool = await open(1);
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    const own = new Uint8Array(3);
    await pool.run(mark, { bytes: shared.subarray(1), at: 1, value: 9 });
    await pool.run(mark, { bytes: own, at: 1, value: 9 });
    expect([...shared]).to.deep.equal([0, 0, 9]);
    expect([...own]).to.deep.equal([0, 0, 0]);
  });

  it("report a task's error as an inline pool does, and go on", async () => {
    const pool = await open(1);
    const error = await rejection(pool.run(fail, "no such power"));
    expect(error).to.be.instanceOf(TaskError).with.property("message", "test fail: no such power");
    expect(error.cause).to.be.instanceOf(RangeError);
    expect(await pool.run(echo, 1)).to.equal(1);
  });

  it("report inputs and outputs that cannot be copied, and tasks that nobody registered, and go on", async () => {
    const pool = await open(1);
    expect((await rejection(pool.run(echo, () => null))).message).to.match(/^test echo: .*could not be cloned/u);
    expect((await rejection(pool.run(uncopyable, null))).message).to.match(/^test uncopyable: .*be cloned/u);
    const stranger = { ...echo, name: "stranger" };
    expect((await rejection(pool.run(stranger, 1))).message).to.match(/^stranger: no task is called stranger/u);
    expect(await pool.run(echo, 1)).to.equal(1);
  });

  it("reject the task of a thread that dies, those that wait and all later ones", async () => {
    const pool = await open(1);
    const [dying, waiting] = await Promise.all([rejection(pool.run(die, null)), rejection(pool.run(echo, 1))]);
    expect(dying.message).to.equal("test die: a kernel thread has died: exit code 7");
    expect(waiting.message).to.equal("test echo: a kernel thread has died: exit code 7");
    expect((await rejection(pool.run(echo, 1))).message).to.equal(waiting.message);
  });

  it("reject every task if the threads cannot start", async () => {
    const pool = await createKernelThreads({ jobs: 2, registry: "file:///no/such/registry.js" });
    pools.push(pool);
    const errors = await Promise.all([1, 2, 3].map((i) => rejection(pool.run(echo, i))));
    for (const { message } of errors) expect(message).to.match(/^test echo: a kernel thread has died: Cannot find/u);
  });

  it("end when closed, again and again, and reject what runs, waits and comes later", async () => {
    const pool = await open(1);
    const errors = [pool.run(spin, 60_000), pool.run(echo, 1)].map(rejection);
    await Promise.all([pool.close(), pool.close()]);
    await pool.close();
    errors.push(rejection(pool.run(echo, 1)));
    for (const { message } of await Promise.all(errors)) expect(message).to.include("the pool of kernels is closed");
  });

  it("close without ever having started", async () => {
    await (await open(4)).close();
  });

  it("refuse numbers of threads that are none", async () => {
    for (const jobs of [0, -1, 1.5, Number.NaN]) {
      expect(await rejection(createKernelThreads({ jobs }))).to.be.instanceOf(RangeError);
    }
  });
});

describe("a process with kernel threads", () => {
  /** Runs a script in which `pool` is open; the signal or exit code and what it printed. */
  async function runScript(body: string, signal?: NodeJS.Signals): Promise<{ end: unknown; stdout: string }> {
    const script = `
      import { createKernelThreads } from "./src/node/kernel-threads.js";
      import { onInterrupt } from "./src/node/interrupts.js";
      import { echo, spin } from "./test/support/kernel-tasks.js";
      const pool = await createKernelThreads({ jobs: 2, registry: ${JSON.stringify(REGISTRY)} });
      ${body}`;
    const child = spawn(process.execPath, ["--import=tsx", "--input-type=module", "-e", script], {
      cwd: ROOT,
      timeout: 60_000,
    });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (signal !== undefined) child.kill(signal);
    });
    const end = await new Promise((done) =>
      child.once("close", (code, by) => {
        done(by ?? code);
      }),
    );
    return { end, stdout };
  }

  it("lives while a task runs and ends when none does, though the pool was never closed", async () => {
    const { end, stdout } = await runScript(`
      await pool.run(echo, 1);
      void pool.run(spin, 300).then((result) => process.stdout.write(result));`);
    expect({ end, stdout }).to.deep.equal({ end: 0, stdout: "done" });
  });

  it("cleans up and ends by the signal that comes in the middle of a task", async () => {
    const { end, stdout } = await runScript(
      `onInterrupt(() => { process.stdout.write(" cleaned up"); });
      void pool.run(spin, 60_000);
      await pool.run(echo, 1);
      process.stdout.write("running");`,
      "SIGINT",
    );
    expect({ end, stdout }).to.deep.equal({ end: "SIGINT", stdout: "running cleaned up" });
  });
});
