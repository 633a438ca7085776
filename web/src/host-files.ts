import { InputError, UnavailableError } from "fine-tuning-integrity";
import type { NamedBytes } from "./blob-source.js";

/** Files of the setup that this visit has fetched, by address. */
const fetched = new Map<string, Promise<Blob>>();

/** A file that the host of the page offers beside it. Throws `UnavailableError`. */
export async function hostFile(address: string): Promise<NamedBytes & { readonly bytes: Blob }> {
  let pending = fetched.get(address);
  if (pending === undefined) {
    pending = fetchBlob(address);
    fetched.set(address, pending);
    pending.catch(() => fetched.delete(address));
  }
  return { name: address, bytes: await pending };
}

/** The given file, or else the host's. Throws `InputError` if there is neither. */
export async function givenOrHosts(
  given: File | undefined,
  address: string | undefined,
  what: string,
): Promise<NamedBytes & { readonly bytes: Blob }> {
  if (given !== undefined) return { name: given.name, bytes: given };
  if (address !== undefined) return hostFile(address);
  throw new InputError(`${what} is missing`, { remedy: "The host of this page offers none: choose the file." });
}

async function fetchBlob(address: string): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw new UnavailableError(`${address}: cannot be fetched`, {
      remedy: "Try again, or choose a file of your own where the page takes one.",
      cause,
    });
  }
  if (!response.ok) {
    throw new UnavailableError(`${address}: answers ${response.status}`, {
      remedy: "Try again, or choose a file of your own where the page takes one.",
    });
  }
  return response.blob();
}
