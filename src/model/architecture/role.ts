/** What a tensor does in a network. A role with a dot belongs to the role before the dot: `attention` means all four. */
export const ROLES = [
  "embedding",
  "embedding.position",
  "attention.q",
  "attention.k",
  "attention.v",
  "attention.qkv",
  "attention.o",
  "mlp.up",
  "mlp.gate",
  "mlp.down",
  "norm",
  "conv",
  "dense",
  "recurrent",
  "head",
  "other",
] as const;
export type Role = (typeof ROLES)[number];

/** Roles as people select them: those above, and `attention` and `mlp` for their parts. */
export type RoleSelector = Role | "attention" | "mlp";

/** Weights multiply, biases are added; a norm's scale is its weight. */
export type TensorPart = "weight" | "bias" | "statistic";

/** A tensor's place in its architecture. */
export interface TensorRole {
  readonly role: Role;
  readonly part: TensorPart;
  /** Number of the repeated block (encoder layer, residual stage) it belongs to, if there is one. */
  readonly block: string | undefined;
  /** How many leading axes of its shape are rows of its matrix view. */
  readonly rowAxes: number;
}

/** A recognized network. */
export interface Architecture {
  /** For people: `GPT-2`, `LLaMA-like`, `ResNet-like CNN`, `MLP`, `unknown`. */
  readonly family: string;
  /** Throws `RangeError` for a name it was not made for. */
  roleOf(tensor: string): TensorRole;
}

/** What recognition looks at. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Whether a role is one of those that a selector means. */
export function roleMatches(role: Role, selector: RoleSelector): boolean {
  return role === selector || role.startsWith(`${selector}.`);
}
