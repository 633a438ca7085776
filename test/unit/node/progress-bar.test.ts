import { Writable } from "node:stream";
import { expect } from "chai";
import { createProgressBar } from "../../../src/node/progress-bar.js";

/** A terminal that remembers what was written. */
function fakeTerminal(): { stream: NodeJS.WritableStream; written: () => string } {
  let text = "";
  const stream = Object.assign(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        text += chunk.toString();
        done();
      },
    }),
    { isTTY: true, columns: 120, rows: 40, cursorTo: () => true, clearLine: () => true, moveCursor: () => true },
  );
  return { stream, written: () => text };
}

describe("the progress bar", () => {
  const now = Date.now.bind(Date);
  afterEach(() => {
    Date.now = now;
  });

  it("stays quiet for two seconds, then tells the time left", () => {
    let clock = 0;
    Date.now = () => clock;
    const { stream, written } = fakeTerminal();
    const { listener, stop } = createProgressBar(stream);
    listener("committing tiles", 0, 100);
    clock = 1900;
    listener("committing tiles", 10, 100);
    expect(written()).to.equal("");
    clock = 20_000;
    listener("committing tiles", 20, 100);
    expect(written()).to.include("committing tiles").and.to.include("1 min 20 s left");
    stop();
  });

  it("guesses the time left of a phase that cannot tell, until the guess is used up", () => {
    let clock = 0;
    Date.now = () => clock;
    const { stream, written } = fakeTerminal();
    const { listener, stop } = createProgressBar(stream, (phase) => (phase === "wrapping" ? 30 : undefined));
    listener("wrapping", 0, 1);
    clock = 10_000;
    listener("wrapping", 0, 1);
    expect(written()).to.include("33%").and.to.include("about 20 s left");
    clock = 40_000;
    listener("wrapping", 0, 1);
    expect(written()).to.include("40 s so far");
    stop();
  });

  it("says nothing of a phase that ends in time", () => {
    const { stream, written } = fakeTerminal();
    const { listener } = createProgressBar(stream);
    for (let done = 0; done <= 5; done++) listener("reading", done, 5);
    expect(written()).to.equal("");
  });
});
