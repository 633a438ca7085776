import { expect } from "chai";
import { areSameFiles, publishedFiles } from "../../../src/registry/published-files.js";

const file = (name: string, digit: string): { name: string; bytes: number; sha256: string } => ({
  name,
  bytes: 3,
  sha256: digit.repeat(64),
});

describe("the files that a publisher committed", () => {
  it("are told by the file of an open model, and by no private one's", () => {
    const files = [file("a", "1")];
    const text = (isPrivate: boolean, provenance?: unknown): string => JSON.stringify({ isPrivate, provenance });
    expect(publishedFiles(text(false, { format: "safetensors", files }))).to.deep.equal(files);
    expect(publishedFiles(text(true, { format: "safetensors", files }))).to.equal(undefined);
    expect(publishedFiles(text(false))).to.equal(undefined);
    expect(publishedFiles(text(false, { files: [{ ...file("a", "1"), sha256: "x" }] }))).to.equal(undefined);
  });

  it("are compared by their bytes, not by their names or order", () => {
    const published = [file("one", "1"), file("two", "2")];
    expect(areSameFiles([file("b", "2"), file("a", "1")], published)).to.equal(true);
    expect(areSameFiles([file("one", "1")], published)).to.equal(false);
    expect(areSameFiles([file("one", "1"), file("two", "3")], published)).to.equal(false);
    expect(areSameFiles([file("one", "1"), file("two", "1")], published)).to.equal(false);
  });
});
