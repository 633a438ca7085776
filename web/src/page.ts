import type { Chain } from "./chain.js";
import type { Settings } from "./settings.js";
import type { Wallet } from "./wallets.js";

/** What every view is given. */
export interface Page {
  readonly settings: Settings;
  /** The registry that is set; connects once, fails with `InputError`, `UnavailableError` or `RegistryError`. */
  chain(): Promise<Chain>;
  /** All wallets of this browser that have shown themselves so far. */
  readonly wallets: readonly Wallet[];
  /** The one that is used, if there is one. */
  readonly wallet: Wallet | undefined;
  /** Goes to a fragment. */
  go(fragment: string): void;
  /** Shows the page again, as after settings have changed. */
  reload(): void;
  /** Runs when the reader leaves the view: ends workers. */
  onLeave(run: () => void): void;
}

/** A view: its title and what it shows. Parts that have to be waited for fill in later. */
export interface View {
  readonly title: string;
  readonly content: readonly Node[];
}
