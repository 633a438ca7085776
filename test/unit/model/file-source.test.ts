import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { InputError, UnavailableError } from "../../../src/errors/errors.js";
import { memorySource } from "../../../src/model/byte-source.js";
import { openModel } from "../../../src/model/open-model.js";
import { sha256Range } from "../../../src/model/provenance.js";
import { fileSystem } from "../../../src/node/file-source.js";
import { encodeSharded } from "../../support/encode-safetensors.js";
import { valuesOf } from "../../support/models.js";
import { expectError } from "../../support/rejects.js";

describe("fileSystem", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "fti-file-source-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("reads ranges of a file", async () => {
    const path = join(directory, "x");
    await writeFile(path, Uint8Array.of(1, 2, 3, 4));
    const source = await fileSystem.open(path);
    expect(source.size).to.equal(4);
    expect(await source.read(1, 2)).to.deep.equal(Uint8Array.of(2, 3));
    await source.close();
  });

  it("takes the digest that the library takes", async () => {
    const path = join(directory, "x");
    const bytes = Uint8Array.from({ length: 2 ** 20 + 77 }, (_, i) => i % 251);
    await writeFile(path, bytes);
    const source = await fileSystem.open(path);
    expect(await source.sha256?.()).to.equal(await sha256Range(memorySource("x", bytes), 0, bytes.length));
    await source.close();
  });

  it("opens a sharded model in a directory", async () => {
    const tensors = ["a", "b"].map((name) => ({ name, shape: [2], dtype: "F32", values: [1, 2] }));
    for (const [name, bytes] of encodeSharded(tensors)) await writeFile(join(directory, name), bytes);
    const model = await openModel(fileSystem, directory);
    expect(await valuesOf(model, "b")).to.deep.equal([1, 2]);
    await model.close();
  });

  it("says that a file does not exist", () =>
    expectError(() => openModel(fileSystem, join(directory, "none")), InputError, "none", "no such file"));

  it("says that a file changed while it was read", async () => {
    const path = join(directory, "x");
    await writeFile(path, new Uint8Array(100));
    const source = await fileSystem.open(path);
    await truncate(path, 50);
    await expectError(() => source.read(0, 100), UnavailableError, path, "byte 50");
    await source.close();
  });
});
