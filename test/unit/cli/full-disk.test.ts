import { stat } from "node:fs/promises";
import { expect } from "chai";
import { runCli, Workplace } from "../../support/cli.js";
import { FaultyDisk } from "../../support/full-disk.js";
import { testSetup } from "../../support/nano-setup.js";
import { tinyModel } from "../../support/tiny-models.js";

const SIZES = 10;

describe("fti commit --private --force on a disk that is almost full", () => {
  let place: Workplace;
  let argv: string[];

  before(async () => {
    await testSetup();
    place = await Workplace.open();
    const weights = await place.write("m.safetensors", tinyModel(1));
    argv = [
      "commit",
      weights,
      "--private",
      "--tier",
      "nano",
      "--force",
      "--jobs",
      "1",
      "-o",
      place.path("m.model.json"),
    ];
    const { exitCode, stderr } = await runCli(argv);
    expect(exitCode, stderr).to.equal(0);
  });
  after(() => place.close());

  it(`refuses at ${SIZES} sizes that are too small: old secrets and model are whole, nothing is left behind`, async () => {
    const names = await place.names();
    const old = { secrets: await place.read("m.secrets.json"), model: await place.read("m.model.json") };
    const needed = (await stat(place.path("m.secrets.json"))).size + (await stat(place.path("m.model.json"))).size;
    for (let i = 0; i < SIZES; i++) {
      // Blindings are drawn afresh, but the files have the same size within a few bytes.
      const room = Math.floor((i * (needed - 64)) / (SIZES - 1));
      const { exitCode, stdout, stderr } = await runCli(argv, {}, new FaultyDisk({ room }));
      expect(exitCode, `${room} of ${needed} bytes: ${stderr}`).to.equal(3);
      expect(stdout).to.equal("");
      expect(stderr).to.include("no space left on device").and.include("free some space");
      expect(await place.names()).to.have.members(names);
      expect(await place.read("m.secrets.json")).to.equal(old.secrets);
      expect(await place.read("m.model.json")).to.equal(old.model);
    }
  });

  it("moves the old secrets aside where there is room, and says where", async () => {
    const old = await place.read("m.secrets.json");
    const { exitCode, stderr } = await runCli(argv);
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).to.include(`kept in ${place.path("m.secrets.json.1")}`);
    expect(await place.read("m.secrets.json.1")).to.equal(old);
    expect(await place.read("m.secrets.json")).to.not.equal(old);
    expect((await stat(place.path("m.secrets.json.1"))).mode & 0o777).to.equal(0o600);
  });
});
