import picomatch from "picomatch";
import type { TensorRole } from "./role.js";

/** What a user says of the tensors that a glob matches. */
export interface MappedRole {
  /** Glob over tensor names. */
  readonly tensors: string;
  readonly role?: TensorRole["role"] | undefined;
  readonly part?: TensorRole["part"] | undefined;
  readonly block?: string | undefined;
  readonly rowAxes?: number | undefined;
}

/** What a user says of tensors that no family knows; the first entry that matches a name counts. */
export type RoleMapping = readonly MappedRole[];

/** What a mapping says of a tensor; nothing if no entry matches. */
export function matchMapping(mapping: RoleMapping | undefined, name: string): Partial<TensorRole> {
  const entry = mapping?.find(({ tensors }) => tensors === name || picomatch.isMatch(name, tensors, { dot: true }));
  if (entry === undefined) return {};
  const { role, part, block, rowAxes } = entry;
  return {
    ...(role === undefined ? {} : { role }),
    ...(part === undefined ? {} : { part }),
    ...(block === undefined ? {} : { block }),
    ...(rowAxes === undefined ? {} : { rowAxes }),
  };
}
