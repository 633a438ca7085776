import { expect } from "chai";
import { InputError } from "../../../src/errors/errors.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import { encodeManifest, parseManifest, type Manifest } from "../../../src/quantize/manifest.js";
import { openTiles } from "../../../src/quantize/tile-reader.js";
import type { TensorToWrite } from "../../support/encode-safetensors.js";
import { openTensors } from "../../support/models.js";
import { expectError } from "../../support/rejects.js";

const tensor = (
  name: string,
  shape: readonly number[],
  change: Readonly<Record<number, number>> = {},
): TensorToWrite => ({
  name,
  shape,
  dtype: "F32",
  values: Array.from(
    { length: shape.reduce((product, side) => product * side, 1) },
    (_, i) => change[i] ?? (((i * 37) % 64) - 32) / 64,
  ),
});

/** A grid whose entry 300 and a small tensor whose entry 4 are far too large; a mask with infinities. */
const base = (): TensorToWrite[] => [
  tensor("grid", [32, 32], { 300: 1e12 }),
  tensor("mask", [6], { 0: -Infinity, 3: Infinity }),
  tensor("small", [9], { 4: -1e12 }),
];

describe("values that a manifest states", () => {
  let manifest: Manifest;

  before(async () => {
    ({ manifest } = await buildManifest(await openTensors(base()), TIERS.nano));
  });

  it("are exact, and zeros in the tiles", async () => {
    const placed = Object.fromEntries(manifest.tensors.map((each) => [each.name, each]));
    expect(placed["grid"]).to.deep.include({ kind: "grid", pinned: [[300, Math.fround(1e12)]] });
    expect(placed["small"]).to.deep.include({ kind: "packed", pinned: [[4, -Math.fround(1e12)]] });
    expect(placed["mask"]).to.deep.include({ kind: "digest", values: true });
    expect(parseManifest(JSON.parse(encodeManifest(manifest)))).to.deep.equal(manifest);
    const plain = [tensor("grid", [32, 32], { 300: 0 }), base()[1]!, tensor("small", [9], { 4: 0 })];
    const zeroed = { ...manifest, tensors: manifest.tensors.map((each) => withoutPinned(each)) };
    const [pinned, expected] = [
      openTiles(await openTensors(base()), manifest),
      openTiles(await openTensors(plain), zeroed),
    ];
    for (let tile = 0; tile < manifest.tileCount; tile++) {
      expect(await pinned.readTile(tile), `tile ${tile}`).to.deep.equal(await expected.readTile(tile));
    }
  });

  it("have a digest that does not depend on the dtype", async () => {
    const other = await buildManifest(await openTensors(base().map((each) => ({ ...each, dtype: "F64" }))), TIERS.nano);
    const mask = (of: Manifest): unknown => of.tensors.find(({ name }) => name === "mask");
    expect(mask(other.manifest)).to.deep.equal(mask(manifest));
  });

  const refused: readonly [
    what: string,
    change: (name: string) => Readonly<Record<number, number>>,
    ...parts: string[],
  ][] = [
    [
      "a pinned weight of a grid",
      (name) => (name === "grid" ? { 300: 2e12 } : {}),
      '"grid", index 300',
      "1999999991808",
      "999999995904",
      '--fraction-bits "grid"=-11',
    ],
    [
      "a pinned weight of a small tensor",
      (name) => (name === "small" ? { 4: 0 } : {}),
      '"small", index 4',
      "is 0",
      "-999999995904",
    ],
    ["one that has become NaN", (name) => (name === "small" ? { 4: NaN } : {}), '"small", index 4', "NaN"],
    ["a weight of a tensor with infinities", (name) => (name === "mask" ? { 1: 0.25 } : {}), '"mask"', "digest"],
    ["an infinity", (name) => (name === "mask" ? { 0: 0 } : {}), '"mask"', "digest"],
  ];
  for (const [what, change, ...parts] of refused) {
    it(`are compared whichever tile is read: another value of ${what}`, async () => {
      const original = base();
      const tune = await openTensors(
        original.map((each) => ({ ...each, values: each.values.map((value, i) => change(each.name)[i] ?? value) })),
      );
      for (let tile = 0; tile < manifest.tileCount; tile++) {
        await expectError(() => openTiles(tune, manifest).readTile(tile), InputError, "model.safetensors", ...parts);
      }
    });
  }

  it("leave the other weights of the tensor free", async () => {
    const tune = base().map((each) =>
      each.name === "grid" ? tensor("grid", [32, 32], { 300: 1e12, 0: 0.125 }) : each,
    );
    const tiles = openTiles(await openTensors(tune), manifest);
    const first = manifest.tensors.find(({ name }) => name === "grid");
    if (first?.kind !== "grid") throw new Error("no grid");
    expect((await tiles.readTile(first.firstTile))[0]).to.equal(0.125 * 2 ** first.fractionBits);
  });

  it("cannot be those of a tensor that only one model has", async () => {
    const [grid, mask] = base();
    await expectError(
      async () => buildManifest(await openTensors([grid!]), TIERS.nano, { tune: await openTensors([grid!, mask!]) }),
      InputError,
      '"mask"',
      "infinities",
      "only one",
    );
  });

  it("are no strings", async () => {
    const strings = {
      ...manifest,
      tensors: manifest.tensors.map((each) =>
        each.name === "mask" ? { kind: "digest" as const, name: "mask", shape: [6], sha256: "ab".repeat(32) } : each,
      ),
    };
    const model = await openTensors(base());
    await expectError(() => openTiles(model, strings), InputError, '"mask"', "numbers", "strings");
  });
});

function withoutPinned<T extends object>(placed: T): T {
  const rest = { ...placed } as T & { pinned?: unknown };
  delete rest.pinned;
  return rest;
}
