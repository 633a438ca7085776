import { chmod, stat } from "node:fs/promises";
import { expect } from "chai";
import { InputError, UnavailableError } from "../../../src/errors/errors.js";
import { assertWritable, writeOutputs } from "../../../src/node/output-files.js";
import { readSecretFile, readTextFile } from "../../../src/node/text-file.js";
import { Workplace } from "../../support/cli.js";
import { expectError } from "../../support/rejects.js";

describe("output files", () => {
  let place: Workplace;
  beforeEach(async () => {
    place = await Workplace.open();
  });
  afterEach(() => place.close());

  it("writes all files, secrets for their owner alone", async () => {
    const [open, secret] = [place.path("open.json"), place.path("secret.json")];
    await writeOutputs([
      { path: open, content: "1" },
      { path: secret, content: "2", secret: true },
    ]);
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

  it("refuses outputs that exist, share a name or lie in no directory", async () => {
    const there = await place.write("there.json", "x");
    await expectError(() => assertWritable([there], false), InputError, "there.json", "--force");
    await assertWritable([there], true);
    await expectError(() => assertWritable([place.path("a"), place.path("a")], false), InputError, "two outputs");
    await expectError(() => assertWritable([place.path("no/a")], false), InputError, "directory");
  });

  it("names files that are missing, directories or not text", async () => {
    await expectError(() => readTextFile(place.path("none")), InputError, "no such file");
    await expectError(() => readTextFile(place.directory), InputError, "directory");
    const binary = await place.write("binary", Uint8Array.of(0xff, 0xfe));
    await expectError(() => readTextFile(binary), Error as never, "UTF-8");
  });
});
