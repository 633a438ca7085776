import { expect } from "chai";
import { FormatError, InputError } from "../../../src/errors/errors.js";
import { encodeSafetensors, encodeSharded, type TensorToWrite } from "../../support/encode-safetensors.js";
import { encodeTfjs } from "../../support/encode-tfjs.js";
import { openFile, openFiles, valuesOf } from "../../support/models.js";
import { expectError } from "../../support/rejects.js";

const tensors: readonly TensorToWrite[] = [
  { name: "a", shape: [2], dtype: "F32", values: [1, 2] },
  { name: "b", shape: [1], dtype: "I32", values: [3] },
];
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

describe("openModel", () => {
  it("finds the one model in a directory, whatever its format", async () => {
    const others: [string, Uint8Array][] = [
      ["config.json", text({})],
      ["tokenizer.json", text({})],
    ];
    const single = await openFiles(new Map([["net.safetensors", encodeSafetensors(tensors)], ...others]));
    expect(single.format).to.equal("safetensors");
    const sharded = await openFiles(new Map([...encodeSharded(tensors), ...others]));
    expect(sharded.format).to.equal("safetensors-sharded");
    expect(await valuesOf(sharded, "a")).to.deep.equal([1, 2]);
    const tfjs = await openFiles(encodeTfjs([{ name: "a", shape: [2], dtype: "float32", values: [1, 2] }]));
    expect(tfjs.format).to.equal("tfjs");
  });

  it("tells formats by content where the name does not", async () => {
    expect((await openFile(encodeSafetensors(tensors), "weights")).format).to.equal("safetensors");
    const files = encodeTfjs([{ name: "a", shape: [2], dtype: "float32", values: [1, 2] }]);
    files.set("noname", files.get("model.json")!);
    expect((await openFiles(files, "model/noname")).format).to.equal("tfjs");
  });

  it("refuses a directory with two models or none, naming them", async () => {
    const bytes = encodeSafetensors(tensors);
    const two = new Map([
      ["a.safetensors", bytes],
      ["b.safetensors", bytes],
    ]);
    await expectError(() => openFiles(two), InputError, "a.safetensors, b.safetensors");
    await expectError(
      () => openFiles(new Map([["config.json", text({})]])),
      InputError,
      "no model file",
      "safetensors",
    );
  });

  it("refuses a path that does not exist", () =>
    expectError(() => openFiles(new Map(), "nowhere"), InputError, "nowhere"));

  it("refuses a file of no known format and a model without tensors", async () => {
    await expectError(() => openFile(Uint8Array.of(1, 2, 3), "m.bin"), FormatError, "m.bin", "known format");
    await expectError(() => openFile(text({ a: 1 }), "m.json"), FormatError, "weight_map");
    await expectError(() => openFile(encodeSafetensors([])), InputError, "no tensor");
  });

  it("records formats, dtypes and digests of all files beside the weights", async () => {
    const model = await openFiles(encodeSharded(tensors));
    const { format, files, tensors: dtypes } = await model.provenance();
    expect(format).to.equal("safetensors-sharded");
    expect(dtypes).to.deep.equal([
      { name: "a", dtype: "F32" },
      { name: "b", dtype: "I32" },
    ]);
    expect(files.map(({ name }) => name)).to.deep.equal([
      "model.safetensors.index.json",
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
    ]);
    for (const { sha256 } of files) expect(sha256).to.match(/^[0-9a-f]{64}$/u);
  });
});

describe("safetensors index", () => {
  const withIndex = (index: unknown, drop?: string): Map<string, Uint8Array> => {
    const files = encodeSharded(tensors);
    files.set("model.safetensors.index.json", text(index));
    if (drop !== undefined) files.delete(drop);
    return files;
  };
  const [first, second] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
  const weightMap = { a: first, b: second };
  const rejects = (files: Map<string, Uint8Array>, ...parts: string[]): Promise<void> =>
    expectError(() => openFiles(files), FormatError, "model.safetensors.index.json", ...parts);

  it("rejects a missing shard", () => rejects(withIndex({ weight_map: weightMap }, second), second, "missing"));
  it("rejects a tensor of the index that is not in its shard", () =>
    rejects(withIndex({ weight_map: { ...weightMap, c: first } }), '"c"', first));
  it("rejects a tensor of a shard that is not in the index", () => {
    const files = withIndex({ weight_map: { a: first } });
    files.set(first, encodeSafetensors(tensors));
    return rejects(files, '"b"', first, "not in the index");
  });
  it("rejects a tensor that is in another shard than the index says", () =>
    rejects(withIndex({ weight_map: { a: second, b: first } }), '"a"', first, `part of ${second}`));
  it("rejects an index without weight_map and a shard that is no name", async () => {
    await expectError(() => openFiles(withIndex({ weight_map: [] })), FormatError, "weight_map");
    await rejects(withIndex({ weight_map: { a: 5 } }), '"a"', "5");
  });
  it("rejects shards outside the model's directory", async () => {
    for (const name of ["../secret", "/etc/passwd", "a/../../b", "http://host/x", "C:\\x", ""]) {
      await rejects(withIndex({ weight_map: { a: name } }), JSON.stringify(name), "beside");
    }
  });
});
