import { isError } from "ethers";

/** How often and how patiently a node is asked again. */
export interface RetryPolicy {
  /** Attempts in all, at least 1. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Milliseconds after which an attempt is given up for lost. */
  readonly timeoutMs: number;
  /** Waits; injected so that tests need not. */
  readonly sleep: (ms: number) => Promise<void>;
}

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 5,
  firstDelayMs: 250,
  maxDelayMs: 8_000,
  timeoutMs: 30_000,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Whether the same question may get an answer later: the network failed, or the node asks for patience. */
export function isTransient(error: unknown): boolean {
  if (isError(error, "NETWORK_ERROR") || isError(error, "TIMEOUT") || isError(error, "SERVER_ERROR")) return true;
  const text = messageOf(error);
  return /rate limit|too many requests|\b(429|502|503|504)\b|timed? ?out|temporar|econnreset|econnrefused|fetch failed|header not found/iu.test(
    text,
  );
}

/** Asks again while the failure is transient, with exponential back-off; then throws the last failure. */
export async function withRetry<T>(ask: () => Promise<T>, policy: RetryPolicy): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await within(policy.timeoutMs, ask());
    } catch (error) {
      if (attempt >= policy.attempts || !isTransient(error)) throw error;
      await policy.sleep(Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempt - 1)));
    }
  }
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms: timed out`)), ms);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** All words of an error that a provider may have wrapped several times. */
export function messageOf(error: unknown, depth = 0): string {
  if (typeof error === "string") return error;
  if (typeof error !== "object" || error === null || depth > 5) return "";
  const fields = error as Readonly<Record<string, unknown>>;
  const own = typeof fields["message"] === "string" ? fields["message"] : "";
  return [own, ...["error", "info", "cause"].map((key) => messageOf(fields[key], depth + 1))].join(" ");
}
