import { setTimeout as sleep } from "node:timers/promises";

/** Longest wait for one thing to happen, in seconds; many times what it takes, for a busy machine. */
const PATIENCE_SECONDS = 120;

/**
 * Waits until `observe` sees what it should. Tells what it saw last when that never comes.
 *
 * @throws Error naming what was awaited and the last observation
 */
export async function eventually<Seen>(
  awaited: string,
  observe: () => Promise<Seen>,
  isRight: (seen: Seen) => boolean,
): Promise<Seen> {
  const end = Date.now() + PATIENCE_SECONDS * 1000;
  let seen = await observe();
  while (!isRight(seen)) {
    if (Date.now() > end)
      throw new Error(`${awaited}: not seen within ${PATIENCE_SECONDS} s. Last seen: ${JSON.stringify(seen)}`);
    await sleep(500);
    seen = await observe();
  }
  return seen;
}
