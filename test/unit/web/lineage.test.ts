import { expect } from "chai";
import type { Hex } from "../../../src/algebra/hex.js";
import { gatherLineage, type Lineage } from "../../../src/registry/lineage.js";
import type { LoggedStanding } from "../../../src/registry/logs/certificates.js";
import { layoutLineage, NODE_HEIGHT, NODE_WIDTH } from "../../../web/src/lineage-layout.js";

const id = (name: string): Hex => `0x${name.padEnd(64, "0")}`;
const PUBLISHER = `0x${"ee".repeat(20)}` as const;

/** Certificates written `base tune`; the same twice makes two of them. */
function certificates(edges: readonly string[]): LoggedStanding[] {
  return edges.map((edge, i) => {
    const [base = "", tune = ""] = edge.split(" ");
    return {
      certificateId: id(`c${i}`),
      publisher: PUBLISHER,
      baseModelId: id(base),
      tunedModelId: id(tune),
      policyId: id("f"),
      blockNumber: i,
      transactionHash: id("7"),
      changedTiles: 1,
      expiresAt: undefined,
      status: "active",
    };
  });
}

function gather(focus: string, edges: readonly string[], most = 100): Promise<Lineage> {
  const all = certificates(edges);
  return gatherLineage(
    id(focus),
    (model) => Promise.resolve(all.filter(({ tunedModelId }) => tunedModelId === model)),
    (model) => Promise.resolve(all.filter(({ baseModelId }) => baseModelId === model)),
    most,
  );
}

describe("lineage of the explorer page", () => {
  it("has the bases above and the tunes below, and no siblings", async () => {
    const lineage = await gather("b", ["a b", "a d", "b c", "c e", "9 a"]);
    expect(new Set(lineage.models)).to.deep.equal(new Set(["b", "a", "9", "c", "e"].map(id)));
    expect(lineage.certificates).to.have.length(4);
    expect(lineage.isComplete).to.equal(true);
  });

  it("ends where certificates lead in a circle", async () => {
    const lineage = await gather("a", ["a b", "b a"]);
    expect(lineage.models).to.have.length(2);
    expect(lineage.certificates).to.have.length(2);
    expect(layoutLineage(lineage).models).to.have.length(2);
  });

  it("says so when there is more than it takes", async () => {
    const lineage = await gather("a", ["a 1", "a 2", "a 3", "a 4"], 3);
    expect(lineage.certificates).to.have.length(3);
    expect(lineage.isComplete).to.equal(false);
    expect((await gather("a", ["a 1", "a 2", "a 3"], 3)).isComplete).to.equal(true);
  });

  it("is placed with bases above their tunes, within the picture, and nothing upon another", async () => {
    const picture = layoutLineage(await gather("a", ["a b", "a c", "a c", "a d", "b e", "c e", "9 a"]));
    const place = new Map(picture.models.map((model) => [model.id, model]));
    for (const { certificates: group } of picture.edges) {
      const [{ baseModelId, tunedModelId }] = group;
      expect(place.get(baseModelId)!.y < place.get(tunedModelId)!.y).to.equal(true);
    }
    for (const { id: own, x, y } of picture.models) {
      expect(x - NODE_WIDTH / 2 >= 0 && x + NODE_WIDTH / 2 <= picture.width).to.equal(true);
      expect(y - NODE_HEIGHT / 2 >= 0 && y + NODE_HEIGHT / 2 <= picture.height).to.equal(true);
      const isFree = picture.models.every(
        (other) => other.id === own || Math.abs(other.x - x) >= NODE_WIDTH || Math.abs(other.y - y) >= NODE_HEIGHT,
      );
      expect(isFree, own).to.equal(true);
    }
    expect(
      picture.edges.find(({ certificates: [first] }) => first.tunedModelId === id("c"))?.certificates,
    ).to.have.length(2);
    expect(picture.models.filter(({ isRoot }) => isRoot).map((model) => model.id)).to.deep.equal([id("9")]);
    expect(picture.models.filter(({ isFocus }) => isFocus).map((model) => model.id)).to.deep.equal([id("a")]);
  });
});
