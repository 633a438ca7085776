import { expect } from "chai";
import { InvalidArgumentError } from "commander";
import { parseByteSize } from "../../../src/cli/byte-size.js";

describe("sizes on the command line", () => {
  it("reads powers of ten, of two, and plain bytes", () => {
    const sizes = { "8GB": 8e9, "8gb": 8e9, "7.5GiB": 7.5 * 2 ** 30, "500 MB": 5e8, "123456": 123_456, "1TB": 1e12 };
    for (const [text, bytes] of Object.entries(sizes)) expect(parseByteSize(text), text).to.equal(bytes);
  });

  it("refuses anything else", () => {
    for (const text of ["", "GB", "8XB", "-1GB", "1e9", "0", "0.1B", "8G B", "9999999TB"]) {
      expect(() => parseByteSize(text), text).to.throw(InvalidArgumentError);
    }
  });
});
