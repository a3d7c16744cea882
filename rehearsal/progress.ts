/** Progress on standard error in one style: `✔ name  detail  12.3 s`, and `… name  detail  5 s` while it lasts. */

const terminal = process.stderr.isTTY;
/** Seconds between two lines about a step that still runs, where lines cannot be rewritten. */
const quietSeconds = 5;

/** Says what a step is doing now, in a few words. */
export type Note = (text: string) => void;

/**
 * Runs one step and reports it.
 * @param describe what to print when it is done; the name alone when absent
 */
export async function step<T>(
  name: string,
  work: (note: Note) => Promise<T>,
  describe?: (result: T) => string,
): Promise<T> {
  const started = Date.now();
  const elapsed = () => (Date.now() - started) / 1000;
  let detail = "";
  const show = terminal ? rewrite : print;
  const timer = setInterval(
    () => {
      show(line("…", name, detail, elapsed()));
    },
    terminal ? 200 : quietSeconds * 1000,
  );
  try {
    const result = await work((text) => (detail = text));
    clearInterval(timer);
    done(line("✔", name, describe?.(result) ?? "", elapsed()));
    return result;
  } catch (error) {
    clearInterval(timer);
    done(line("✘", name, "failed", elapsed()));
    throw error;
  }
}

/** Prints one line that belongs to no step. */
export function say(text: string): void {
  done(text);
}

/** `✔ etcd 3.7.1  built from its Go module  23.1 s` */
export function line(mark: string, name: string, detail: string, seconds: number): string {
  const time = seconds < 1 && mark === "✔" ? "" : `${seconds < 60 ? seconds.toFixed(1) : seconds.toFixed(0)} s`;
  return [`${mark} ${name.padEnd(28)}`, detail, time]
    .filter((part) => part !== "")
    .join("  ")
    .trimEnd();
}

function rewrite(text: string): void {
  process.stderr.write(`\r\u001b[2K${text.slice(0, process.stderr.columns - 1)}`);
}

function done(text: string): void {
  if (terminal) process.stderr.write("\r\u001b[2K");
  print(text);
}

function print(text: string): void {
  process.stderr.write(`${text}\n`);
}
