import { LostTransactionError, RegistryError, UnavailableError } from "../errors/errors.js";

/** How often it is asked whether a transaction whose answer was lost has been included. */
export interface Patience {
  /** Milliseconds before each further look. */
  readonly delaysMs: readonly number[];
  /** Waits; injected so that tests need not. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Half a minute: two blocks of Ethereum. */
export const DEFAULT_PATIENCE: Patience = {
  delaysMs: [500, 1_500, 4_000, 8_000, 16_000],
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** What a call has sent, or what the registry has already. */
export type Once<Sent, Found> =
  { readonly isNew: true; readonly sent: Sent } | { readonly isNew: false; readonly found: Found };

/** How something is registered, and how it is found. */
export interface OnceSteps<Sent, Found> {
  /** Sends the transaction and waits until it is included. */
  readonly send: () => Promise<Sent>;
  /** What the registry has of it; `undefined` if nothing. */
  readonly find: () => Promise<Found | undefined>;
}

/**
 * Registers what is not registered yet. Where the answer was lost, or an earlier run's transaction came first, what the
 * registry has decides: it is there, or the failure stands.
 *
 * Throws what `send` throws. For a transaction that may still be included: `LostTransactionError`.
 */
export async function registerOnce<Sent, Found>(
  { send, find }: OnceSteps<Sent, Found>,
  { delaysMs, sleep }: Patience = DEFAULT_PATIENCE,
): Promise<Once<Sent, Found>> {
  const before = await find();
  if (before !== undefined) return { isNew: false, found: before };
  try {
    return { isNew: true, sent: await send() };
  } catch (error) {
    if (!(error instanceof RegistryError || error instanceof UnavailableError)) throw error;
    for (const delay of error instanceof LostTransactionError ? [0, ...delaysMs] : [0]) {
      if (delay > 0) await sleep(delay);
      const found = await orUnknown(find);
      if (found !== undefined) return { isNew: false, found };
    }
    throw error;
  }
}

/** A node that does not answer now may answer the next time. */
async function orUnknown<Found>(find: () => Promise<Found | undefined>): Promise<Found | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof UnavailableError || error instanceof RegistryError) return undefined;
    throw error;
  }
}
