import { expect } from "chai";
import { FormatError } from "../../../../src/errors/errors.js";
import { encodeSafetensors, encodeSafetensorsRaw } from "../../../support/encode-safetensors.js";
import { openFile, openTensors, tensorOf, valuesOf } from "../../../support/models.js";
import { expectError } from "../../../support/rejects.js";

const F32 = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
const rejects = (bytes: Uint8Array, ...parts: string[]): Promise<void> =>
  expectError(() => openFile(bytes), FormatError, "model.safetensors", ...parts);
const rejectsHeader = (header: unknown, bodyBytes: number, ...parts: string[]): Promise<void> =>
  rejects(encodeSafetensorsRaw(header, new Uint8Array(bodyBytes)), ...parts);

describe("safetensors", () => {
  const dtypes: readonly [dtype: string, kind: string, values: readonly number[]][] = [
    ["F64", "float", [0.1, -1e300, 5e-324]],
    ["F32", "float", [Math.fround(0.1), -(2 ** -149), 3.4028234663852886e38]],
    ["F16", "float", [1.5, -(2 ** -24), 65504, 2 ** -14, 1023 * 2 ** -24]],
    ["BF16", "float", [1.5, -(2 ** -126), 3.3895313892515355e38, 2 ** -133]],
    ["I64", "integer", [-5, 2 ** 31, -(2 ** 53)]],
    ["I32", "integer", [-(2 ** 31), 2 ** 31 - 1, 7]],
    ["I16", "integer", [-32768, 32767]],
    ["I8", "integer", [-128, 127]],
    ["U8", "integer", [0, 255]],
    ["BOOL", "boolean", [0, 1, 1]],
  ];
  for (const [dtype, kind, values] of dtypes) {
    it(`reads ${dtype} exactly`, async () => {
      const model = await openTensors([{ name: "w", shape: [values.length], dtype, values }]);
      expect(tensorOf(model, "w").kind).to.equal(kind);
      expect(await valuesOf(model, "w")).to.deep.equal(values);
    });
  }

  it("passes NaN and infinities of every float dtype through", async () => {
    for (const dtype of ["F64", "F32", "F16", "BF16"]) {
      const values = [NaN, Infinity, -Infinity];
      const model = await openTensors([{ name: "w", shape: [3], dtype, values }]);
      expect(await valuesOf(model, "w")).to.deep.equal(values);
    }
  });

  it("reads any range of elements and refuses others", async () => {
    const model = await openTensors([{ name: "w", shape: [2, 3], dtype: "F32", values: [0, 1, 2, 3, 4, 5] }]);
    const tensor = tensorOf(model, "w");
    expect(Array.from(await tensor.readValues(2, 3))).to.deep.equal([2, 3, 4]);
    for (const [start, count] of [
      [4, 3],
      [-1, 1],
      [0, -1],
    ] as const) {
      let error: unknown;
      await tensor.readValues(start, count).catch((caught: unknown) => {
        error = caught;
      });
      expect(error).to.be.instanceOf(RangeError);
    }
  });

  it("allows metadata, padding after the header, scalars, empty tensors and values in another order", async () => {
    const header = {
      __metadata__: { format: "pt" },
      late: { dtype: "F32", shape: [], data_offsets: [2, 6] },
      none: { dtype: "F32", shape: [0, 3], data_offsets: [2, 2] },
      first: { dtype: "U8", shape: [2, 1], data_offsets: [0, 2] },
    };
    const model = await openFile(
      encodeSafetensorsRaw(JSON.stringify(header) + "    ", Uint8Array.of(7, 9, 0, 0, 128, 63)),
    );
    expect(model.tensors.map(({ name }) => name)).to.deep.equal(["first", "late", "none"]);
    expect(await valuesOf(model, "first")).to.deep.equal([7, 9]);
    expect(await valuesOf(model, "late")).to.deep.equal([1]);
    expect(await valuesOf(model, "none")).to.deep.equal([]);
  });

  it("keeps a tensor that is named like a property of every object", async () => {
    const text = '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
    const model = await openFile(encodeSafetensorsRaw(text, Uint8Array.of(5)));
    expect(await valuesOf(model, "__proto__")).to.deep.equal([5]);
  });

  it("orders tensors by the UTF-8 bytes of their names", async () => {
    const names = ["b", "a/1", "a.1", "\u{1F600}", "\uFFFD", "B", ""];
    const model = await openTensors(names.map((name) => ({ name, shape: [1], dtype: "U8", values: [1] })));
    const byBytes = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(model.tensors.map(({ name }) => name)).to.deep.equal(byBytes);
  });

  it("rejects a file too short for its length field", () => rejects(new Uint8Array(5), "5 bytes"));
  it("rejects every truncation", async () => {
    const whole = encodeSafetensors([{ name: "w", shape: [3], dtype: "F32", values: [1, 2, 3] }]);
    for (let length = 0; length < whole.length; length++) await rejects(whole.subarray(0, length));
  });
  it("rejects a header longer than 100 MB", async () => {
    const file = new Uint8Array(20);
    new DataView(file.buffer).setBigUint64(0, 100_000_001n, true);
    await rejects(file, "100000001", "at byte 0");
    file.fill(0xff, 0, 8);
    await rejects(file, "18446744073709551615");
  });
  it("rejects a header longer than the file", async () => {
    const file = encodeSafetensorsRaw({}, new Uint8Array(0));
    new DataView(file.buffer).setBigUint64(0, 999n, true);
    await rejects(file, "999", "but the file has 10");
  });
  it("rejects a header that is not UTF-8", async () => {
    const file = encodeSafetensorsRaw({ abc: F32 }, new Uint8Array(8));
    file[11] = 0xff;
    await rejects(file, "UTF-8");
  });
  it("rejects a header that is not JSON", () => rejectsHeader('{"a":', 0, "does not parse"));
  it("rejects a header that is not an object", () => rejectsHeader("[]", 0, "not a JSON object"));
  it("rejects a name that occurs twice, with its position", async () => {
    const entry = JSON.stringify(F32);
    await rejectsHeader(
      `{"é":${entry},"\\u00e9":${entry}}`,
      8,
      '"é"',
      "twice",
      `at byte ${8 + 1 + 5 + entry.length + 1}`,
    );
    await rejectsHeader(`{"a":{"dtype":"F32","dtype":"I32","shape":[2],"data_offsets":[0,8]}}`, 8, '"dtype"', "twice");
  });
  it("accepts equal names in different objects, and quotes and braces in names", async () => {
    const entry = (at: number): string => JSON.stringify({ dtype: "U8", shape: [1], data_offsets: [at, at + 1] });
    const text = `{"x\\"{":${entry(0)},"x\\\\":${entry(1)},"__metadata__":{"x\\\\":"x\\\\","}":"{,"}}`;
    const model = await openFile(encodeSafetensorsRaw(text, new Uint8Array(2)));
    expect(model.tensors.map(({ name }) => name)).to.deep.equal(['x"{', "x\\"]);
  });
  it("rejects a name with half a surrogate pair", () => rejectsHeader('{"\\ud800":null}', 0, "surrogate"));
  it("rejects an entry that is not an object", () => rejectsHeader({ w: 3 }, 0, '"w"', "3"));
  it("rejects an unknown dtype and lists the known ones", () =>
    rejectsHeader({ w: { ...F32, dtype: "F4" } }, 8, '"w"', "F4", "BF16", "a cast would lose"));
  it("rejects a negative, fractional, huge or missing shape", async () => {
    for (const shape of [[-2], [1.5], [2 ** 53], ["2"], null, 2, [2 ** 30, 2 ** 30]]) {
      await rejectsHeader({ w: { ...F32, shape } }, 8, '"w"', "shape");
    }
  });
  it("rejects offsets that are not a range", async () => {
    for (const offsets of [[0], [8, 0], [-8, 0], [0.5, 8.5], ["0", "8"], null, [0, 8, 16]]) {
      await rejectsHeader({ w: { ...F32, data_offsets: offsets } }, 8, '"w"', "data_offsets");
    }
  });
  it("rejects offsets that do not match shape and dtype", () =>
    rejectsHeader({ w: { ...F32, data_offsets: [0, 12] } }, 12, '"w"', "span 12", "needs 8"));
  it("rejects offsets beyond the file", () =>
    rejectsHeader({ w: F32, v: { ...F32, data_offsets: [8, 16] } }, 12, '"v"', "byte 16", "only 12"));
  it("rejects overlapping tensors", () =>
    rejectsHeader({ w: F32, v: { ...F32, data_offsets: [4, 12] } }, 12, '"v"', "overlaps", '"w"'));
  it("rejects two tensors at the same bytes", () => rejectsHeader({ w: F32, v: F32 }, 8, "overlaps"));
  it("rejects a gap between tensors", () =>
    rejectsHeader({ w: F32, v: { ...F32, data_offsets: [12, 20] } }, 20, '"v"', "gap", "byte 12"));
  it("rejects a gap before the first tensor", () =>
    rejectsHeader({ w: { ...F32, data_offsets: [4, 12] } }, 12, '"w"', "gap", "the header"));
  it("rejects bytes after the last tensor", () => rejectsHeader({ w: F32 }, 9, "9 bytes", "only 8"));
  it("rejects a boolean other than 0 and 1, naming its index", async () => {
    const model = await openTensors([{ name: "b", shape: [4], dtype: "BOOL", values: [0, 1, 1, 2] }]);
    await expectError(() => tensorOf(model, "b").readValues(1, 3), FormatError, '"b"', "index 3", "as 2");
  });
});
