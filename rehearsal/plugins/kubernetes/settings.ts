/**
 * Pauses that only cost time in a rehearsal. The official plugin's values are 10 s and 1 s; conditions and numbers of
 * attempts are the same.
 */
export interface Pauses {
  /** Milliseconds that a Service's endpoints must have been still. */
  readonly endpointsSettle: number;
  /** Milliseconds before the second attempt of a request whose namespace or kind is missing; doubled each time. */
  readonly retry: number;
}

/**
 * Reads `AI_PLATFORM_ENDPOINTS_SETTLE_SECONDS` (default 0.5) and `AI_PLATFORM_RETRY_SECONDS` (default 0.25).
 * @throws Error when one is no number of seconds
 */
export function pausesFrom(environment: NodeJS.ProcessEnv): Pauses {
  return {
    endpointsSettle: seconds(environment, "AI_PLATFORM_ENDPOINTS_SETTLE_SECONDS", 0.5) * 1000,
    retry: seconds(environment, "AI_PLATFORM_RETRY_SECONDS", 0.25) * 1000,
  };
}

function seconds(environment: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = environment[name];
  if (!text) return fallback;
  const value = Number(text);
  if (!(value >= 0)) throw new Error(`${name} is "${text}"; it must be a number of seconds, 0 or more`);
  return value;
}
