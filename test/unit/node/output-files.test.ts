import { chmod, lstat, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { encodeSecrets } from "../../../src/commitment/model-file.js";
import { FormatError, InputError, UnavailableError } from "../../../src/errors/errors.js";
import {
  assertWritable,
  makeDirectory,
  writeFileThrough,
  writeOutputs,
  type OutputFile,
} from "../../../src/node/output-files.js";
import { readSecretFile, readTextFile } from "../../../src/node/text-file.js";
import { Workplace } from "../../support/cli.js";
import { FaultyDisk, type DiskFaults } from "../../support/full-disk.js";
import { expectError } from "../../support/rejects.js";

describe("output files", () => {
  let place: Workplace;
  beforeEach(async () => {
    place = await Workplace.open();
  });
  afterEach(() => place.close());

  it("writes all files, secrets for their owner alone", async () => {
    const [open, secret] = [place.path("open.json"), place.path("secret.json")];
    const kept = await writeOutputs([
      { path: open, content: "1" },
      { path: secret, content: "2", secret: true },
    ]);
    expect(kept).to.deep.equal([]);
    expect((await stat(secret)).mode & 0o777).to.equal(0o600);
    expect(await readSecretFile(secret)).to.equal("2");
    expect(await place.names()).to.have.members(["open.json", "secret.json"]);
    await chmod(secret, 0o640);
    await expectError(() => readSecretFile(secret), InputError, "chmod 600");
  });

  it("leaves nothing when one of the files cannot be written", async () => {
    const files = ["first.json", "missing/second.json"].map((name) => ({ path: place.path(name), content: "x" }));
    await expectError(() => writeOutputs(files), UnavailableError, "second.json");
    expect(await place.names()).to.deep.equal([]);
  });

  it("refuses outputs that exist, share a name, lie in no directory or are no files", async () => {
    const there = await place.write("there.json", "x");
    await expectError(() => assertWritable([there], false), InputError, "there.json", "--force");
    await assertWritable([there], true);
    await expectError(() => assertWritable([place.path("a"), place.path("a")], false), InputError, "two outputs");
    await expectError(() => assertWritable([place.path("no/a")], false), InputError, "directory");
    await expectError(() => assertWritable([place.directory], true), InputError, "is a directory");
    await expectError(() => writeOutputs([{ path: place.directory, content: "x" }]), InputError, "is a directory");
    await symlink("/dev/null", place.path("device"));
    await expectError(() => assertWritable([place.path("device")], true), InputError, "no regular file");
  });

  it("names files that are missing, directories or not text", async () => {
    await expectError(() => readTextFile(place.path("none")), InputError, "no such file");
    await expectError(() => readTextFile(place.directory), InputError, "directory");
    const binary = await place.write("binary", Uint8Array.of(0xff, 0xfe));
    await expectError(() => readTextFile(binary), FormatError, "UTF-8");
  });

  it("follows links, and keeps the permissions of what it replaces", async () => {
    const real = await place.write("real.json", "old");
    await chmod(real, 0o640);
    await symlink("real.json", place.path("link.json"));
    await writeOutputs([{ path: place.path("link.json"), content: "new" }]);
    expect((await lstat(place.path("link.json"))).isSymbolicLink()).to.equal(true);
    expect(await readFile(real, "utf8")).to.equal("new");
    expect((await stat(real)).mode & 0o777).to.equal(0o640);
    expect(await place.names()).to.have.members(["real.json", "link.json"]);
  });

  it("makes folders with their parents, once", async () => {
    await makeDirectory(place.path("a/b/c"));
    await makeDirectory(place.path("a/b/c"));
    expect((await stat(place.path("a/b/c"))).isDirectory()).to.equal(true);
    await place.write("file", "x");
    await expectError(() => makeDirectory(place.path("file/d")), UnavailableError, "file/d");
  });

  describe("of secrets that are there already", () => {
    const secret = (content: string): OutputFile => ({ path: place.path("m.secrets.json"), content, secret: true });

    it("keeps every one under the first name that is free", async () => {
      await writeOutputs([secret("first")]);
      await place.write("m.secrets.json.2", "somebody's");
      const names: string[] = [];
      for (const content of ["second", "third"]) {
        const kept = await writeOutputs([secret(content)]);
        names.push(...kept.map(({ keptAs }) => keptAs));
      }
      expect(names).to.deep.equal([place.path("m.secrets.json.1"), place.path("m.secrets.json.3")]);
      expect(await place.read("m.secrets.json.1")).to.equal("first");
      expect(await place.read("m.secrets.json.2")).to.equal("somebody's");
      expect(await place.read("m.secrets.json.3")).to.equal("second");
      expect(await place.read("m.secrets.json")).to.equal("third");
      expect((await stat(place.path("m.secrets.json.1"))).mode & 0o777).to.equal(0o600);
    });

    it("keeps them where files have no second names", async () => {
      await writeOutputs([secret("first")]);
      const disk = new FaultyDisk({ failing: { link: 0 }, code: "EPERM" });
      await writeOutputs([secret("second")], disk);
      expect(await place.read("m.secrets.json.1")).to.equal("first");
      expect(await place.read("m.secrets.json")).to.equal("second");
    });

    it("keeps them also where an output that is no secret has their name", async () => {
      const blindings = encodeSecrets({ modelId: `0x${"11".repeat(32)}`, blindings: [] });
      await place.write("policy.json", blindings);
      const [kept] = await writeOutputs([{ path: place.path("policy.json"), content: "a policy" }]);
      expect(kept?.keptAs).to.equal(place.path("policy.json.1"));
      expect(await place.read("policy.json.1")).to.equal(blindings);
    });
  });

  describe("on a disk that fails", () => {
    const OLD = { "m.secrets.json": "old secrets", "m.model.json": "old model" };
    const outputs = (): OutputFile[] => [
      { path: place.path("m.secrets.json"), content: "new secrets of some length", secret: true },
      { path: place.path("m.model.json"), content: Buffer.alloc(5000, "n") },
    ];
    const BYTES = 5026;

    async function expectAsBefore(faults: DiskFaults, detail: string, old: Readonly<Record<string, string>>) {
      for (const [name, content] of Object.entries(old)) await writeFile(place.path(name), content);
      const disk = new FaultyDisk(faults);
      await expectError(() => writeOutputs(outputs(), disk), UnavailableError, "cannot be written", detail);
      expect(await place.names(), JSON.stringify(faults)).to.have.members(Object.keys(old));
      for (const [name, content] of Object.entries(old)) expect(await place.read(name)).to.equal(content);
    }

    for (const [what, old] of [
      ["old files", OLD],
      ["no old files", {}],
    ] as const) {
      it(`is refused at every size that is too small, and all is as before: ${what}`, async () => {
        for (let i = 0; i < 50; i++)
          await expectAsBefore({ room: Math.floor((i * BYTES) / 50) }, "free some space", old);
        await expectAsBefore({ room: BYTES - 1 }, "free some space", old);
      });

      it(`is refused whatever call fails, and all is as before: ${what}`, async () => {
        for (const call of ["create", "sync", "close", "rename"] as const) {
          for (const number of [0, 1])
            await expectAsBefore({ failing: { [call]: number } }, "Nothing was replaced", old);
        }
        await expectAsBefore({ failing: { syncFolder: 0 } }, "Nothing was replaced", old);
      });
    }

    it("is refused if an old file cannot be kept, and all is as before", async () => {
      for (const link of [0, 1]) await expectAsBefore({ failing: { link }, code: "ENOSPC" }, "free some space", OLD);
    });

    it("notices bytes that were taken and not kept", async () => {
      for (const losesFrom of [0, 25, 26, 5025]) await expectAsBefore({ losesFrom }, "does not hold", OLD);
    });

    it("writes all where the room is just enough", async () => {
      const disk = new FaultyDisk({ room: BYTES });
      await writeOutputs(outputs(), disk);
      expect((await place.read("m.model.json")).length).to.equal(5000);
      expect(await place.read("m.secrets.json")).to.equal("new secrets of some length");
    });

    it("leaves an old file whole that is written piece by piece, and says what failed", async () => {
      const path = await place.write("powers.ptau", "old");
      const fill = async (sink: { write: (bytes: Uint8Array) => Promise<void> }): Promise<void> => {
        for (let i = 0; i < 10; i++) await sink.write(new Uint8Array(100).fill(i));
      };
      for (const room of [0, 1, 99, 100, 950, 999]) {
        await expectError(
          () => writeFileThrough(path, fill, new FaultyDisk({ room })),
          UnavailableError,
          "powers.ptau",
        );
        expect(await place.read("powers.ptau")).to.equal("old");
      }
      const own = (): Promise<void> => Promise.reject(new InputError("nothing to write"));
      await expectError(() => writeFileThrough(path, own), InputError, "nothing to write");
      expect(await place.names()).to.deep.equal(["powers.ptau"]);
      await writeFileThrough(path, fill, new FaultyDisk({ room: 1000 }));
      expect((await stat(path)).size).to.equal(1000);
    });
  });

  it("refuses secrets where the file system would let others read them", async function () {
    if (process.platform === "win32") return;
    await mkdir(place.path("d"));
    const disk = new FaultyDisk({});
    const careless = {
      create: (path: string) => disk.create(path, 0o666),
      rename: disk.rename.bind(disk),
      link: disk.link.bind(disk),
      remove: disk.remove.bind(disk),
      syncFolder: disk.syncFolder.bind(disk),
    };
    const secret = { path: place.path("d/s.json"), content: "s", secret: true };
    await expectError(() => writeOutputs([secret], careless), InputError, "others could read it");
    expect(disk.written).to.equal(0);
  });
});
