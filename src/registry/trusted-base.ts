import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";

/** A base that somebody trusts, under a name of their own, and whose certificates from it count where. */
export interface TrustedBase {
  readonly name: string;
  readonly modelId: Hex;
  /** Its model file, for the manifest; an absolute path. */
  readonly modelFile?: string | undefined;
  /** Whose certificates count; anybody's without. */
  readonly publishers?: readonly Hex[] | undefined;
  /** Where it counts; anywhere without. */
  readonly chainId?: string | undefined;
  readonly registry?: Hex | undefined;
}

/** A base that is trusted in one registry is not so in another: its certificates are others. Throws `InputError`. */
export function assertTrustedIn(
  { name, chainId: trustedChain, registry: trustedRegistry }: TrustedBase,
  { chainId, registry }: { readonly chainId: bigint; readonly registry: Hex },
): void {
  const isChain = trustedChain === undefined || trustedChain === String(chainId);
  const isRegistry = trustedRegistry === undefined || trustedRegistry === registry;
  if (isChain && isRegistry) return;
  const where = trustedRegistry === undefined ? "registries" : `the registry ${trustedRegistry}`;
  const chain = trustedChain === undefined ? "" : ` on chain ${trustedChain}`;
  throw new InputError(`you trust ${name} only in ${where}${chain}; this is ${registry} on chain ${chainId}`, {
    remedy: "Query that registry, or change the list: fti trust add --force.",
  });
}

/**
 * Whose certificates from a base count: those whom a question names (`asked`) and the trust list accepts, both where both
 * say so; `undefined` is anybody. Throws `InputError` where nobody is left.
 */
export function acceptedPublishers(
  trusted: Pick<TrustedBase, "name" | "publishers"> | undefined,
  asked: readonly Hex[] | undefined,
): readonly Hex[] | undefined {
  const listed = trusted?.publishers;
  if (asked === undefined || listed === undefined) return asked ?? listed;
  const both = asked.filter((each) => listed.includes(each));
  if (both.length > 0) return both;
  throw new InputError(`your trust list accepts no certificate by ${asked.join(", ")} for ${trusted?.name ?? ""}`, {
    remedy: "Name the base by its id, or change the list: fti trust add --force.",
  });
}
