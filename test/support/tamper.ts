import type { SegmentProof } from "../../src/segment/proof.js";

/** `range.layers[2].rounds[0][3]` → `range.layers[].rounds[][]`: the field of which the path is one element. */
export function patternOf(path: string): string {
  return path.replace(/\[\d+\]/g, "[]");
}

/** The indices in a path, from left to right. */
export function indicesOf(path: string): number[] {
  return [...path.matchAll(/\[(\d+)\]/g)].map(([, digits]) => Number(digits));
}

const stepsOf = (path: string): string[] => path.split(/[.[\]]+/).filter((step) => step !== "");

type Node = Record<string, unknown>;

/** A copy of the proof in which the node at `path` (an element, a list or an object) is what `change` makes of it. */
export function tamper(proof: SegmentProof, path: string, change: (node: never) => unknown): SegmentProof {
  const copy = structuredClone(proof) as unknown as Node;
  const steps = stepsOf(path);
  const last = steps.pop();
  const parent = steps.reduce<Node | undefined>((node, step) => node?.[step] as Node | undefined, copy);
  if (parent === undefined || last === undefined || !(last in parent))
    throw new Error(`tamper: no ${path} in the proof`);
  parent[last] = change(parent[last] as never);
  return copy as unknown as SegmentProof;
}

/** Paths of all lists in a proof, outer ones first. */
export function listPaths(proof: SegmentProof): string[] {
  const found: string[] = [];
  const visit = (path: string, node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) found.push(path);
    for (const [key, child] of Object.entries(node)) {
      visit(Array.isArray(node) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`, child);
    }
  };
  visit("", proof);
  return found;
}
