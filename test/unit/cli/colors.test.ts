import { expect } from "chai";
import { markedColors, showLine } from "../../../src/cli/colors.js";

describe("colors", () => {
  it("are the command line's own: a stranger's escape sequences are text", () => {
    const { bold, red, green, yellow } = markedColors(true);
    expect(showLine(`${bold(red("no"))} ${green("a")}${yellow("b")}: w\u001b[32m\n`)).to.equal(
      "\u001b[1m\u001b[31mno\u001b[39m\u001b[22m \u001b[32ma\u001b[39m\u001b[33mb\u001b[39m: w\\u001b[32m\\n",
    );
  });

  it("are not there where they are not wanted", () => {
    expect(showLine(markedColors(false).bold("yes"))).to.equal("yes");
  });
});
