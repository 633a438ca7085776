import { expect } from "chai";
import { FormatError, InputError } from "../../../src/errors/errors.js";
import { openModelOver } from "../../../src/model/open-over-base.js";
import { fileSystem } from "../../../src/node/file-source.js";
import { caseFile } from "../../support/cases.js";
import { runCli, runJson } from "../../support/cli.js";
import { encodeSafetensors } from "../../support/encode-safetensors.js";
import { openFiles, valuesOf } from "../../support/models.js";
import { expectError } from "../../support/rejects.js";

const one = (name: string, value = 1): Uint8Array =>
  encodeSafetensors([{ name, shape: [1], dtype: "F32", values: [value] }]);
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const shard = (index: number, count: number, set = "model"): string =>
  `${set}-${String(index).padStart(5, "0")}-of-${String(count).padStart(5, "0")}.safetensors`;
const files = (...entries: readonly (readonly [string, Uint8Array])[]): Map<string, Uint8Array> => new Map(entries);

describe("a folder", () => {
  it("with shards but no index is read if none is missing, and says so", async () => {
    const model = await openFiles(
      files([shard(1, 2), one("a")], [shard(2, 2), one("b", 7)], ["config.json", text({})]),
    );
    expect(model.format).to.equal("safetensors-sharded");
    expect(await valuesOf(model, "b")).to.deep.equal([7]);
    expect(model.notes.join()).to.match(/2 shards without an index/u);
    expect((await model.provenance()).files.map(({ name }) => name)).to.deep.equal([shard(1, 2), shard(2, 2)]);
  });

  it("with a shard missing is refused with the shard's name", async () => {
    await expectError(
      () => openFiles(files([shard(1, 3), one("a")], [shard(3, 3), one("c")])),
      InputError,
      `${shard(2, 3)} is missing`,
      "model.safetensors.index.json",
    );
  });

  it("with one tensor in two shards is refused with both names", async () => {
    const twice = files([shard(1, 2), one("a")], [shard(2, 2), one("a", 2)]);
    await expectError(() => openFiles(twice), FormatError, '"a"', shard(1, 2), shard(2, 2));
  });

  it("with shards of two countings, or of two models, is refused", async () => {
    await expectError(
      () => openFiles(files([shard(1, 1), one("a")], [shard(1, 2), one("a")], [shard(2, 2), one("b")])),
      InputError,
      "more than one model",
    );
    await expectError(
      () => openFiles(files([shard(1, 1), one("a")], [shard(1, 1, "other"), one("a")])),
      InputError,
      "model-*.safetensors",
      "other-*.safetensors",
    );
  });

  it("one shard of several by its path is refused: a part is no model", async () => {
    const set = files([shard(1, 2), one("a")], [shard(2, 2), one("b")]);
    await expectError(() => openFiles(set, `model/${shard(2, 2)}`), InputError, "shard 2 of 2", "folder");
    expect((await openFiles(files([shard(1, 1), one("a")]), `model/${shard(1, 1)}`)).tensors).to.have.lengthOf(1);
  });

  it("with one model and other weights names those that are not read", async () => {
    const model = await openFiles(
      files(
        ["model.safetensors", one("a")],
        ["pytorch_model.bin", text({})],
        ["q4.gguf", text({})],
        [shard(1, 2), one("a")],
        ["training_args.bin", text({})],
        ["optimizer.pt", text({})],
      ),
      "model/model.safetensors",
    );
    expect(model.notes, "a path says which").to.deep.equal([]);
    const found = await openFiles(
      files(
        ["m.safetensors", one("a")],
        ["pytorch_model.bin", text({})],
        ["q4.gguf", text({})],
        ["optimizer.pt", text({})],
      ),
    );
    expect(found.notes).to.have.lengthOf(1);
    expect(found.notes[0]).to.match(/m\.safetensors is read.*: pytorch_model\.bin, q4\.gguf$/u);
  });

  it("with shards of no index beside a whole model asks which is meant", async () => {
    const both = files(["model.safetensors", one("a")], [shard(1, 2), one("a")], [shard(2, 2), one("b")]);
    await expectError(() => openFiles(both), InputError, "model.safetensors", "model-*.safetensors", "Say which");
  });

  it("names a shard that the index does not list", async () => {
    const index = text({ weight_map: { a: shard(1, 2), b: shard(2, 2) } });
    const model = await openFiles(
      files(
        ["model.safetensors.index.json", index],
        [shard(1, 2), one("a")],
        [shard(2, 2), one("b")],
        [shard(3, 3), one("c")],
      ),
    );
    expect(model.tensors).to.have.lengthOf(2);
    expect(model.notes.join()).to.include(shard(3, 3)).and.not.include(shard(2, 2));
  });

  it("with nothing but weights of another format says what these are", async () => {
    const pickle = Uint8Array.of(0x80, 2, 0x8a, 10, 0, 0, 0, 0, 0, 0);
    await expectError(
      () => openFiles(files(["pytorch_model.bin", pickle])),
      FormatError,
      "pytorch_model.bin",
      "pickle",
    );
  });
});

describe("a folder with an adapter and a merged model", () => {
  const name = "16-adapter-and-merged";
  const base = caseFile(name, "base.safetensors");

  it("asks which of the two is meant", async () => {
    const { exitCode, stderr } = await runCli(["inspect", base, caseFile(name, "tune")]);
    expect(exitCode).to.equal(2);
    expect(stderr).to.include("adapter_config.json").and.to.include("model.safetensors").and.to.include("Say which");
  });

  it("takes either by its path", async () => {
    const formatOf = async (file: string): Promise<unknown> =>
      (await runJson(["inspect", base, caseFile(name, "tune", file)]))["tunedFormat"];
    expect(await formatOf("adapter_config.json")).to.equal("peft-lora");
    expect(await formatOf("model.safetensors")).to.equal("safetensors");
  });

  it("is an adapter alone where no merged model is, and names a pickle beside it", async () => {
    const folder = caseFile(name, "tune");
    const withoutMerged = {
      ...fileSystem,
      list: async (path: string) =>
        (await fileSystem.list(path))?.map((each) => (each === "model.safetensors" ? "adapter_model.bin" : each)),
    };
    const opened = await openModelOver(fileSystem, base, undefined);
    const model = await openModelOver(withoutMerged, folder, opened);
    expect(model.format).to.equal("peft-lora");
    expect(model.notes.join()).to.include("adapter_model.bin");
    await model.close();
    await opened.close();
  });
});

describe("shards on the command line", () => {
  it("reads a complete set without an index, with a note in --json and on stderr", async () => {
    const path = caseFile("09d-shards-no-index", "base");
    const { stderr, stdout } = await runCli(["inspect", path, path, "--json"]);
    expect((JSON.parse(stdout) as { notes: string[] }).notes.join()).to.match(/2 shards without an index/u);
    expect(stderr.match(/note: /gu), "said once").to.have.lengthOf(1);
  });

  it("names a missing shard, and a tensor that two shards hold", async () => {
    const run = (name: string): Promise<string> =>
      runCli(["inspect", caseFile(name, "base"), caseFile(name, "base")]).then(({ stderr }) => stderr);
    expect(await run("09b-shard-missing")).to.include("model-00002-of-00002.safetensors");
    expect(await run("09c-shard-overlap"))
      .to.include('"model.embed_tokens.weight"')
      .and.include("model-00001-of-00002.safetensors")
      .and.include("model-00002-of-00002.safetensors");
  });
});
