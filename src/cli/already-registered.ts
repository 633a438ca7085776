import type { Provider } from "ethers";
import type { Hex } from "../algebra/hex.js";
import { RegistryError, UnavailableError } from "../errors/errors.js";
import type { Answer } from "../registry/abi-types.js";
import type { DriftRegistryClient } from "../registry/client.js";
import { findInclusion } from "../registry/find-inclusion.js";
import type { Inclusion } from "../registry/call.js";
import { topicsOf, type Topics } from "../registry/logs/events.js";
import { statusOf } from "../registry/records.js";
import type { Outcome, Session } from "./session.js";

/** Seconds. What was asked for in days may have been asked for a day ago. */
const DAY = 86_400;

/** Where things are registered, and who asks. Addresses in lower case. */
export interface Place {
  readonly client: DriftRegistryClient;
  readonly provider: Provider;
  readonly sender: Hex;
  readonly session: Session;
}

/**
 * A model that is registered, in place of the transaction that would have done it. Throws `RegistryError` where it is not
 * registered as was asked: a model cannot be restricted, or freed, later.
 */
export async function modelAlreadyRegistered(
  modelId: Hex,
  { registrant, isRestricted, registeredAt }: Answer<"model">,
  asked: { readonly isRestricted: boolean; readonly uri: string | undefined },
  place: Place,
): Promise<Outcome> {
  const { client, sender, session } = place;
  const isOwn = registrant.toLowerCase() === sender;
  if (isRestricted !== asked.isRestricted || (isRestricted && !isOwn)) {
    const how = isRestricted ? `restricted, by ${registrant}` : "not restricted";
    throw new RegistryError(`the model is registered already, ${how}, and that cannot be changed`, {
      errorName: "ModelAlreadyRegistered",
      args: [modelId],
      remedy: isRestricted
        ? "Ask its registrant to allow your account, or register without other terms if it is yours."
        : "Register it without --restricted, or a model that nobody has registered.",
    });
  }
  const { uri } = asked;
  if (uri !== undefined && !(await client.findManifestUris(modelId)).includes(uri)) {
    session.note(`The address ${uri} was not published: the model was registered without it.`);
  }
  const inclusion = await inclusionOrNone(place, topicsOf("ModelRegistered", [modelId]), Number(registeredAt));
  const words = isOwn ? "The model is registered already" : `The model is registered already, by ${registrant}`;
  return already(words, { modelId }, inclusion, session);
}

/** As `modelAlreadyRegistered`. The registry keeps no time of a policy, so its transaction is not looked for. */
export function policyAlreadyRegistered(policyId: Hex, session: Session): Outcome {
  return already("The policy is registered already", { policyId }, undefined, session);
}

/**
 * As `modelAlreadyRegistered`, of the sender's certificate. Throws `RegistryError` if it has ended.
 * `expiresAt`: what was asked for, in seconds since 1970.
 */
export async function certificateAlreadyRegistered(
  ids: { readonly certificateId: Hex; readonly tunedModelId: Hex },
  record: Answer<"certificate">,
  asked: { readonly expiresAt: number | undefined },
  place: Place,
): Promise<Outcome> {
  const { session } = place;
  const { certificateId } = ids;
  const status = statusOf(record.status);
  if (status !== "active") {
    throw new RegistryError(`the certificate is registered already, and ${status}: it certifies nothing`, {
      errorName: "CertificateAlreadyRegistered",
      args: [certificateId],
      remedy: "It cannot be registered again. Prove the fine-tune under another policy.",
    });
  }
  const expiresAt = record.expiresAt === 0n ? undefined : Number(record.expiresAt);
  if (Math.abs((expiresAt ?? Infinity) - (asked.expiresAt ?? Infinity)) > DAY) {
    session.note(`It was registered to expire ${dateOf(expiresAt)}, not ${dateOf(asked.expiresAt)}.`);
  }
  const topics = topicsOf("CertificateRegistered", [null, null, certificateId]);
  const inclusion = await inclusionOrNone(place, topics, Number(record.registeredAt));
  return already("The certificate is registered already", ids, inclusion, session);
}

function already(
  words: string,
  ids: Readonly<Record<string, Hex>>,
  inclusion: Inclusion | undefined,
  { colors }: Session,
): Outcome {
  return {
    exitCode: 0,
    json: { alreadyRegistered: true, ...ids, ...inclusion },
    lines: [
      colors.bold(words),
      ...Object.entries(ids).map(([name, id]) => `  ${name} ${id}`),
      ...(inclusion === undefined
        ? []
        : [`  block ${inclusion.blockNumber}, transaction ${inclusion.transactionHash}`]),
    ],
  };
}

/** That it is registered does not depend on the node's old blocks and logs. */
async function inclusionOrNone(
  { client, provider }: Place,
  topics: Topics,
  registeredAt: number,
): Promise<Inclusion | undefined> {
  try {
    return await findInclusion(provider, client.events, topics, registeredAt);
  } catch (error) {
    if (error instanceof UnavailableError || error instanceof RegistryError) return undefined;
    throw error;
  }
}

function dateOf(seconds: number | undefined): string {
  return seconds === undefined ? "never" : `on ${new Date(seconds * 1000).toISOString().slice(0, 10)}`;
}
