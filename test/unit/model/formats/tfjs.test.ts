import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { expect } from "chai";
import { FormatError } from "../../../../src/errors/errors.js";
import { encodeTfjs, type WeightToWrite } from "../../../support/encode-tfjs.js";
import { openFiles, tensorOf, valuesOf } from "../../../support/models.js";
import { expectError } from "../../../support/rejects.js";

const w: WeightToWrite = { name: "w", shape: [2], dtype: "float32", values: [1, -0.5] };
const rejects = (files: Map<string, Uint8Array>, ...parts: string[]): Promise<void> =>
  expectError(() => openFiles(files), FormatError, ...parts);
const rejectsWeight = (weight: object, ...parts: string[]): Promise<void> => {
  const files = encodeTfjs([w]);
  files.set("model.json", manifestOf([{ paths: ["group1-shard1.bin"], weights: [weight] }]));
  return rejects(files, "model.json", ...parts);
};
const manifestOf = (groups: unknown): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ weightsManifest: groups }));

describe("TensorFlow.js", () => {
  it("reads float32, int32 and bool over shards cut at any byte", async () => {
    const weights: WeightToWrite[] = [
      { name: "f", shape: [3], dtype: "float32", values: [Math.fround(0.1), -2, 2 ** -149] },
      { name: "b", shape: [3], dtype: "bool", values: [1, 0, 1] },
      { name: "i", shape: [], dtype: "int32", values: [-(2 ** 31)] },
    ];
    for (const shardBytes of [1, 2, 3, 5, 7, 100]) {
      const model = await openFiles(encodeTfjs(weights, shardBytes));
      for (const { name, values } of weights) expect(await valuesOf(model, name)).to.deep.equal(values);
      expect(tensorOf(model, "i").kind).to.equal("integer");
      expect(tensorOf(model, "b").kind).to.equal("boolean");
    }
  });

  it("restores uint8 and uint16 with one rounding to float32", async () => {
    const scale = 0.0018763654956630632;
    const min = -0.2395;
    for (const [dtype, values] of [
      ["uint8", [0, 1, 137, 255]],
      ["uint16", [0, 1, 300, 32767]],
    ] as const) {
      const model = await openFiles(encodeTfjs([{ ...w, shape: [4], values, quantization: { dtype, scale, min } }]));
      const expected = Float32Array.from(values, (v) => v * scale + min);
      expect(await valuesOf(model, "w")).to.deep.equal(Array.from(expected));
      expect(tensorOf(model, "w").dtype).to.equal(`float32 (${dtype})`);
    }
  });

  it("restores quantized int32 with halves rounded up", async () => {
    const quantization = { dtype: "uint8", scale: 0.5, min: -2 };
    const weight = { name: "i", shape: [4], dtype: "int32", values: [1, 3, 5, 6], quantization };
    const model = await openFiles(encodeTfjs([weight]));
    expect(await valuesOf(model, "i")).to.deep.equal([-1, 0, 1, 1].map((v) => v + 0));
    expect(tensorOf(model, "i").kind).to.equal("integer");
  });

  it("restores float16", async () => {
    const values = [1.5, -(2 ** -24), 65504];
    const model = await openFiles(encodeTfjs([{ ...w, shape: [3], values, quantization: { dtype: "float16" } }]));
    expect(await valuesOf(model, "w")).to.deep.equal(values);
  });

  it("binds strings by the digest of their lengths and bytes", async () => {
    const values = ["", "é", "abc"];
    const strings = { name: "s", shape: [3], dtype: "string", values };
    const model = await openFiles(encodeTfjs([w, strings, { ...w, name: "x" }], 5));
    const encoded = Uint8Array.of(0, 0, 0, 0, 2, 0, 0, 0, 0xc3, 0xa9, 3, 0, 0, 0, 0x61, 0x62, 0x63);
    const tensor = model.tensors.find(({ name }) => name === "s");
    expect(tensor).to.deep.include({ kind: "string", sha256: bytesToHex(sha256(encoded)) });
    expect(await valuesOf(model, "x")).to.deep.equal([1, -0.5]);
  });

  it("reads strings longer than a window", async () => {
    const values = ["a".repeat(70_000), "b", "c".repeat(131_072), ...Array.from({ length: 40_000 }, () => "d")];
    const model = await openFiles(encodeTfjs([{ name: "s", shape: [values.length], dtype: "string", values }, w]));
    expect(await valuesOf(model, "w")).to.deep.equal([1, -0.5]);
  });

  it("reads several groups, and a bare manifest", async () => {
    const files = new Map<string, Uint8Array>();
    const groups = ["a", "b"].map((name) => {
      files.set(`${name}.bin`, encodeTfjs([w]).get("group1-shard1.bin")!);
      return { paths: [`${name}.bin`], weights: [{ name, shape: [2], dtype: "float32" }] };
    });
    files.set("net-weights_manifest.json", new TextEncoder().encode(JSON.stringify(groups)));
    const model = await openFiles(files);
    expect(await valuesOf(model, "b")).to.deep.equal([1, -0.5]);
  });

  it("rejects truncated and overlong shards", async () => {
    const files = encodeTfjs([w, { ...w, name: "v" }]);
    const shard = files.get("group1-shard1.bin")!;
    files.set("group1-shard1.bin", shard.subarray(0, 13));
    await rejects(files, "group1-shard1.bin", '"v"', "8 to 16", "only 13");
    files.set("group1-shard1.bin", new Uint8Array(17));
    await rejects(files, "group1-shard1.bin", "17 bytes", "take 16");
  });
  it("rejects truncated strings", async () => {
    const files = encodeTfjs([{ name: "s", shape: [2], dtype: "string", values: ["abc", "de"] }]);
    const shard = files.get("group1-shard1.bin")!;
    for (const length of [0, 3, 6, 9, 12]) {
      files.set("group1-shard1.bin", shard.subarray(0, length));
      await rejects(files, '"s"', `only ${length}`);
    }
  });
  it("rejects a missing shard", async () => {
    const files = encodeTfjs([w], 4);
    files.delete("group1-shard2.bin");
    await rejects(files, "model.json", "group1-shard2.bin", "missing");
  });
  it("rejects a shard outside the model's directory", async () => {
    const files = encodeTfjs([w]);
    files.set("model.json", manifestOf([{ paths: ["../x"], weights: [] }]));
    await rejects(files, "../x", "beside");
  });
  it("rejects a tensor that is listed twice", () => rejects(encodeTfjs([w, w]), '"w"', "twice"));
  it("rejects an unknown dtype", () => rejectsWeight({ ...w, dtype: "complex64" }, '"w"', "complex64", "float32"));
  it("rejects a wrong shape", async () => {
    for (const shape of [[-1], [0.5], "2", undefined]) await rejectsWeight({ ...w, shape }, '"w"', "shape");
  });
  it("rejects quantization without scale or min, or of a wrong dtype", async () => {
    const quantized = (dtype: string, quantization: object): object => ({ ...w, dtype, quantization });
    await rejectsWeight(quantized("float32", { dtype: "uint8", scale: 1 }), '"w"', "min");
    await rejectsWeight(quantized("float32", { dtype: "uint8", scale: null, min: 0 }), '"w"', "scale");
    await rejectsWeight(quantized("float32", { dtype: "uint4", scale: 1, min: 0 }), '"w"', "uint4");
    await rejectsWeight(quantized("int32", { dtype: "float16" }), '"w"', "float16");
    await rejectsWeight(quantized("bool", { dtype: "uint8", scale: 1, min: 0 }), '"w"', "bool");
  });
  it("rejects a manifest of another form", async () => {
    for (const groups of [5, [{}], [{ paths: "a", weights: [] }], [{ paths: [], weights: [{ shape: [] }] }]]) {
      await rejects(new Map([["model.json", manifestOf(groups)]]), "weights manifest");
    }
  });
});
