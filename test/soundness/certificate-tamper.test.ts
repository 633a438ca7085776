import { expect } from "chai";
import { g1Add, g1Neg, G1_GENERATOR, G1_INFINITY, g1Equals, type G1 } from "../../src/algebra/g1.js";
import { g1ToHex, wordToHexBE } from "../../src/algebra/hex.js";
import { keccakText } from "../../src/algebra/keccak.js";
import { FormatError, RegistryError } from "../../src/errors/errors.js";
import { MERCURY_SCALARS } from "../../src/argument/mercury/proof.js";
import { FQ_ORDER, FR_ORDER } from "../../src/protocol/constants.js";
import { certifyParams, type CertifyParams } from "../../src/registry/encode.js";
import { encodeCertificate, parseCertificate } from "../../src/certificate/certificate-codec.js";
import { verifyCertificate } from "../../src/certificate/verify-certificate.js";
import {
  CALLDATA,
  LEAVES,
  LISTS,
  MODELS,
  PARSE,
  POINTS,
  POLICY,
  TILES,
  type Expected,
} from "../support/certificate-fields.js";
import { nodesOf, patternOf, tamper, type PathNode } from "../support/tamper.js";
import { startVerifiersOfOne, type VerifiersOfOne } from "../support/tampered-certificate.js";

/** A change that a test makes, by a name for messages. */
type Change = readonly [name: string, change: (node: never) => unknown];

const WORD = /^0x[0-9a-f]{64}$/;
const flipBit = (word: string): string => wordToHexBE(BigInt(word) ^ 1n);

/** Small changes of a leaf of the file that keep its type. */
function changesOf(leaf: unknown): Change[] {
  if (typeof leaf === "boolean") return [["not", (value: boolean) => !value]];
  if (typeof leaf === "number") {
    return [
      ["plus one", (value: number) => value + 1],
      ...(leaf > 0 ? ([["minus one", (value: number) => value - 1]] as const) : []),
    ];
  }
  const text = String(leaf);
  if (WORD.test(text)) return [["flipped bit", flipBit]];
  if (/^[0-9]+$/.test(text)) return [["plus one", (value: string) => String(BigInt(value) + 1n)]];
  if (/^0x[0-9a-f]{40}$/.test(text)) {
    return [["flipped bit", (value: string) => `0x${(BigInt(value) ^ 1n).toString(16).padStart(40, "0")}`]];
  }
  return [
    ["longer", (value: string) => `${value} `],
    ["shorter", (value: string) => value.slice(0, -1)],
  ];
}

/** Other points of the curve in a point's place. */
const OTHER_POINTS: readonly Change[] = [
  ["negated", (point: { x: string; y: string }) => g1ToHex(g1Neg(asG1(point)))],
  ["plus the generator", (point: { x: string; y: string }) => g1ToHex(g1Add(asG1(point), G1_GENERATOR))],
  ["infinity", () => g1ToHex(G1_INFINITY)],
];

const asG1 = ({ x, y }: { x: string; y: string }): G1 => ({ x: BigInt(x), y: BigInt(y) });
const isPoint = (node: unknown): node is { x: string; y: string } =>
  typeof node === "object" && node !== null && "x" in node && typeof node.x === "string";

/** First, middle and last of the nodes of one pattern. */
function sample(nodes: readonly PathNode[]): PathNode[] {
  const chosen = new Set([0, Math.floor(nodes.length / 2), nodes.length - 1]);
  return nodes.filter((_, i) => chosen.has(i));
}

function byPattern(nodes: readonly PathNode[]): Map<string, PathNode[]> {
  const groups = new Map<string, PathNode[]>();
  for (const each of nodes) {
    const pattern = patternOf(each.path);
    groups.set(pattern, [...(groups.get(pattern) ?? []), each]);
  }
  return groups;
}

const isLeaf = ({ node }: PathNode): boolean => typeof node !== "object" || node === null;

describe("tampering with a certificate", function () {
  this.timeout(120_000);
  let verifiers: VerifiersOfOne;
  /** The certificate's file, parsed. */
  let file: object;
  let params: CertifyParams;

  before(async () => {
    verifiers = await startVerifiersOfOne();
    file = JSON.parse(encodeCertificate(verifiers.certificate)) as object;
    params = certifyParams(verifiers.certificate, verifiers.routeOf);
  });

  after(() => verifiers.close());

  /** "parse", the phase that fails, or "accepted". */
  function refusal(changed: object | string): string {
    try {
      const text = typeof changed === "string" ? changed : JSON.stringify(changed);
      const result = verifyCertificate(parseCertificate(text, "certificate.json"), verifiers.setup.anchors);
      return result.valid ? "accepted" : result.error.phase;
    } catch (error) {
      if (error instanceof FormatError) return PARSE;
      throw error;
    }
  }

  function expectRefused(path: string, name: string, actual: string, expected: Expected): void {
    expect(actual, `${path}, ${name}`).to.be.oneOf([expected].flat());
  }

  /** The registry's error for a call, or "accepted". */
  async function registryRefusal(changed: CertifyParams): Promise<string> {
    try {
      await verifiers.ask(changed);
      return "accepted";
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return error.errorName ?? error.message;
    }
  }

  it("starts from one that both verifiers accept, with no field empty", async () => {
    expect(refusal(file)).to.equal("accepted");
    expect(await registryRefusal(params)).to.equal("accepted");
    for (const { path, node } of nodesOf(file)) {
      if (Array.isArray(node)) expect(node, path).to.not.have.length(0);
      if (isPoint(node)) expect(g1Equals(asG1(node), G1_INFINITY), path).to.equal(false);
    }
  });

  it("has an expectation for every field of the file and of the calldata, and for nothing else", () => {
    const nodes = nodesOf(file);
    const patterns = (of: readonly PathNode[]): string[] => [...byPattern(of).keys()].toSorted();
    expect(Object.keys(LEAVES).toSorted()).to.deep.equal(patterns(nodes.filter(isLeaf)));
    expect(Object.keys(POINTS).toSorted()).to.deep.equal(patterns(nodes.filter(({ node }) => isPoint(node))));
    expect(Object.keys(LISTS).toSorted()).to.deep.equal(patterns(nodes.filter(({ node }) => Array.isArray(node))));
    expect(Object.keys(CALLDATA).toSorted()).to.deep.equal(patterns(calldataLeaves()));
  });

  it("is refused offline in every leaf, in its phase", () => {
    for (const [pattern, nodes] of byPattern(nodesOf(file).filter(isLeaf))) {
      for (const { path, node } of sample(nodes)) {
        for (const [name, change] of changesOf(node)) {
          expectRefused(path, name, refusal(tamper(file, path, change)), LEAVES[pattern] ?? "no expectation");
        }
      }
    }
  });

  it("is refused offline with another point of the curve, in its phase", () => {
    for (const [pattern, nodes] of byPattern(nodesOf(file).filter(({ node }) => isPoint(node)))) {
      for (const { path } of sample(nodes)) {
        for (const [name, change] of OTHER_POINTS) {
          expectRefused(path, name, refusal(tamper(file, path, change)), POINTS[pattern] ?? "no expectation");
        }
      }
    }
  });

  it("is refused offline with a list that is longer, shorter or in another order", () => {
    /** Swaps the first two neighbors that differ. */
    const swap = (items: readonly unknown[]): unknown[] => {
      const i = items.findIndex((item, at) => at > 0 && JSON.stringify(item) !== JSON.stringify(items[at - 1]));
      return i < 0 ? [...items] : items.with(i - 1, items[i]).with(i, items[i - 1]);
    };
    for (const { path, node } of nodesOf(file)) {
      if (!Array.isArray(node)) continue;
      const expected = LISTS[patternOf(path)];
      if (expected === undefined) throw new Error(`no expectation for ${path}`);
      const items: readonly unknown[] = node;
      const lists = { fewer: items.slice(0, -1), more: [...items, items.at(-1)], swapped: swap(items), empty: [] };
      for (const [name, list] of Object.entries(lists)) {
        expectRefused(path, name, refusal(tamper(file, path, () => list)), expected[name as keyof typeof lists]);
      }
    }
  });

  it("is refused by the parser with a field too many or too few", () => {
    for (const { path, node } of nodesOf(file)) {
      if (typeof node !== "object" || node === null || Array.isArray(node)) continue;
      const edited = (change: (fields: Record<string, unknown>) => unknown): string => {
        if (path === "") return JSON.stringify(change(structuredClone(file) as Record<string, unknown>));
        return JSON.stringify(tamper(file, path, change));
      };
      expect(refusal(edited((fields) => ({ ...fields, remark: 1 }))), path).to.equal(PARSE);
      // A member of that name, not the prototype.
      const poisoned = edited((fields) => ({ ...fields, remark: {} })).replace('"remark"', '"__proto__"');
      expect(refusal(poisoned), `${path}.__proto__`).to.equal(PARSE);
      for (const key of Object.keys(node).filter((name) => name !== "notice")) {
        const without = edited((fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key)));
        expect(refusal(without), `${path} without ${key}`).to.equal(PARSE);
      }
    }
  });

  it("is refused by the parser in every encoding that is not the canonical one", () => {
    // Exponents may be negative.
    const isSigned = (pattern: string): boolean => /\.(unit|fractionBits)$/u.test(pattern);
    const notCanonical = (leaf: unknown, pattern: string): unknown[] => {
      if (typeof leaf === "boolean") return [Number(leaf), String(leaf), null];
      if (typeof leaf === "number") {
        const negative = isSigned(pattern) ? [] : [-1 - leaf];
        return [String(leaf), leaf + 0.5, ...negative, leaf + 2 ** 32, [leaf], null];
      }
      const text = String(leaf);
      if (/^[0-9]+$/.test(text)) return [Number(text), `+${text}`, `0${text}`, `${text}.0`, `-${text}`, ` ${text}`, ""];
      return [text.toUpperCase(), text.slice(2), `${text}0`, `0x${text.slice(3)}`, `${text}\n`, "", null];
    };
    for (const [pattern, nodes] of byPattern(nodesOf(file).filter(isLeaf))) {
      if (["manifest", "notice"].includes(pattern)) continue;
      for (const { path, node } of sample(nodes)) {
        for (const value of notCanonical(node, pattern)) {
          expect(refusal(tamper(file, path, () => value)), `${path} = ${String(value)}`).to.equal(PARSE);
        }
      }
    }
    expect(refusal(tamper(file, "chainId", () => (2n ** 256n).toString()))).to.equal(PARSE);
  });

  it("is refused with a manifest that hashes as it should but is not canonical JSON", () => {
    const { manifest } = verifiers.certificate;
    for (const text of [`${manifest}\n`, manifest.replace("{", '{"tileCount":1,'), manifest.replace(":", ": ")]) {
      // The second text names tileCount twice; JSON.parse takes the last value, the right one.
      const manifestHash = keccakText(text);
      const withHash = (parts: object): object => ({ ...parts, manifestHash });
      const changed = ["base", "tuned"].reduce((of, name) => tamper(of, name, withHash), file);
      expect(refusal(tamper(changed, "manifest", () => text)), text.slice(0, 40)).to.equal(MODELS);
    }
  });

  it("is refused with counts that no memory holds, without trying to", () => {
    const huge = 2 ** 32 - 1;
    expect(refusal(tamper(file, "segments[0].uses[1].tileCount", () => huge))).to.equal(TILES);
    expect(refusal(tamper(file, "base.tileCount", () => huge))).to.equal(MODELS);
    expect(refusal(tamper(file, "policy.rules[1].ranges[0].tileCount", () => huge))).to.equal(POLICY);
  });

  it("is refused with an element of a field that is not below its order", async () => {
    const isScalar = (pattern: string): boolean =>
      /\.(claim\.|h$)/.test(pattern) || MERCURY_SCALARS.some((name) => pattern.endsWith(`mercury.${name}`));
    const isCoordinate = (pattern: string): boolean => /\.[xy](\.c[01])?$/.test(pattern);
    for (const [pattern, nodes] of byPattern(nodesOf(file).filter(isLeaf))) {
      const order = isScalar(pattern) ? FR_ORDER : isCoordinate(pattern) ? FQ_ORDER : undefined;
      if (order === undefined) continue;
      for (const { path, node } of sample(nodes)) {
        for (let alias = BigInt(node as string) + order; alias < 2n ** 256n; alias += order) {
          expect(refusal(tamper(file, path, () => wordToHexBE(alias))), `${path} = ${alias}`).to.equal(PARSE);
        }
      }
    }
    for (const [pattern, nodes] of byPattern(calldataLeaves())) {
      const order = isScalar(pattern) ? FR_ORDER : /\.[xy]$|groth16/.test(pattern) ? FQ_ORDER : undefined;
      if (order === undefined) continue;
      const expected = isScalar(pattern)
        ? ["ScalarNotCanonical"]
        : ["PointNotOnCurve", "InvalidGroth16Proof", "BaseRootMismatch", "TunedRootMismatch"];
      for (const { path, node } of sample(nodes)) {
        const refused = await registryRefusal(tamper(params, path, () => (node as bigint) + order));
        expectRefused(path, "plus the order", refused, expected);
      }
    }
  });

  it("is refused by the registry in every leaf of the calldata, with its error", async () => {
    for (const [pattern, nodes] of byPattern(calldataLeaves())) {
      for (const { path, node } of sample(nodes)) {
        const change: (value: never) => unknown =
          typeof node === "bigint"
            ? (value: bigint): bigint => value ^ 1n
            : typeof node === "string"
              ? (value: string): string => (value === "0x" ? "0x00" : flipBit(value))
              : typeof node === "boolean"
                ? (value: boolean): boolean => !value
                : (value: number): number => value + 1;
        const refused = await registryRefusal(tamper(params, path, change));
        expectRefused(path, "flipped", refused, CALLDATA[pattern] ?? "no expectation");
      }
    }
  });

  it("is refused by the registry with another point of the curve, or a list of another length or order", async () => {
    for (const [, nodes] of byPattern(nodesOf(params))) {
      const shapes: Record<string, Change[]> = {
        point: OTHER_POINTS.map(([name, change]): Change => [
          name,
          (point: G1) => {
            const { x, y } = (change as (point: { x: string; y: string }) => { x: string; y: string })(g1ToHex(point));
            return { x: BigInt(x), y: BigInt(y) };
          },
        ]),
        list: [
          ["fewer", (items: unknown[]) => items.slice(0, -1)],
          ["more", (items: unknown[]) => [...items, items.at(-1)]],
          ["reversed", (items: unknown[]) => items.toReversed()],
          ["empty", () => []],
        ],
      };
      for (const { path, node } of sample(nodes)) {
        const isGroth16 = path.includes("groth16");
        const kind =
          Array.isArray(node) && !isGroth16
            ? "list"
            : typeof node === "object" && node !== null && "x" in node
              ? "point"
              : "none";
        for (const [name, change] of shapes[kind] ?? []) {
          // One segment, or one word of flags, reversed is the same.
          if (name === "reversed" && (node as unknown[]).length === 1) continue;
          expect(await registryRefusal(tamper(params, path, change)), `${path}, ${name}`).to.not.equal("accepted");
        }
      }
    }
  });

  it("has a Groth16 proof whose bytes can be changed by anybody, and nothing that hangs on them", async () => {
    // (-A, -B, C) is as valid as (A, B, C): certificates are identified by what they say, not by their bytes.
    const negateWord = (word: string): string => wordToHexBE(FQ_ORDER - BigInt(word));
    const negatedB = (y: { c0: string; c1: string }): unknown => ({ c0: negateWord(y.c0), c1: negateWord(y.c1) });
    const other = tamper(tamper(file, "segments[0].groth16.a.y", negateWord), "segments[0].groth16.b.y", negatedB);
    expect(refusal(other)).to.equal("accepted");
    const certificate = parseCertificate(JSON.stringify(other), "certificate.json");
    expect(await registryRefusal(certifyParams(certificate, verifiers.routeOf))).to.equal("accepted");
    expect(verifyCertificate(certificate, verifiers.setup.anchors)).to.deep.equal(
      verifyCertificate(verifiers.certificate, verifiers.setup.anchors),
    );
  });

  it("is refused by the registry with the one alias of A that snarkjs's verifier takes", async () => {
    // It negates A.y as (q - y mod 2^256) mod q, which for some y above q is the negative of a canonical one.
    const [, y] = params.segments[0]?.groth16.a ?? [0n, 0n];
    const alias = y + (2n ** 256n % FQ_ORDER) + FQ_ORDER;
    expect(BigInt.asUintN(256, FQ_ORDER - alias) % FQ_ORDER).to.equal(FQ_ORDER - y);
    expect(await registryRefusal(tamper(params, "segments[0].groth16.a[1]", () => alias))).to.equal(
      "InvalidGroth16Proof",
    );
  });

  function calldataLeaves(): PathNode[] {
    return nodesOf(params).filter(isLeaf);
  }
});
