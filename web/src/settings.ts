import { z } from "zod";
import { FormatError, type Hex } from "fine-tuning-integrity";
import { firstIssue } from "fine-tuning-integrity/registry";
import { TIER_NAMES, type TierName } from "fine-tuning-integrity/prove";

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/u, "is not an address: expected 0x and 40 hex digits")
  .transform((text) => text.toLowerCase() as Hex);
const httpAddress = z.string().regex(/^https?:\/\/[^\s]+$/u, "is not an http address such as http://127.0.0.1:8545");
const optionally = <T extends z.ZodType>(schema: T): z.ZodUnion<[T, z.ZodLiteral<"">]> =>
  z.union([schema, z.literal("", "leave it empty")]);

/** `config.json` beside the page: what its host offers. Everything may be missing. */
const hostSchema = z
  .object({
    /** JSON-RPC node. */
    rpc: optionally(httpAddress).optional(),
    registry: optionally(address).optional(),
    /** The chain of that registry: another chain has nothing to say of it. */
    chainId: z.number().int().positive().optional(),
    /** Block of the registry's deployment: spares public nodes a search from block 0. */
    fromBlock: z.number().int().min(0).optional(),
    /** Where the host says the keys of its registry are from. */
    keys: z.enum(["development", "ceremony"]).optional(),
    /** Address of the SRS (a `.ptau` file), relative to the page. */
    srs: z.string().min(1).optional(),
    /** Gateway through which `ipfs://` addresses are fetched, when a reader asks for it. */
    gateway: optionally(httpAddress).optional(),
    /** Addresses of the verifying keys by tier, relative to the page. */
    verifyingKeys: z.partialRecord(z.enum(TIER_NAMES), z.string().min(1)).optional(),
  })
  .strict();

export type HostConfig = z.infer<typeof hostSchema>;

/** Reads `config.json`. Throws `FormatError` naming the field. */
export function parseHostConfig(text: string): HostConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError("config.json", "is not JSON", { cause });
  }
  const parsed = hostSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new FormatError("config.json", firstIssue(parsed.error), {
    remedy: "docs/explorer.md lists its fields.",
    cause: parsed.error,
  });
}

/** What the reader chose, kept in this browser. Empty fields are the host's. */
const choiceSchema = z.object({
  via: z.enum(["rpc", "wallet"]),
  rpc: optionally(httpAddress),
  registry: optionally(address),
  gateway: optionally(httpAddress).default(""),
  /** Id of the wallet that is used; nothing for the browser's default. */
  wallet: z.string().max(200).default(""),
});

export type Choice = z.infer<typeof choiceSchema>;

export const NO_CHOICE: Choice = { via: "rpc", rpc: "", registry: "", gateway: "", wallet: "" };

/** Reads what the settings' fields hold. Throws `FormatError` naming the field. */
export function parseChoice(fields: unknown): Choice {
  const parsed = choiceSchema.safeParse(fields);
  if (parsed.success) return parsed.data;
  throw new FormatError("settings", firstIssue(parsed.error, "the settings"), { cause: parsed.error });
}

/** Where the keys behind certificates are from. */
export type KeyOrigin = "development" | "ceremony" | "unknown";

/** What the page works with: the reader's choice where there is one, else the host's. */
export interface Settings {
  readonly via: "rpc" | "wallet";
  /** `undefined` if nobody named one. */
  readonly rpc: string | undefined;
  readonly registry: Hex | undefined;
  /** The chain that must answer, where it is known. */
  readonly chainId: number | undefined;
  readonly fromBlock: number;
  /** `undefined` if nobody named one. */
  readonly gateway: string | undefined;
  /** Id of the wallet that is used. */
  readonly wallet: string;
  /** Whether the keys behind this registry are known to be development ones: by the host's word, for its own registry only. */
  readonly keys: KeyOrigin;
  /** The same of the files that the host offers. */
  readonly hostKeys: KeyOrigin;
  readonly srs: string | undefined;
  readonly verifyingKeys: Readonly<Partial<Record<TierName, string>>>;
}

export function settingsOf(host: HostConfig, choice: Choice): Settings {
  const hostRegistry = host.registry === "" ? undefined : host.registry;
  const hostRpc = host.rpc === "" ? undefined : host.rpc;
  const registry = choice.registry === "" ? hostRegistry : choice.registry;
  const isHostsRegistry = registry !== undefined && registry === hostRegistry;
  // The same address on another chain is another contract: the host's word counts where the chain is certain too.
  const isHostsChain = host.chainId !== undefined || (choice.via === "rpc" && choice.rpc === "");
  const { keys = "unknown" } = host;
  return {
    via: choice.via,
    rpc: choice.rpc === "" ? hostRpc : choice.rpc,
    registry,
    chainId: isHostsRegistry ? host.chainId : undefined,
    fromBlock: isHostsRegistry && isHostsChain ? (host.fromBlock ?? 0) : 0,
    gateway: [choice.gateway, host.gateway].find((each) => each !== undefined && each !== ""),
    wallet: choice.wallet,
    // A warning is never dropped on a guess.
    keys: isHostsRegistry && (isHostsChain || keys === "development") ? keys : "unknown",
    hostKeys: keys,
    srs: host.srs,
    verifyingKeys: host.verifyingKeys ?? {},
  };
}

const STORAGE_KEY = "fti.settings";

/** The part of `localStorage` that is used. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What is kept of an earlier visit; what can no longer be read counts as nothing. */
export function loadChoice(store: Store): Choice {
  try {
    const parsed = choiceSchema.safeParse(JSON.parse(store.getItem(STORAGE_KEY) ?? "null"));
    return parsed.success ? parsed.data : NO_CHOICE;
  } catch {
    return NO_CHOICE;
  }
}

export function saveChoice(store: Store, choice: Choice): void {
  store.setItem(STORAGE_KEY, JSON.stringify(choice));
}

export function forgetChoice(store: Store): void {
  store.removeItem(STORAGE_KEY);
}
