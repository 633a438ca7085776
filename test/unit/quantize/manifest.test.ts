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
];
const manifest: Manifest = { version: 1, t: T, ...layOut(T, specs) };
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
  it("makes a grid of matrices with both sides at least n/2, in manifest order", () => {
    expect(entry("conv")).to.deep.include({ kind: "grid", firstTile: 0, gridRows: 2, gridCols: 1 });
    expect(entry("wide")).to.deep.include({ kind: "grid", firstTile: 2, gridRows: 1, gridCols: 3 });
    expect(entry("thin").kind).to.equal("packed");
  });
  it("packs the rest by f in manifest order, after the grids, smallest f first", () => {
    expect(entry("ids")).to.deep.include({ kind: "packed", firstTile: 5, offset: 0 });
    expect(entry("thin")).to.deep.include({ kind: "packed", firstTile: 6, offset: 0 });
    expect(entry("a.bias")).to.deep.include({ kind: "packed", firstTile: 8, offset: 0 });
    expect(entry("z.bias")).to.deep.include({ kind: "packed", firstTile: 8, offset: 250 });
    expect(manifest.tileCount).to.equal(10);
  });
  it("gives strings and empty tensors no tile", () => {
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
      [0, 2, 1, 10, 1],
      [2, 3, 3, 10, 1],
      [5, 1, 0, 0, 1],
      [6, 2, 0, 6, 1],
      [8, 2, 0, 10, 2],
    ]);
  });
});

describe("manifest", () => {
  it("survives encoding", () => {
    expect(parseManifest(parsed())).to.deep.equal(manifest);
  });
  it("has a stable form and hash", () => {
    const one: Manifest = { version: 1, t: 4, ...layOut(4, [{ name: "é", shape: [2], fractionBits: -3 }]) };
    expect(encodeManifest(one)).to.equal(
      '{"t":4,"tensors":[{"firstTile":0,"fractionBits":-3,"kind":"packed","name":"é","offset":0,"shape":[2]}],' +
        '"tileCount":1,"version":1}',
    );
    expect(manifestHash(one)).to.equal(keccak256(toUtf8Bytes(encodeManifest(one))));
    expect(manifestHash(one)).not.to.equal(manifestHash(manifest));
  });
  it("does not depend on the order in which tensors are given", () => {
    expect({ version: 1, t: T, ...layOut(T, [...specs].reverse()) }).to.deep.equal(manifest);
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
    ["another version", { ...parsed(), version: 2 }, "version"],
    ["a missing field", { ...parsed(), t: undefined }, "t"],
    ["an unknown field", { ...parsed(), extra: 1 }, "extra"],
    ["an unknown field of a tensor", set("wide", { dtype: "F32" }), "dtype"],
    ["another tile side", { ...parsed(), t: 5 }, "entry"],
    ["a wrong tile count", { ...parsed(), tileCount: 11 }, "tileCount is 11", "10"],
    ["a moved tensor", set("wide", { firstTile: 3 }), "entry", "wide"],
    ["a moved packed tensor", set("z.bias", { offset: 249 }), "entry", "z.bias"],
    ["a grid of another form", set("wide", { gridRows: 3, gridCols: 1 }), "entry", "wide"],
    ["a grid that should be packed", set("wide", { kind: "packed", offset: 0 }), "gridRows"],
    ["another shape", set("conv", { shape: [40, 8] }), "entry"],
    ["a shape that is too large", set("conv", { shape: [2 ** 30, 2 ** 30] }), "too large"],
    ["another f", set("thin", { fractionBits: 10 }), "entry"],
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
