import { expect } from "chai";
import { FormatError, InputError, UnavailableError } from "../../../src/errors/errors.js";
import { openModel } from "../../../src/model/open-model.js";
import { blobOpener, blobSource, pathOf, type Bytes } from "../../../web/src/blob-source.js";
import { tinyModel } from "../../support/tiny-models.js";
import { expectError, rejection } from "../../support/rejects.js";

const MIB = 2 ** 20;
const content = Uint8Array.from({ length: 3 * MIB + 17 }, (_, i) => (i * 31 + (i >> 8)) & 255);

/** Bytes that count how often they are asked. */
function counted(bytes: Uint8Array): Bytes & { asked: number } {
  const self = {
    asked: 0,
    size: bytes.length,
    slice: (start: number, end: number) => {
      self.asked++;
      return { arrayBuffer: () => Promise.resolve(bytes.slice(start, end).buffer) };
    },
  };
  return self;
}

describe("files of a browser as byte sources", () => {
  it("reads every part, across blocks and larger than one", async () => {
    const source = blobSource("x", new Blob([content]));
    for (const [offset, length] of [
      [0, 0],
      [0, 16],
      [MIB - 3, 7],
      [MIB - 1, MIB],
      [5, 3 * MIB],
      [content.length - 4, 4],
    ] as const) {
      const read = await source.read(offset, length);
      expect(Buffer.compare(read, content.subarray(offset, offset + length)), `${offset} ${length}`).to.equal(0);
    }
    expect(await rejection(source.read(content.length - 3, 4))).to.be.instanceOf(RangeError);
  });

  it("asks a file once for rows that lie together", async () => {
    const bytes = counted(content);
    const source = blobSource("x", bytes);
    for (let row = 0; row < 100; row++) await source.read(row * 1000, 1000);
    expect(bytes.asked).to.equal(1);
  });

  it("says so when a file has gone or shrunk, and asks again next time", async () => {
    let isGone = true;
    const fragile: Bytes = {
      size: 100,
      slice: (start, end) => ({
        arrayBuffer: () =>
          isGone ? Promise.reject(new Error("NotReadableError")) : Promise.resolve(new ArrayBuffer(end - start)),
      }),
    };
    const source = blobSource("gone.bin", fragile);
    await expectError(() => source.read(0, 4), UnavailableError, "gone.bin");
    isGone = false;
    expect(await source.read(0, 4)).to.have.length(4);
    const shrunk: Bytes = { size: 100, slice: () => ({ arrayBuffer: () => Promise.resolve(new ArrayBuffer(10)) }) };
    await expectError(() => blobSource("shrunk.bin", shrunk).read(0, 100), UnavailableError, "shrunk.bin");
  });

  it("opens a model of one file, whatever its name, and of several by theirs", async () => {
    const weights = { name: "download (1)", bytes: new Blob([tinyModel(1)]) };
    const model = await openModel(blobOpener([weights]), pathOf([weights]));
    expect(model.tensors.map(({ name }) => name)).to.include("head.weight");
    const several = [
      { ...weights, name: "model.safetensors" },
      { name: "config.json", bytes: new Blob(["{}"]) },
    ];
    expect((await openModel(blobOpener(several), pathOf(several))).format).to.equal("safetensors");
    const index = { metadata: {}, weight_map: { "head.weight": "model-1.safetensors" } };
    const partial = [{ name: "model.safetensors.index.json", bytes: new Blob([JSON.stringify(index)]) }];
    await expectError(() => openModel(blobOpener(partial), pathOf(partial)), FormatError, "model-1.safetensors");
    await expectError(() => blobOpener(partial).open("other"), InputError, "not among the chosen files");
  });
});
