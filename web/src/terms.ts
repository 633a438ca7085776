import { keccak256 } from "ethers";
import { type Hex, InputError } from "fine-tuning-integrity";
import type { CertifyTerms } from "fine-tuning-integrity/registry";

/** What a publisher typed beside a certificate; empty for nothing. */
export interface TermsFields {
  /** `2027-01-31`: the certificate is not valid from the beginning of that day on, in UTC. */
  readonly expiresOn: string;
  readonly uri: string;
  /** What is at that address. */
  readonly content: Uint8Array | undefined;
}

/** Throws `InputError` for a day that is past, no address, or an address without what is there. `now`: milliseconds since 1970. */
export function termsOf({ expiresOn, uri, content }: TermsFields, now = Date.now()): CertifyTerms {
  const terms: { expiresAt?: number; metadata?: CertifyTerms["metadata"] } = {};
  if (expiresOn !== "") {
    const end = Date.parse(expiresOn);
    if (!/^\d{4,6}-\d\d-\d\d$/u.test(expiresOn) || Number.isNaN(end)) {
      throw new InputError(`${JSON.stringify(expiresOn)} is not a day`, { remedy: "Write it like 2027-01-31." });
    }
    if (end <= now) throw new InputError(`${expiresOn} has already begun`, { remedy: "Choose a later day, or none." });
    terms.expiresAt = end / 1000;
  }
  if (uri !== "" || content !== undefined) {
    if (!URL.canParse(uri)) {
      throw new InputError(`${JSON.stringify(uri)} is not an address`, {
        remedy: "Write it like https://… or ipfs://…",
      });
    }
    if (content === undefined) {
      throw new InputError("the file at that address is not chosen", {
        remedy: "Choose it: its hash is registered with the address, so that readers can check whether it was changed.",
      });
    }
    terms.metadata = { uri, contentHash: keccak256(content) as Hex };
  }
  return terms;
}
