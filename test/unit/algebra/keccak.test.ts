import { expect } from "chai";
import { AbiCoder, id, keccak256 } from "ethers";
import { hashToFr, keccakText, keccakWords, wordToBytesBE } from "../../../src/algebra/keccak.js";
import { wordToHexBE } from "../../../src/algebra/hex.js";
import { FR_ORDER } from "../../../src/protocol/constants.js";
import { seededFr } from "../../support/random.js";

describe("keccak over words", () => {
  const coder = AbiCoder.defaultAbiCoder();

  it("is keccak256(abi.encode(…)) of static types", () => {
    const random = seededFr(3);
    for (const count of [1, 2, 5]) {
      const words = Array.from({ length: count }, random);
      const types = words.map(() => "uint256");
      expect(keccakWords(words)).to.equal(keccak256(coder.encode(types, words)));
    }
  });

  it("takes bytes32 and addresses as hex", () => {
    const hash = wordToHexBE(12345n);
    const address = "0x00000000000000000000000000000000000000ff";
    const expected = keccak256(coder.encode(["bytes32", "address", "uint256"], [hash, address, 7n]));
    expect(keccakWords([hash, address, 7n])).to.equal(expected);
  });

  it("hashes the empty string for no words", () => {
    expect(keccakWords([])).to.equal(keccak256("0x"));
  });

  it("refuses words beyond 32 bytes", () => {
    for (const word of [-1n, 1n << 256n, `0x1${"0".repeat(64)}`] as const) {
      expect(() => wordToBytesBE(word), String(word)).to.throw(RangeError, "32 bytes");
    }
  });

  it("hashes text as UTF-8, like ethers", () => {
    for (const text of ["", "fine-tuning-integrity", "Größe"]) expect(keccakText(text)).to.equal(id(text));
  });

  it("reduces hashes to field elements", () => {
    const hash = keccakText("x");
    expect(hashToFr(hash)).to.equal(BigInt(hash) % FR_ORDER);
    expect(hashToFr(`0x${"f".repeat(64)}`)).to.equal(((1n << 256n) - 1n) % FR_ORDER);
  });
});
