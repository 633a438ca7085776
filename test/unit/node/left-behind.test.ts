import { spawn } from "node:child_process";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect } from "chai";
import { withStaging } from "../../../src/node/artifact-store.js";
import { createMark, temporaryPath } from "../../../src/node/left-behind.js";
import { writeOutputs } from "../../../src/node/output-files.js";
import { Workplace } from "../../support/cli.js";

/** The id of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.once("exit", resolve));
  return child.pid ?? 0;
}

const ofProcess = (mark: string, pid: number): string => mark.replace(/-\d+-/u, `-${pid}-`);
const TWO_DAYS_AGO = new Date(Date.now() - 2 * 86_400_000);

describe("what killed processes leave behind", () => {
  let place: Workplace;
  let dead: number;
  before(async () => {
    dead = await endedProcess();
  });
  beforeEach(async () => {
    place = await Workplace.open();
  });
  afterEach(() => place.close());

  it("goes from the store with the next setup, but for what may be somebody's", async () => {
    const staging = place.path("staging");
    const names = {
      ofTheDead: ofProcess(createMark(), dead),
      oldAndUnmarked: "0b5b1c4e-0000-4000-8000-000000000000",
      oldOfAnotherMachine: createMark().replace(/^.{8}/u, "00000000"),
      ofTheLiving: ofProcess(createMark(), process.ppid),
      ofAnotherMachine: ofProcess(createMark(), dead).replace(/^.{8}/u, "00000000"),
      newAndUnmarked: "1b5b1c4e-0000-4000-8000-000000000000",
      oldWithNewContents: "2b5b1c4e-0000-4000-8000-000000000000",
    };
    for (const [what, name] of Object.entries(names)) {
      await mkdir(join(staging, name, "circuit"), { recursive: true });
      await writeFile(join(staging, name, "circuit", "half"), "written");
      if (!what.startsWith("old")) continue;
      if (what !== "oldWithNewContents")
        await utimes(join(staging, name, "circuit", "half"), TWO_DAYS_AGO, TWO_DAYS_AGO);
      for (const folder of ["circuit", "."]) await utimes(join(staging, name, folder), TWO_DAYS_AGO, TWO_DAYS_AGO);
    }
    let during: string[] = [];
    await withStaging(place.directory, async (directory) => {
      during = (await readdir(staging)).filter((name) => name !== basename(directory));
    });
    const { ofTheLiving, ofAnotherMachine, newAndUnmarked, oldWithNewContents } = names;
    expect(during).to.have.members([ofTheLiving, ofAnotherMachine, newAndUnmarked, oldWithNewContents]);
  });

  it("goes with the next output of the same name", async () => {
    const path = place.path("m.secrets.json");
    const left = ofProcess(temporaryPath(path), dead);
    const ofTheLiving = ofProcess(temporaryPath(path), process.ppid);
    const ofAnotherOutput = ofProcess(temporaryPath(place.path("other.json")), dead);
    for (const each of [left, ofTheLiving, ofAnotherOutput]) await writeFile(each, "half");
    await writeOutputs([{ path, content: "whole", secret: true }]);
    const stay = [path, ofTheLiving, ofAnotherOutput].map((each) => basename(each));
    expect(await place.names()).to.have.members(stay);
  });
});
