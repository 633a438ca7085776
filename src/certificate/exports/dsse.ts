/** A Dead Simple Signing Envelope (github.com/secure-systems-lab/dsse, v1.0.2). */
export interface DsseEnvelope {
  readonly payloadType: string;
  /** Base64 of the payload's bytes. */
  readonly payload: string;
  readonly signatures: readonly DsseSignature[];
}

export interface DsseSignature {
  readonly keyid: string;
  /** Base64. */
  readonly sig: string;
}

export const IN_TOTO_PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** What is signed: `"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body`, lengths in bytes. */
export function preAuthEncoding(payloadType: string, body: Uint8Array): Uint8Array {
  const encoder = new TextEncoder();
  const type = encoder.encode(payloadType);
  const head = encoder.encode(`DSSEv1 ${type.length} ${payloadType} ${body.length} `);
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  return whole;
}
