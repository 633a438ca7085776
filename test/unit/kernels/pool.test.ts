import { expect } from "chai";
import type { Kernel } from "../../../src/kernels/wasm/kernel.js";
import { loadKernel } from "../../../src/kernels/wasm/load.js";
import { createInlinePool } from "../../../src/kernels/wasm/pool.js";
import { createTaskRegistry, TaskError } from "../../../src/kernels/wasm/task.js";
import { echo, fail, mark } from "../../support/kernel-tasks.js";
import { rejection } from "../../support/rejects.js";

describe("an inline pool", () => {
  let kernel: Kernel;

  before(async () => {
    const loaded = await loadKernel();
    if (loaded === undefined) throw new Error("this machine runs neither build");
    kernel = loaded;
  });

  it("runs tasks on the calling thread, at once", () => {
    const pool = createInlinePool(kernel);
    const bytes = new Uint8Array(2);
    void pool.run(mark, { bytes, at: 1, value: 5 });
    expect([...bytes]).to.deep.equal([0, 5]);
    expect(pool).to.include({ jobs: 1, build: kernel.build });
  });

  it("names the task in its errors and keeps what was thrown", async () => {
    const error = await rejection(createInlinePool(kernel).run(fail, "no such power"));
    expect(error).to.be.instanceOf(TaskError).with.property("message", "test fail: no such power");
    expect(error.cause).to.be.instanceOf(RangeError);
  });

  it("runs nothing once closed, however often", async () => {
    const pool = createInlinePool(kernel);
    await pool.close();
    await pool.close();
    expect(await rejection(pool.run(echo, 1))).to.have.property("message", "test echo: the pool of kernels is closed");
  });
});

describe("a registry of tasks", () => {
  it("finds tasks by name and refuses unknown names", () => {
    const taskNamed = createTaskRegistry([echo, fail]);
    expect(taskNamed("test fail")).to.equal(fail);
    expect(() => taskNamed("test spin")).to.throw(RangeError, "test spin");
  });

  it("refuses two tasks of one name", () => {
    expect(() => createTaskRegistry([echo, { ...fail, name: echo.name }])).to.throw(RangeError, "test echo");
  });
});
