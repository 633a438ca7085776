import { Graph, layout } from "@dagrejs/dagre";
import type { Hex } from "fine-tuning-integrity";
import type { Lineage, LoggedStanding } from "fine-tuning-integrity/registry";

/** Pixels. */
export const NODE_WIDTH = 176;
export const NODE_HEIGHT = 56;
const MARGIN = 12;

export interface PlacedModel {
  readonly id: Hex;
  /** Center. */
  readonly x: number;
  readonly y: number;
  readonly isFocus: boolean;
  /** Nothing in the picture leads to it. */
  readonly isRoot: boolean;
}

/** All certificates between two models: one line. */
export interface PlacedEdge {
  readonly certificates: readonly [LoggedStanding, ...LoggedStanding[]];
  /** A way around what lies between, from the base to the tune. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Where its mark is. */
  readonly middle: { readonly x: number; readonly y: number };
}

export interface LineagePicture {
  readonly width: number;
  readonly height: number;
  readonly models: readonly PlacedModel[];
  readonly edges: readonly PlacedEdge[];
}

/** Places bases above their tunes. The order of ids decides ties, so that equal lineages give equal pictures. */
export function layoutLineage({ focus, models, certificates }: Lineage): LineagePicture {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 24, ranksep: 56, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of [...models].sort()) graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  const between = new Map<string, [LoggedStanding, ...LoggedStanding[]]>();
  for (const certificate of certificates) {
    const { baseModelId, tunedModelId } = certificate;
    const key = `${baseModelId} ${tunedModelId}`;
    const known = between.get(key);
    if (known !== undefined) {
      known.push(certificate);
      continue;
    }
    between.set(key, [certificate]);
    graph.setEdge(baseModelId, tunedModelId, { width: 24, height: 24 });
  }
  layout(graph);
  const tuned = new Set(certificates.map(({ tunedModelId }) => tunedModelId));
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    models: models.map((id) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return { id, x, y, isFocus: id === focus, isRoot: !tuned.has(id) };
    }),
    edges: [...between.values()].map((group) => {
      const [{ baseModelId, tunedModelId }] = group;
      const { points, x, y } = graph.edge(baseModelId, tunedModelId) as EdgePlace;
      return { certificates: group, points, middle: { x, y } };
    }),
  };
}

interface EdgePlace {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly x: number;
  readonly y: number;
}
