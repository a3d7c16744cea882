import { readFile, writeFile } from "node:fs/promises";
import { parse, stringify } from "yaml";

interface StackFile {
  readonly config?: Readonly<Record<string, unknown>>;
  /** Keys the engine adds for its secrets. */
  readonly [key: string]: unknown;
}

const artifacts = "ai-platform:artifacts";

/**
 * A rehearsal's stack file: the repository's, with charts from a mirror unless it names its own, and with the encryption
 * salt of the previous rehearsal, without which the engine could not read its state.
 */
export function rehearsalStackFile(original: string, previous: string, chartMirror: string): string {
  const { config = {}, ...own } = (parse(original) ?? {}) as StackFile;
  const { config: _, ...engine } = (parse(previous) ?? {}) as StackFile;
  const named = (config[artifacts] ?? {}) as Readonly<Record<string, unknown>>;
  return stringify({ ...own, ...engine, config: { ...config, [artifacts]: { chartMirror, ...named } } });
}

/** Writes {@link rehearsalStackFile}. */
export async function writeRehearsalStackFile(from: string, to: string, chartMirror: string): Promise<void> {
  const previous = await readFile(to, "utf8").catch(() => "");
  await writeFile(to, rehearsalStackFile(await readFile(from, "utf8"), previous, chartMirror));
}
