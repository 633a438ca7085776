import { decodeBase64, encodeBase64, getBytes, hexlify, verifyMessage, type Signer } from "ethers";
import { z } from "zod";
import { IN_TOTO_PAYLOAD_TYPE, preAuthEncoding, type DsseEnvelope } from "./dsse.js";
import type { Hex } from "../../algebra/hex.js";
import { FormatError } from "../../errors/errors.js";
import { firstIssue } from "../../errors/first-issue.js";
import type { InTotoStatement } from "./in-toto-statement.js";

/**
 * Puts a statement into an envelope, signed by an Ethereum account if there is one. The signature is EIP-191's
 * (`personal_sign`) over the pre-authentication encoding, so that wallets can make it; the key id is the address.
 */
export async function sealStatement(statement: InTotoStatement, signer?: Signer): Promise<DsseEnvelope> {
  const body = new TextEncoder().encode(JSON.stringify(statement));
  const payload = encodeBase64(body);
  if (signer === undefined) return { payloadType: IN_TOTO_PAYLOAD_TYPE, payload, signatures: [] };
  const signature = await signer.signMessage(preAuthEncoding(IN_TOTO_PAYLOAD_TYPE, body));
  const keyid = (await signer.getAddress()).toLowerCase();
  return {
    payloadType: IN_TOTO_PAYLOAD_TYPE,
    payload,
    signatures: [{ keyid, sig: encodeBase64(getBytes(signature)) }],
  };
}

const envelopeSchema = z
  .object({
    payloadType: z.literal(IN_TOTO_PAYLOAD_TYPE),
    payload: z.base64(),
    signatures: z.array(z.object({ keyid: z.string(), sig: z.base64() }).strict()),
  })
  .strict();

/**
 * Opens an envelope: its payload as text, and the accounts whose signatures are right. Throws `FormatError` for what is no
 * envelope, and for a signature that is not that of its key id: an envelope with a wrong one is not to be used.
 */
export function openEnvelope(text: string, path: string): { readonly statement: unknown; readonly signers: Hex[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(path, "is not JSON", { cause });
  }
  const parsed = envelopeSchema.safeParse(json);
  if (!parsed.success) {
    throw new FormatError(path, `is not the envelope of an in-toto statement: ${firstIssue(parsed.error)}`, {
      cause: parsed.error,
    });
  }
  const { payloadType, payload, signatures } = parsed.data;
  const body = decodeBase64(payload);
  const signed = preAuthEncoding(payloadType, body);
  const signers = signatures.map(({ keyid, sig }): Hex => {
    let actual: string;
    try {
      actual = verifyMessage(signed, hexlify(decodeBase64(sig))).toLowerCase();
    } catch (cause) {
      throw new FormatError(path, `the signature of ${keyid} cannot be read`, { cause });
    }
    if (actual !== keyid.toLowerCase()) throw new FormatError(path, `the signature is not that of ${keyid}`);
    return actual as Hex;
  });
  try {
    return { statement: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)), signers };
  } catch (cause) {
    throw new FormatError(path, "its payload is not JSON", { cause });
  }
}
