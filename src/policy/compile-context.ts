import type { Architecture } from "../model/architecture/role.js";
import type { Hex } from "../algebra/hex.js";
import type { Tier } from "../protocol/tiers.js";
import type { Manifest } from "../quantize/manifest.js";
import type { TileContent } from "../quantize/tile-contents.js";
import type { BaseMeasure } from "./measure-base.js";
import type { DocumentRule, PolicyDocument } from "./policy-document.js";

export interface CompilePolicyInput {
  readonly document: PolicyDocument;
  readonly baseModelId: Hex;
  readonly manifest: Manifest;
  readonly architecture: Architecture;
  readonly tier: Tier;
  /** Needed for bounds that are relative to the base, or about rounding. */
  readonly base?: BaseMeasure | undefined;
}

/** A rule of a document on its way to integers. */
export interface RuleContext extends Omit<CompilePolicyInput, "document" | "baseModelId"> {
  readonly index: number;
  readonly rule: DocumentRule;
  /** Tensors of the rule. */
  readonly selected: ReadonlySet<string>;
  /** Tensors that its roles mean, but no rank can be proven of: not the rule's. */
  readonly small: readonly string[];
  /** Tiles that hold them, ascending. */
  readonly tiles: readonly TileContent[];
  readonly explain: (line: string) => void;
}
