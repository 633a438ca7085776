import type { CertificateStatus, Ending } from "fine-tuning-integrity/registry";
import { moment, shorten } from "./words.js";

/** What has become of a certificate, in one line; its publisher's reason where there is one. */
export function statusWords(
  { status, expiresAt }: { readonly status: CertificateStatus; readonly expiresAt: number | undefined },
  ending?: Ending,
): string {
  switch (status) {
    case "active":
      return expiresAt === undefined ? "Active · does not expire." : `Active until ${moment(expiresAt)}.`;
    case "expired":
      return expiresAt === undefined ? "It has expired." : `It expired at ${moment(expiresAt)}.`;
    case "superseded":
      return ending?.status === "superseded"
        ? `Its publisher put certificate ${shorten(ending.by)} in its place, in block ${ending.blockNumber}.`
        : "Its publisher put another certificate in its place.";
    case "revoked":
      if (ending?.status !== "revoked") return "Its publisher revoked it.";
      return ending.reason === ""
        ? `Its publisher revoked it in block ${ending.blockNumber}, without a reason.`
        : `Its publisher revoked it in block ${ending.blockNumber}: “${ending.reason}”`;
  }
}

/** A headline for a certificate that is not valid any more. */
export const ENDED_HEADLINES: Readonly<Record<Exclude<CertificateStatus, "active">, string>> = {
  expired: "Expired: no longer certifies anything",
  superseded: "Superseded: no longer certifies anything",
  revoked: "Revoked: no longer certifies anything",
};
