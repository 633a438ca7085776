import { expect } from "chai";
import type { Hex } from "../../../src/algebra/hex.js";
import { RegistryError } from "../../../src/errors/errors.js";
import type { CertifyParams, SegmentParams } from "../../../src/registry/encode.js";

/** A value in which a test changes whatever it likes. */
export type Mutable<T> = T extends bigint | string | number | boolean ? T : { -readonly [K in keyof T]: Mutable<T[K]> };

export type MutableParams = Omit<Mutable<CertifyParams>, "segments"> & { segments: MutableSegment[] };
export type MutableSegment = Mutable<SegmentParams>;

export function mutableCopy(params: CertifyParams): MutableParams {
  return structuredClone(params) as MutableParams;
}

/** The one segment of a copy. */
export function onlySegment(params: MutableParams): MutableSegment {
  const [segment] = params.segments;
  if (segment === undefined) throw new Error("the certificate has no segment");
  return segment;
}

/** Expects the registry to refuse with that custom error, and with those arguments if some are given. */
export async function expectRefusal(
  attempt: Promise<unknown>,
  errorName: string,
  args?: readonly (bigint | Hex)[],
): Promise<void> {
  const outcome: unknown = await attempt.then(
    () => "it was accepted",
    (error: unknown) => error,
  );
  if (!(outcome instanceof RegistryError)) {
    throw new Error(`expected ${errorName}, but ${String(outcome)}`, { cause: outcome });
  }
  expect(outcome.errorName, outcome.message).to.equal(errorName);
  if (args !== undefined) expect(outcome.args).to.deep.equal(args);
}
