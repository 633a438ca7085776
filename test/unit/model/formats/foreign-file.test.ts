import { expect } from "chai";
import { FormatError } from "../../../../src/errors/errors.js";
import { caseFile } from "../../../support/cases.js";
import { runCli } from "../../../support/cli.js";
import { encodeSafetensors, encodeSharded } from "../../../support/encode-safetensors.js";
import { encodeTfjs } from "../../../support/encode-tfjs.js";
import { openFile, openFiles } from "../../../support/models.js";
import { expectError } from "../../../support/rejects.js";

const bytesOf = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
const zip = (entry: string): Uint8Array => bytesOf("PK\x03\x04", zeros(22), [entry.length, 0, 0, 0], entry, zeros(64));

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 4321\n`;

/** What is wrong and what to do, of every kind. */
const KINDS: readonly (readonly [kind: string, bytes: Uint8Array, wrong: string, remedy: string])[] = [
  ["a git-lfs pointer", bytesOf(POINTER), "git-lfs pointer, not the file of 4321 bytes", "git lfs pull"],
  ["an old git-lfs pointer", bytesOf("version https://hawser.github.com/spec/v1\n"), "git-lfs pointer", "git lfs pull"],
  ["a git-xet pointer", bytesOf("# xet version 0\nfilesize = 3\n"), "git-xet pointer", "Download"],
  ["a git-annex pointer", bytesOf("/annex/objects/SHA256E-s3--00.bin\n"), "git-annex pointer", "git annex get"],
  ["an HTML page", bytesOf("\n<!DOCTYPE html>\n<html><title>Log in</title>"), "HTML page", "log in"],
  ["an HTML page after a mark of UTF-8", bytesOf([0xef, 0xbb, 0xbf], "<html lang='en'>"), "HTML page", "log in"],
  ["an XML error", bytesOf('<?xml version="1.0"?><Error><Code>AccessDenied</Code>'), "XML", "Download"],
  ["a server's message", bytesOf("Entry not found"), 'text that begins with "Entry not found"', "download"],
  ["a JSON error", bytesOf('{"error": "Repository not found"}'), "error message", "Known formats"],
  ["a configuration", bytesOf('{"model_type": "llama"}'), "configuration of a model", "Known formats"],
  ["nothing", bytesOf(), "empty", "Download"],
  ["zeros", bytesOf(zeros(4096)), "zeros only", "Download"],
  ["GGUF", bytesOf("GGUF", [3, 0, 0, 0], zeros(80)), "GGUF", "safetensors"],
  ["GGUF of a big-endian machine", bytesOf("GGUF", [0, 0, 0, 3], zeros(80)), "GGUF", "safetensors"],
  ["GGML", bytesOf("tjgg", [3, 0, 0, 0], zeros(80)), "GGML", "safetensors"],
  ["PyTorch's zip", zip("archive/data.pkl"), "pickle of PyTorch", "save_file"],
  ["a pickle", bytesOf([0x80, 4, 0x95], zeros(40)), "pickle", "save_file"],
  ["PyTorch's old pickle", bytesOf([0x80, 2, 0x8a, 10, 0x6c, 0xfc], zeros(40)), "pickle", "save_file"],
  ["a pickle of protocol 0", bytesOf("(dp0\nS'w'\np1\n"), "pickle", "save_file"],
  ["a NumPy archive", zip("weight.npy"), "*.npz", "safetensors"],
  ["a NumPy array", bytesOf([0x93], "NUMPY", [1, 0, 0x76, 0]), "*.npy", "safetensors"],
  ["a Keras model", zip("metadata.json"), "*.keras", "TensorFlow.js"],
  ["HDF5", bytesOf([0x89], "HDF\r\n\x1a\n", zeros(64)), "HDF5", "TensorFlow.js"],
  ["TensorFlow Lite", bytesOf([0x1c, 0, 0, 0], "TFL3", zeros(64)), "TensorFlow Lite", "converted from"],
  ["MessagePack", bytesOf([0x82, 0xa6], "params", [0x81]), "MessagePack", "safetensors"],
  ["another zip", zip("readme.txt"), "archive (zip)", "Unpack"],
  ["gzip", bytesOf([0x1f, 0x8b, 8], zeros(20)), "archive (gzip)", "Unpack"],
  ["tar", bytesOf("model.safetensors", zeros(240), "ustar", zeros(250)), "archive (tar)", "Unpack"],
];

describe("files that are no model", () => {
  for (const [kind, bytes, wrong, remedy] of KINDS) {
    it(`names ${kind} by its bytes, whatever it is called`, async () => {
      for (const name of ["model.safetensors", "model.onnx", "weights.bin", "weights"]) {
        await expectError(() => openFile(bytes, name), FormatError, name, wrong, remedy);
      }
    });
  }

  it("says the same of a shard of safetensors", async () => {
    const files = encodeSharded([
      { name: "a", shape: [2], dtype: "F32", values: [1, 2] },
      { name: "b", shape: [1], dtype: "F32", values: [3] },
    ]);
    const shard = "model-00002-of-00002.safetensors";
    for (const [, bytes, wrong] of KINDS.filter(
      ([, , what]) => !what.startsWith("error") && !what.startsWith("conf"),
    )) {
      await expectError(() => openFiles(new Map([...files, [shard, bytes]])), FormatError, shard, wrong);
    }
  });

  it("finds a pointer or page among raw weights of TensorFlow.js, but takes zeros for weights", async () => {
    const files = encodeTfjs([{ name: "a", shape: [4], dtype: "float32", values: [0, 0, 0, 0] }]);
    expect((await openFiles(files)).tensors).to.have.lengthOf(1);
    const shard = [...files.keys()].find((name) => name.endsWith(".bin"))!;
    files.set(shard, bytesOf(POINTER));
    await expectError(() => openFiles(files), FormatError, shard, "git-lfs pointer", "git lfs pull");
  });

  it("does not take a header's length for another format's mark", async () => {
    // 0x280 bytes of header begin as a pickle of protocol 2 does.
    const tensors = [{ name: "w", shape: [1], dtype: "F32", values: [5] }];
    const plain = encodeSafetensors(tensors);
    const length = new DataView(plain.buffer).getUint32(0, true);
    const padded = new Uint8Array(plain.length + 0x280 - length).fill(0x20);
    padded.set(plain.subarray(0, 8 + length));
    padded.set(plain.subarray(8 + length), 8 + 0x280);
    padded[0] = 0x80;
    padded[1] = 2;
    expect((await openFile(padded)).tensors.map(({ name }) => name)).to.deep.equal(["w"]);
  });

  it("reads safetensors under any name", async () => {
    const bytes = encodeSafetensors([{ name: "w", shape: [1], dtype: "F32", values: [5] }]);
    for (const name of ["pytorch_model.bin", "model.onnx", "w"]) {
      expect((await openFile(bytes, name)).format, name).to.equal("safetensors");
    }
  });

  for (const [name, file, words] of [
    ["17e-lfs-pointer", "model.safetensors", "git lfs pull"],
    ["13-gguf", "model.gguf", "GGUF"],
  ] as const) {
    it(`answers ${name} on the command line`, async () => {
      const path = caseFile(name, file);
      const { exitCode, stderr } = await runCli(["inspect", path, path]);
      expect(exitCode).to.equal(2);
      expect(stderr).to.include(file).and.to.include(words);
    });
  }
});
