import { expect } from "chai";
import { linkTo, parseRoute, parseSearch, type Route } from "../../../web/src/route.js";

const ID = `0x${"aB".repeat(32)}` as const;
const ADDRESS = `0x${"Cd".repeat(20)}` as const;

describe("routes of the explorer page", () => {
  it("reads what it writes", () => {
    const id = `0x${"ab".repeat(32)}` as const;
    const routes: Route[] = [
      { page: "home" },
      { page: "check" },
      { page: "settings" },
      { page: "model", id },
      { page: "certificate", id },
      { page: "find", id },
      { page: "publisher", id: `0x${"cd".repeat(20)}` },
      { page: "unknown", path: "nowhere/at/all" },
    ];
    for (const route of routes) expect(parseRoute(linkTo(route)), linkTo(route)).to.deep.equal(route);
  });

  it("takes ids in any case, and no other than whole ones", () => {
    expect(parseRoute(`#/model/${ID}`)).to.deep.equal({ page: "model", id: ID.toLowerCase() });
    for (const path of [`model/${ADDRESS}`, `publisher/${ID}`, `model/${ID}/more`, "model/", `model/${ID}0`]) {
      expect(parseRoute(`#/${path}`), path).to.deep.equal({ page: "unknown", path });
    }
  });

  it("tells a search for an id from one for an address, and says what is wrong with others", () => {
    expect(parseSearch(` ${ID}\n`)).to.deep.equal({ route: { page: "find", id: ID.toLowerCase() } });
    expect(parseSearch(ADDRESS)).to.deep.equal({ route: { page: "publisher", id: ADDRESS.toLowerCase() } });
    const problems = { "": "Type or paste", "0x12": "2 hex digits", [ID.slice(2)]: "start with 0x", gpt2: "neither" };
    for (const [text, words] of Object.entries(problems)) {
      const target = parseSearch(text);
      expect("problem" in target && target.problem, text).to.include(words);
    }
  });
});
