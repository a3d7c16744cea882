/** Progress on standard error in one style: `✔ name  detail  12.3 s`, and `… name  detail  5 s` while it lasts. */

const terminal = process.stderr.isTTY;
/** Seconds between two lines about a step that still runs, where lines cannot be rewritten. */
const quietSeconds = 5;

/** The steps that run now, each as the line to show for it: a terminal shows them all in one. */
const running = new Set<() => string>();

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
  const now = () => line("…", name, detail, elapsed());
  const end = (text: string) => {
    clearInterval(timer);
    running.delete(now);
    done(text);
  };
  running.add(now);
  const timer = setInterval(
    () => {
      if (terminal) rewrite([...running].map((text) => text()));
      else print(now());
    },
    terminal ? 200 : quietSeconds * 1000,
  );
  try {
    const result = await work((text) => (detail = text));
    end(line("✔", name, describe?.(result) ?? "", elapsed()));
    return result;
  } catch (error) {
    end(line("✘", name, "failed", elapsed()));
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

function rewrite(lines: readonly string[]): void {
  const text = lines.length === 1 ? lines.join("") : lines.map((one) => one.replaceAll(/ {2,}/g, " ")).join("  ");
  process.stderr.write(`\r\u001b[2K${text.slice(0, process.stderr.columns - 1)}`);
}

function done(text: string): void {
  if (terminal) process.stderr.write("\r\u001b[2K");
  print(text);
}

function print(text: string): void {
  process.stderr.write(`${text}\n`);
}
