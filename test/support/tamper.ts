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

/** A copy in which the node at `path` (an element, a list or an object) is what `change` makes of it. */
export function tamper<T extends object>(original: T, path: string, change: (node: never) => unknown): T {
  const copy = structuredClone(original) as unknown as Node;
  const steps = stepsOf(path);
  const last = steps.pop();
  const parent = steps.reduce<Node | undefined>((node, step) => node?.[step] as Node | undefined, copy);
  if (parent === undefined || last === undefined || !(last in parent)) throw new Error(`tamper: there is no ${path}`);
  parent[last] = change(parent[last] as never);
  return copy as unknown as T;
}

/** A node with its path; the root's is empty. */
export interface PathNode {
  readonly path: string;
  readonly node: unknown;
}

/** All nodes, outer ones first. */
export function nodesOf(root: object): PathNode[] {
  const found: PathNode[] = [];
  const visit = (path: string, node: unknown): void => {
    found.push({ path, node });
    if (typeof node !== "object" || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      visit(Array.isArray(node) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`, child);
    }
  };
  visit("", root);
  return found;
}

/** Paths of all lists, outer ones first. */
export function listPaths(root: object): string[] {
  return nodesOf(root).flatMap(({ path, node }) => (Array.isArray(node) ? [path] : []));
}
