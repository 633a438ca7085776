import { assertPolicyFitsManifest } from "./policy-manifest.js";
import { assertPolicy, firstTileOf, type Policy, type Rule } from "./rule.js";
import { InputError } from "../errors/errors.js";
import { tileContents, type TileContent } from "../quantize/tile-contents.js";
import type { CompilePolicyInput, RuleContext } from "./compile-context.js";
import { compileRankRule } from "./compile-rank.js";
import { compileSpread } from "./compile-spread.js";
import type { DocumentRule, PolicyDocument } from "./policy-document.js";
import { presetDocument } from "./presets.js";
import { selectByRule } from "./select-tensors.js";
import { listNames } from "../model/names/list-names.js";

export interface CompiledPolicy {
  readonly policy: Policy;
  /** What had to be decided, for a person. */
  readonly explanation: readonly string[];
}

/**
 * Turns a document into the policy of integers that is proven. Bounds are read exactly and rounded down; where one budget needs
 * several rules (fraction bits far apart) it is divided, so that together they never allow more than the document.
 *
 * Throws `InputError` for selections that are empty, share tiles with tensors that they must not, or need the base's
 * weights where there are none; and for bounds that allow nothing.
 */
export async function compilePolicy(input: CompilePolicyInput): Promise<CompiledPolicy> {
  const { document, baseModelId, manifest, architecture } = input;
  const source = resolvePreset(document);
  const rules = source.rules ?? [];
  const { selections, small, frozen } = selectByRule(rules, source, manifest, architecture);
  const contents = tileContents(manifest);
  const explanation: string[] = [];
  const explainOf = (index: number, line: string): void => {
    explanation.push(`${rules[index]?.name ?? `rule ${index}`}: ${line}`);
  };
  const owners = assignTiles(rules, selections, frozen, contents, explainOf);
  const compiled: Rule[] = [];
  for (const [index, rule] of rules.entries()) {
    const tiles = contents.filter(({ tile }) => owners.get(tile) === index);
    const selected = selections[index] ?? new Set<string>();
    const explain = (line: string): void => {
      explainOf(index, line);
    };
    const context: RuleContext = { ...input, index, rule, selected, small: small[index] ?? [], tiles, explain };
    compiled.push(...(await (rule.rank === undefined ? compileSpread(context) : compileRankRule(context))));
  }
  if (compiled.length === 0) {
    throw new InputError("the policy's bounds are below one quantization step everywhere, so nothing may change", {
      remedy: "Give larger bounds.",
    });
  }
  const policy = { baseModelId, rules: compiled.sort((a, b) => firstTileOf(a) - firstTileOf(b)) };
  assertPolicy(policy, manifest.tileCount);
  assertPolicyFitsManifest(policy, manifest);
  return { policy, explanation };
}

/** The document itself, or what its preset stands for; what it freezes is added. */
function resolvePreset(document: PolicyDocument): PolicyDocument {
  if (document.preset === undefined) return document;
  const { frozen, frozenRoles } = document;
  return {
    ...presetDocument(document.preset),
    ...(frozen === undefined ? {} : { frozen }),
    ...(frozenRoles === undefined ? {} : { frozenRoles }),
  };
}

/** The rule of every tile that holds a selected tensor. A tile is a rule's as a whole. */
function assignTiles(
  rules: readonly DocumentRule[],
  selections: readonly ReadonlySet<string>[],
  frozen: ReadonlySet<string>,
  contents: readonly TileContent[],
  explain: (index: number, line: string) => void,
): Map<number, number> {
  const owners = new Map<number, number>();
  for (const { tile, tensors } of contents) {
    const owner = selections.findIndex((selected) => tensors.some((name) => selected.has(name)));
    if (owner < 0) continue;
    const others = tensors.filter((name) => selections[owner]?.has(name) !== true);
    const kept = others.filter((name) => frozen.has(name));
    if (kept.length > 0) {
      throw new InputError(`tile ${tile} of rule ${owner} also holds ${listNames(kept)}, which must stay frozen`, {
        remedy:
          "Commit the base so that they have tiles of their own (fti commit packs by role), or do not select these.",
      });
    }
    // A rank over tensors that share tiles is refused as such, and no tile of it is let change.
    const isRank = rules[owner]?.rank !== undefined;
    if (others.length > 0 && !isRank && rules[owner]?.wholeTiles !== true) {
      throw new InputError(
        `tile ${tile} of rule ${owner} also holds ${listNames(others)}: a rule covers whole tiles, so these could change too`,
        {
          remedy:
            "Select them as well, or accept that: `wholeTiles: true` in the document, --whole-tiles of fti policy norm.",
        },
      );
    }
    // Consent to whole tiles is consent that another rule's bound does not hold there: never silently.
    const overruled = others.filter((name) => selections.some((selected) => selected.has(name)));
    if (overruled.length > 0) {
      explain(
        owner,
        `its bounds are also those of ${listNames(overruled, 3)} in tile ${tile}, in place of a later rule's`,
      );
    }
    owners.set(tile, owner);
  }
  return owners;
}
