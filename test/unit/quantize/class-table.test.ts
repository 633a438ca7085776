import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import { assertClassTable, classTable, classTableHash, fractionBitsOfTile } from "../../../src/quantize/class-table.js";
import { layOut } from "../../../src/quantize/layout.js";
import { MANIFEST_VERSION, type Manifest } from "../../../src/quantize/manifest.js";

const CLASSES = [
  { firstTile: 0, fractionBits: -4 },
  { firstTile: 3, fractionBits: 12 },
];

describe("class table", () => {
  it("lists the fraction bits of every tile of a manifest", () => {
    const layout = layOut(2, [
      { name: "a", shape: [4, 8], fractionBits: 10 },
      { name: "b", shape: [3], fractionBits: 14 },
      { name: "c", shape: [3], fractionBits: 10 },
    ]);
    const manifest: Manifest = { version: MANIFEST_VERSION, t: 2, ...layout };
    const classes = classTable(manifest);
    expect(classes[0]).to.deep.equal({ firstTile: 0, fractionBits: 10 });
    for (const tensor of layout.tensors) {
      if (tensor.kind !== "grid" && tensor.kind !== "packed") continue;
      expect(fractionBitsOfTile(classes, tensor.firstTile)).to.equal(tensor.fractionBits);
    }
    assertClassTable(classes, layout.tileCount);
  });

  it("hashes as Solidity encodes it", () => {
    const encoded = AbiCoder.defaultAbiCoder().encode(
      ["tuple(uint32 firstTile, int16 fractionBits)[]"],
      [CLASSES.map((each) => ({ ...each }))],
    );
    expect(classTableHash(CLASSES)).to.equal(keccak256(encoded));
  });

  it("gives a tile the class that starts at or before it", () => {
    expect([0, 2, 3, 9].map((tile) => fractionBitsOfTile(CLASSES, tile))).to.deep.equal([-4, -4, 12, 12]);
  });

  const refused: [string, { firstTile: number; fractionBits: number }[], RegExp][] = [
    ["no class", [], /has no class/],
    ["a first class that is not at tile 0", [{ firstTile: 1, fractionBits: 0 }], /starts at tile 1/],
    ["classes that do not ascend", [...CLASSES, { firstTile: 3, fractionBits: 2 }], /class 2 starts at tile 3/],
    ["a class behind the model", [...CLASSES, { firstTile: 10, fractionBits: 2 }], /starts at tile 10 of 10/],
    ["neighbors of equal fraction bits", [...CLASSES, { firstTile: 5, fractionBits: 12 }], /equal fraction bits/],
    ["fraction bits out of range", [{ firstTile: 0, fractionBits: 65 }], /65 fraction bits/],
    [
      "more than 64 classes",
      Array.from({ length: 65 }, (_, i) => ({ firstTile: i, fractionBits: i % 2 })),
      /65 classes/,
    ],
  ];
  for (const [what, classes, message] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => {
        assertClassTable(classes, classes.length > 60 ? 100 : 10);
      }).to.throw(message);
    });
  }
});
