import { expect } from "chai";
import type { FtiError } from "../../src/errors/errors.js";

type ErrorClass = abstract new (...args: never[]) => FtiError;

/** Expects an error of that class whose message holds every one of `parts`. */
export async function expectError(run: () => unknown, type: ErrorClass, ...parts: readonly string[]): Promise<void> {
  let error: unknown;
  try {
    await run();
  } catch (caught) {
    error = caught;
  }
  expect(error, "no error").to.be.instanceOf(type);
  const { message } = error as FtiError;
  for (const part of parts) expect(message).to.include(part);
}

/** The error with which a promise is rejected; fails if it is not. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome, "no error").to.be.instanceOf(Error);
  return outcome as Error;
}
