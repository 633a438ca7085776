import { expect } from "chai";
import { keccak256, toUtf8Bytes } from "ethers";
import { InputError } from "../../../src/errors/errors.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { layOut, matrixView, MAX_TILES } from "../../../src/quantize/layout.js";
import { encodeManifest, manifestHash, parseManifest, type Manifest } from "../../../src/quantize/manifest.js";
import { tileRanges } from "../../../src/quantize/tile-map.js";
import { expectError } from "../../support/rejects.js";

const T = TIERS.nano.t; // tiles of 16 × 16
const specs = [
  { name: "wide", shape: [8, 40], fractionBits: 10 },
  { name: "conv", shape: [20, 2, 2, 2], fractionBits: 10 },
  { name: "a.bias", shape: [250], fractionBits: 10 },
  { name: "z.bias", shape: [7], fractionBits: 10 },
  { name: "ids", shape: [], fractionBits: 0 },
  { name: "thin", shape: [7, 40], fractionBits: 6 },
  { name: "words", shape: [3], sha256: "ab".repeat(32) },
  { name: "void", shape: [0, 16] },
  { name: "large", shape: [2000], fractionBits: 12, pinned: [[7, 1e8] as const] },
  { name: "mask", shape: [4], sha256: "cd".repeat(32), values: true as const },
];
const manifest: Manifest = { version: 2, t: T, ...layOut(T, specs) };
const parsed = (): Record<string, unknown> => JSON.parse(encodeManifest(manifest)) as Record<string, unknown>;
const entry = (name: string): (typeof manifest.tensors)[number] => manifest.tensors.find((x) => x.name === name)!;

describe("layout", () => {
  it("views tensors as first side × rest", () => {
    expect(matrixView([])).to.deep.equal([1, 1]);
    expect(matrixView([5])).to.deep.equal([5, 1]);
    expect(matrixView([5, 6])).to.deep.equal([5, 6]);
    expect(matrixView([32, 16, 3, 3])).to.deep.equal([32, 144]);
    expect(matrixView([0, 3])).to.deep.equal([0, 3]);
  });
  it("makes a grid of matrices with both sides at least n/2, in manifest order within a class", () => {
    expect(entry("conv")).to.deep.include({ kind: "grid", firstTile: 3, gridRows: 2, gridCols: 1 });
    expect(entry("wide")).to.deep.include({ kind: "grid", firstTile: 5, gridRows: 1, gridCols: 3 });
    expect(entry("thin").kind).to.equal("packed");
  });
  it("puts classes of f together, the smallest first, and packs the rest of a class after its grids", () => {
    expect(entry("ids")).to.deep.include({ kind: "packed", firstTile: 0, offset: 0 });
    expect(entry("thin")).to.deep.include({ kind: "packed", firstTile: 1, offset: 0 });
    expect(entry("a.bias")).to.deep.include({ kind: "packed", firstTile: 8, offset: 0 });
    expect(entry("z.bias")).to.deep.include({ kind: "packed", firstTile: 8, offset: 250 });
    expect(manifest.tileCount).to.equal(18);
  });
  it("keeps pinned entries, and leaves the field out where there are none", () => {
    const pinned = [[3, 1e8] as const];
    const { tensors } = layOut(T, [
      { name: "a", shape: [7], fractionBits: 10, pinned },
      { name: "b", shape: [16, 16], fractionBits: 10, pinned },
      { name: "c", shape: [7], fractionBits: 10, pinned: [] },
    ]);
    expect(tensors.map((each) => ("pinned" in each ? each.pinned : undefined))).to.deep.equal([
      pinned,
      pinned,
      undefined,
    ]);
  });
  it("refuses more than 64 classes", async () => {
    const classes = (count: number): object[] =>
      Array.from({ length: count }, (_, i) => ({ name: `w${i}`, shape: [2], fractionBits: i }));
    expect(layOut(T, classes(64) as typeof specs).tileCount).to.equal(64);
    await expectError(() => layOut(T, classes(65) as typeof specs), InputError, "65", "at most 64", "--fraction-bits");
  });
  it("gives strings, tensors with a digest and empty tensors no tile", () => {
    expect(entry("mask")).to.deep.include({ kind: "digest", values: true });
    expect(entry("words")).to.deep.equal({ kind: "digest", name: "words", shape: [3], sha256: "ab".repeat(32) });
    expect(entry("void")).to.deep.equal({ kind: "empty", name: "void", shape: [0, 16] });
  });
  it("refuses more tiles than readers can list, however few bytes name them", async () => {
    const side = 16 * (MAX_TILES / 1024);
    const spec = { name: "huge", fractionBits: 0 };
    expect(layOut(T, [{ ...spec, shape: [16 * 1024, side] }]).tileCount).to.equal(MAX_TILES);
    await expectError(() => layOut(T, [{ ...spec, shape: [16 * 1024, side + 1] }]), InputError, `at most ${MAX_TILES}`);
  });
  it("divides all tiles into ranges of one f", () => {
    const ranges = tileRanges(manifest).map((r) => [
      r.firstTile,
      r.tileCount,
      r.gridCols,
      r.fractionBits,
      r.tensors.length,
    ]);
    expect(ranges).to.deep.equal([
      [0, 1, 0, 0, 1],
      [1, 2, 0, 6, 1],
      [3, 2, 1, 10, 1],
      [5, 3, 3, 10, 1],
      [8, 2, 0, 10, 2],
      [10, 8, 0, 12, 1],
    ]);
  });
});

describe("manifest", () => {
  it("survives encoding", () => {
    expect(parseManifest(parsed())).to.deep.equal(manifest);
  });
  it("has a stable form and hash", () => {
    const one: Manifest = { version: 2, t: 4, ...layOut(4, [{ name: "é", shape: [2], fractionBits: -3 }]) };
    expect(encodeManifest(one)).to.equal(
      '{"t":4,"tensors":[{"firstTile":0,"fractionBits":-3,"kind":"packed","name":"é","offset":0,"shape":[2]}],' +
        '"tileCount":1,"version":2}',
    );
    expect(manifestHash(one)).to.equal(keccak256(toUtf8Bytes(encodeManifest(one))));
    expect(manifestHash(one)).not.to.equal(manifestHash(manifest));
  });
  it("does not depend on the order in which tensors are given", () => {
    expect({ version: 2, t: T, ...layOut(T, [...specs].reverse()) }).to.deep.equal(manifest);
  });

  const tensors = (change: (list: Record<string, unknown>[]) => unknown): Record<string, unknown> => {
    const json = parsed();
    change(json["tensors"] as Record<string, unknown>[]);
    return json;
  };
  const set = (name: string, changes: object): Record<string, unknown> =>
    tensors((list) =>
      Object.assign(
        list.find((x) => x["name"] === name)!,
        changes,
      ),
    );
  const wrong: readonly [what: string, json: unknown, ...parts: string[]][] = [
    ["another version", { ...parsed(), version: 1 }, "version"],
    ["a missing field", { ...parsed(), t: undefined }, "t"],
    ["an unknown field", { ...parsed(), extra: 1 }, "extra"],
    ["an unknown field of a tensor", set("wide", { dtype: "F32" }), "dtype"],
    ["another tile side", { ...parsed(), t: 5 }, "entry"],
    ["a wrong tile count", { ...parsed(), tileCount: 19 }, "tileCount is 19", "18"],
    ["a moved tensor", set("wide", { firstTile: 3 }), "entry", "wide"],
    ["a moved packed tensor", set("z.bias", { offset: 249 }), "entry", "z.bias"],
    ["a grid of another form", set("wide", { gridRows: 3, gridCols: 1 }), "entry", "wide"],
    ["a grid that should be packed", set("wide", { kind: "packed", offset: 0 }), "gridRows"],
    ["another shape", set("conv", { shape: [40, 8] }), "entry"],
    ["a shape that is too large", set("conv", { shape: [2 ** 30, 2 ** 30] }), "too large"],
    ["another f", set("thin", { fractionBits: 10 }), "entry"],
    ["an f that is not whole", set("thin", { fractionBits: 6.5 }), "fractionBits"],
    [
      "pinned entries that do not ascend",
      set("conv", {
        pinned: [
          [2, 5],
          [2, 6],
        ],
      }),
      "conv",
      "at most 1",
    ],
    [
      "pinned entries in the wrong order",
      set("large", {
        pinned: [
          [2, 5],
          [1, 6],
        ],
      }),
      "large",
      "1 does not come after 2",
    ],
    ["too many pinned entries", set("large", { pinned: [1, 2, 3].map((i) => [i, 5]) }), "large", "at most 2"],
    ["a pinned entry outside", set("conv", { pinned: [[160, 5]] }), "conv", "weight 160 of 160"],
    ["an entry pinned at zero", set("conv", { pinned: [[1, 0]] }), "conv", "zero"],
    ["an empty list of pinned entries", set("conv", { pinned: [] }), "pinned"],
    ["pinned entries of what a model may lack", set("conv", { pinned: [[1, 5]], optional: true }), "conv", "lack"],
    ["a pinned value that is no number", set("conv", { pinned: [[1, "x"]] }), "pinned"],
    ["values of something else than a digest", set("conv", { values: true }), "values"],
    ["an f out of range", set("thin", { fractionBits: 65 }), "fractionBits"],
    ["swapped tensors", tensors((list) => list.reverse()), "entry 0"],
    ["a tensor twice", tensors((list) => list.push(list[0]!)), "twice"],
    ["a tensor with elements called empty", set("void", { shape: [1, 16] }), "void", "16 elements"],
    ["an empty tensor with a place", set("a.bias", { shape: [0] }), "a.bias", "0 elements"],
    ["a digest that is none", set("words", { sha256: "AB" }), "sha256"],
    ["half a surrogate pair", set("words", { name: "\ud800" }), "surrogate"],
    ["no tensor", { ...parsed(), tensors: [] }, "tensors"],
    ["something else", null, "manifest"],
  ];
  for (const [what, json, ...parts] of wrong) {
    it(`refuses ${what}`, () => expectError(() => parseManifest(json, "m.json"), InputError, "m.json", ...parts));
  }
});
