import picomatch from "picomatch";
import { roleMatches, type Architecture } from "../model/architecture/role.js";
import { InputError } from "../errors/errors.js";
import type { Manifest } from "../quantize/manifest.js";
import { listOf, type DocumentRule, type PolicyDocument } from "./policy-document.js";
import { listNames } from "../model/names/list-names.js";

/** Which tensors are whose. */
export interface Selections {
  /** Of every rule. */
  readonly selections: readonly ReadonlySet<string>[];
  /** Of every rule, what its roles mean but no rank can be proven of; a later rule may select it. */
  readonly small: readonly (readonly string[])[];
  /** What no rule may let change. */
  readonly frozen: ReadonlySet<string>;
}

/**
 * The tensors of every rule of a document: a tensor belongs to the first rule that selects it, unless it is frozen.
 * A rank rule by role is about the matrices of that role: tensors that share tiles are not its own, unless there is nothing else.
 * Throws `InputError` for a glob or a role that selects nothing.
 */
export function selectByRule(
  rules: readonly DocumentRule[],
  document: Pick<PolicyDocument, "frozen" | "frozenRoles">,
  manifest: Manifest,
  architecture: Architecture,
): Selections {
  const names = manifest.tensors.flatMap(({ kind, name }) => (kind === "grid" || kind === "packed" ? [name] : []));
  const byGlob = (glob: string): string[] => {
    const matches = picomatch(glob, { dot: true });
    const found = names.filter((name) => name === glob || matches(name));
    if (found.length > 0) return found;
    throw new InputError(`no tensor of weights matches ${JSON.stringify(glob)}`, {
      remedy: `The model's tensors are ${listNames(names)}.`,
    });
  };
  const byRole = (role: Parameters<typeof roleMatches>[1]): string[] => {
    const found = names.filter((name) => roleMatches(architecture.roleOf(name).role, role));
    if (found.length > 0) return found;
    throw new InputError(`no tensor has the role ${role}: the model looks like ${architecture.family}`, {
      remedy: "Select tensors by name, or say with --roles what they do.",
    });
  };
  const frozen = new Set([...listOf(document.frozen).flatMap(byGlob), ...listOf(document.frozenRoles).flatMap(byRole)]);
  const taken = new Set(frozen);
  const grids = new Set(manifest.tensors.flatMap(({ kind, name }) => (kind === "grid" ? [name] : [])));
  const small: string[][] = [];
  const selections = rules.map((rule, index) => {
    const { part } = rule;
    const roles = listOf(rule.roles);
    // A preset names more roles than any one network has.
    const ofRoles = roles.flatMap((role) =>
      roles.length === 1 ? byRole(role) : names.filter((name) => roleMatches(architecture.roleOf(name).role, role)),
    );
    const named = [...listOf(rule.tensors).flatMap(byGlob), ...ofRoles];
    if (named.length === 0 && rule.tensors === undefined && roles.length === 0) {
      if (part === undefined) throw new InputError(`rule ${index} selects nothing: give tensors, roles or a part`);
      named.push(...names);
    }
    const wanted = new Set(
      named.filter((name) => !taken.has(name) && (part === undefined || architecture.roleOf(name).part === part)),
    );
    if (wanted.size === 0) {
      throw new InputError(`rule ${index} selects no tensor that is not frozen or in a rule before it`, {
        remedy: "The first rule that selects a tensor is the tensor's.",
      });
    }
    const matrices = [...wanted].filter((name) => grids.has(name));
    const isByRole = rule.rank !== undefined && rule.tensors === undefined && matrices.length > 0;
    const selected = isByRole ? new Set(matrices) : wanted;
    small.push([...wanted].filter((name) => !selected.has(name)));
    for (const name of selected) taken.add(name);
    return selected;
  });
  return { selections, small, frozen };
}
