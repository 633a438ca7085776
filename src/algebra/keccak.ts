import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { toFr, type Fr } from "./fr.js";
import type { Hex } from "./hex.js";

/** A word of an ABI encoding: an unsigned integer below 2^256, or 32 bytes as hex. */
export type Word = bigint | Hex;

/** 32 big-endian bytes of a word. */
export function wordToBytesBE(word: Word): Uint8Array {
  const value = typeof word === "bigint" ? word : BigInt(word);
  if (value < 0n || value >> 256n !== 0n) throw new RangeError(`wordToBytesBE: ${value} does not fit into 32 bytes`);
  return hexToBytes(value.toString(16).padStart(64, "0"));
}

/** keccak256 over 32-byte words: `keccak256(abi.encode(...))` for static types. */
export function keccakWords(words: readonly Word[]): Hex {
  return `0x${bytesToHex(keccak_256(concatBytes(...words.map(wordToBytesBE))))}`;
}

/** keccak256 of two 32-byte hashes, the smaller one first: the parent in a Merkle tree of sorted pairs. */
export function keccakPair(a: Hex, b: Hex): Hex {
  const [first, second] = a < b ? [a, b] : [b, a];
  return `0x${bytesToHex(keccak_256(hexToBytes(first.slice(2) + second.slice(2))))}`;
}

/** keccak256 of a UTF-8 string. */
export function keccakText(text: string): Hex {
  return `0x${bytesToHex(keccak_256(utf8ToBytes(text)))}`;
}

/** A hash as a field element: `uint256(hash) mod p`. At most 6 of 2^256 preimages per residue: bias below 2^-2. */
export function hashToFr(hash: Hex): Fr {
  return toFr(BigInt(hash));
}
