import { readdir, stat } from "node:fs/promises";
import { expect } from "chai";
import { SegmentFolder } from "../../../src/node/segment-folder.js";
import { Workplace } from "../../support/cli.js";

describe("the folder of finished segments", () => {
  let place: Workplace;
  let folder: SegmentFolder;

  beforeEach(async () => {
    place = await Workplace.open();
    folder = new SegmentFolder(place.path("c.json.segments"));
  });
  afterEach(() => place.close());

  it("is made with the first segment, and keeps what is written", async () => {
    expect(await folder.read(0)).to.equal(undefined);
    expect(await stat(folder.directory).catch(() => undefined)).to.equal(undefined);
    await folder.write(1, "one");
    expect(await folder.read(1)).to.equal("one");
    expect(await folder.read(0)).to.equal(undefined);
  });

  it("goes with its segments and what interrupted writes left", async () => {
    await folder.write(0, "zero");
    await folder.write(1, "one");
    await place.write("c.json.segments/segment-1.json.0a1b2c3d-4321-0a1b2c3d.part", "half");
    await folder.remove(2);
    expect(await place.names()).to.deep.equal([]);
    await folder.remove(2);
  });

  it("leaves what is not its own", async () => {
    await folder.write(0, "zero");
    await folder.write(7, "of a longer chain");
    await place.write("c.json.segments/notes.txt", "mine");
    await folder.remove(2);
    expect(await readdir(folder.directory)).to.have.members(["segment-7.json", "notes.txt"]);
  });
});
