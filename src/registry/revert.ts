import { isError } from "ethers";
import { FtiError, RegistryError, UnavailableError } from "../errors/errors.js";
import { driftRegistryInterface } from "./abi-values.js";

/** What to do about the refusals that a user can meet without a broken program. */
const REMEDIES: Readonly<Record<string, string>> = {
  UnknownModel: "Register the base model first.",
  UnknownPolicy: "Register the policy first.",
  UnknownCertificate: "Nobody has registered this certificate here; check the registry's address and the chain.",
  ModelAlreadyRegistered: "This model is registered already: there is nothing to do.",
  PolicyAlreadyRegistered: "This policy is registered already: there is nothing to do.",
  CertificateAlreadyRegistered: "This certificate is registered already: there is nothing to do.",
  ClassTableMismatch: "Register the policy with the class table of its base, as the base's manifest gives it.",
  SharesExceedBound: "The segments were not planned together: prove the certificate anew.",
  SrsMismatch: "The model is committed with another SRS than the registry's: commit it with the registry's.",
  UnknownRoute: "The verifying key is not in the registry: prove with a tier and setup of that registry.",
  RouteIsFrozen: "The verifying key is frozen: prove with a newer setup of the registry.",
  NotAllowedToDerive: "The base is restricted: ask its registrant to allow your account.",
  ModelNotRestricted: "Anybody may certify from it: permissions are for models that were registered with --restricted.",
  NotTheRegistrant: "Send from the account that registered the model.",
  ParentNotReplaced:
    "The certificate that gives the model its parent is still active, or this one would make the model its own " +
    "ancestor.",
  NotThePublisher: "Send from the account of the certificate's publisher, or with a signature of it.",
  SignatureExpired: "Have the publisher sign again.",
  CertificateNotActive: "The certificate was revoked or superseded, or has expired: there is nothing to do.",
  InvalidSignature: "Have the publisher sign again: the nonce may be used up, or the terms are others.",
  TierTileSizeMismatch: "Prove with a tier whose tiles have the model's size.",
  InvalidGroth16Proof:
    "The proof does not fit. It is valid for one publisher (the account that sends), chain, registry, policy, base " +
    "and verifying key: check them with fti verify, or prove again.",
};

const HEX_DATA = /^0x([0-9a-fA-F]{8,})$/;

/** Providers nest revert data differently: the first hex string called `data` on the way down counts. */
function findRevertData(error: unknown, depth = 0): string | undefined {
  if (typeof error !== "object" || error === null || depth > 6) return undefined;
  const fields = error as Readonly<Record<string, unknown>>;
  const { data } = fields;
  if (typeof data === "string" && HEX_DATA.test(data)) return data;
  for (const key of ["data", "error", "info", "cause"]) {
    const found = findRevertData(fields[key], depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describe(value: unknown): string {
  return typeof value === "bigint" || typeof value === "string" ? value.toString() : JSON.stringify(value);
}

function asRegistryError(data: string, cause: unknown): RegistryError {
  const parsed = driftRegistryInterface.parseError(data);
  if (parsed === null) {
    return new RegistryError(`the registry refused the call with unknown data ${data.slice(0, 10)}`, {
      remedy: "Check that the address is that of a drift registry of this version.",
      cause,
    });
  }
  const args: unknown[] = [...(parsed.args as Iterable<unknown>)];
  const named = parsed.fragment.inputs.map((input, i) => `${input.name} ${describe(args[i])}`).join(", ");
  const remedy = REMEDIES[parsed.name];
  return new RegistryError(`the registry refused the call: ${parsed.name}(${named})`, {
    errorName: parsed.name,
    args,
    cause,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** The node's own words where ethers has none, else ethers's short message: not the dump of the request. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isError(error, "UNKNOWN_ERROR")) {
    const answer: unknown = error.error;
    if (typeof answer === "object" && answer !== null && "message" in answer) return String(answer.message);
  }
  return "shortMessage" in error && typeof error.shortMessage === "string" ? error.shortMessage : error.message;
}

/**
 * What an exception of a call or transaction means: `RegistryError` with the custom error's name and arguments if
 * the registry refused, `UnavailableError` if the chain could not be asked. Errors of this project stay as they are.
 */
export function decodeRegistryFailure(error: unknown): FtiError {
  if (error instanceof FtiError) return error;
  const data = findRevertData(error);
  if (data !== undefined) return asRegistryError(data, error);
  const message = describeFailure(error);
  if (isError(error, "BAD_DATA")) {
    return new RegistryError(`the answer is not that of a drift registry: ${message}`, {
      remedy: "Check the registry's address and the chain.",
      cause: error,
    });
  }
  if (isError(error, "CALL_EXCEPTION")) {
    return new RegistryError(`the call failed without a reason: ${message}`, { cause: error });
  }
  if (isError(error, "INSUFFICIENT_FUNDS") || /\b(enough|insufficient) funds\b/iu.test(message)) {
    return new RegistryError("the sender cannot pay for the transaction", {
      remedy: "Send from an account with enough funds.",
      cause: error,
    });
  }
  return new UnavailableError(`the RPC node could not be queried: ${message}`, {
    remedy: "Check the RPC address and the network, then try again.",
    cause: error,
  });
}
