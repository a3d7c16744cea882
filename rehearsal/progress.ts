/** Progress on standard error in one style: `✔ name  detail  12.3 s`, and `… name  detail  5 s` while it lasts. */

const terminal = process.stderr.isTTY;
/** Where lines cannot be rewritten: seconds after which a step that still runs says what is new, and says that nothing is. */
const news = 5;
const noNews = 30;

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
  const timer = terminal ? setInterval(rewrite, 200) : sayWhatIsNew(now, () => detail);
  try {
    const result = await work((text) => (detail = text));
    end(line("✔", name, describe?.(result) ?? "", elapsed()));
    return result;
  } catch (error) {
    end(line("✘", name, "failed", elapsed()));
    throw error;
  }
}

function sayWhatIsNew(now: () => string, detail: () => string): NodeJS.Timeout {
  let said: string | undefined;
  let silence = 0;
  return setInterval(() => {
    silence += news;
    if (detail() === said && silence < noNews) return;
    said = detail();
    silence = 0;
    print(now());
  }, news * 1000);
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

function rewrite(): void {
  const lines = [...running].map((now) => now());
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
