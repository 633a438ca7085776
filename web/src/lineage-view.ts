import { el, svg } from "./dom.js";
import type { Lineage, LoggedStanding } from "fine-tuning-integrity/registry";
import {
  layoutLineage,
  NODE_HEIGHT,
  NODE_WIDTH,
  type LineagePicture,
  type PlacedEdge,
  type PlacedModel,
} from "./lineage-layout.js";
import { idText } from "./parts.js";
import { linkTo } from "./route.js";
import { counted, shorten } from "./words.js";

/**
 * A lineage as a picture whose models and certificates are links, and the same in a list. `isInsecure`: the keys behind
 * the certificates are known to prove nothing.
 */
export function lineageView(lineage: Lineage, isInsecure: boolean): HTMLElement[] {
  const { certificates, isComplete } = lineage;
  if (certificates.length === 0) {
    return [el("p", {}, "No certificate leads to this model or from it.")];
  }
  const most = el("p", { class: "hint" }, `Only the first ${counted(certificates.length, "certificate")} are shown.`);
  return [drawn(layoutLineage(lineage), isInsecure), ...(isComplete ? [] : [most]), asList(lineage)];
}

function drawn(picture: LineagePicture, isInsecure: boolean): HTMLElement {
  const { width, height, models, edges } = picture;
  const image = svg(
    "svg",
    {
      class: "lineage",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "group",
      "aria-label": `${counted(models.length, "model")}, bases above their fine-tunes. The same is in the list below.`,
    },
    svg(
      "defs",
      {},
      svg(
        "marker",
        { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto" },
        svg("path", { d: "M0 0L8 4L0 8Z", class: "arrow" }),
      ),
    ),
    ...edges.map(line),
    ...models.map(box),
    ...edges.map((edge) => mark(edge, isInsecure)),
  );
  // Wider than a phone: it scrolls by itself, by keyboard too.
  return el("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "Lineage, drawn" }, image);
}

function line({ points, certificates }: PlacedEdge): SVGElement {
  const path = points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  return svg("path", {
    d: path,
    class: standing(certificates) === undefined ? "edge ended" : "edge",
    "marker-end": "url(#arrow)",
  });
}

function box({ id, x, y, isFocus, isRoot }: PlacedModel): SVGElement {
  const label = isFocus ? "this model" : isRoot ? "base" : "fine-tune";
  const shape = svg("rect", {
    x: x - NODE_WIDTH / 2,
    y: y - NODE_HEIGHT / 2,
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    rx: 8,
  });
  const link = svg(
    "a",
    { href: linkTo({ page: "model", id }), class: isFocus ? "model focus" : "model", "aria-label": `${label} ${id}` },
    shape,
    svg("text", { x, y: y - 5, class: "kind" }, label),
    svg("text", { x, y: y + 15, class: "name" }, shorten(id)),
  );
  if (isFocus) link.setAttribute("aria-current", "true");
  return link;
}

function mark({ certificates, middle }: PlacedEdge, isInsecure: boolean): SVGElement {
  const active = standing(certificates);
  const first = active ?? certificates[0];
  const count = certificates.length;
  const ended = active === undefined ? `, ${first.status}` : "";
  const what = count === 1 ? "Certificate" : `One of ${count} certificates,`;
  return svg(
    "a",
    {
      href: linkTo({ page: "certificate", id: first.certificateId }),
      class: ["certificate", active === undefined ? "ended" : isInsecure ? "insecure" : ""].join(" ").trim(),
      "aria-label": `${what} ${first.certificateId}${ended}${isInsecure ? " under insecure keys" : ""}`,
    },
    svg("circle", { cx: middle.x, cy: middle.y, r: 12 }),
    svg(
      "text",
      { x: middle.x, y: middle.y + 5 },
      count > 1 ? String(count) : active === undefined ? "✗" : isInsecure ? "!" : "✓",
    ),
  );
}

/** A certificate of a line that is still valid: one is enough. */
function standing(certificates: PlacedEdge["certificates"]): LoggedStanding | undefined {
  return certificates.find(({ status }) => status === "active");
}

function asList({ certificates }: Lineage): HTMLElement {
  return el(
    "details",
    {},
    el("summary", {}, "Show as list"),
    el(
      "ul",
      {},
      ...certificates.map(({ baseModelId, tunedModelId, certificateId, publisher, status }) =>
        el(
          "li",
          {},
          "From ",
          idText(baseModelId, { page: "model", id: baseModelId }),
          " to ",
          idText(tunedModelId, { page: "model", id: tunedModelId }),
          ": certificate ",
          idText(certificateId, { page: "certificate", id: certificateId }),
          " by ",
          idText(publisher, { page: "publisher", id: publisher }),
          status === "active" ? undefined : ` (${status})`,
        ),
      ),
    ),
  );
}
