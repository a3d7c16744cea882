import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { cacheFolder } from "../../../tools/cache.ts";
import type { Helm } from "./helm.ts";

/** What the plugin reads of a chart. */
export interface Contents {
  readonly name: string;
  readonly version: string;
  readonly type?: string;
  /** Of each definition in `crds/` what says where its objects live. */
  readonly definitions: readonly Definition[];
}

interface Definition {
  readonly kind: string;
  readonly spec: { readonly group: string; readonly scope: string; readonly names: { readonly kind: string } };
}

/** Changes with the shape of what is kept. */
const FORMAT = 1;

/**
 * Reads charts by Helm. The definitions of a large chart are megabytes of YAML, and every preview asks for them: what an
 * archive holds is kept under its checksum.
 */
export class ContentsReader {
  readonly #helm: Pick<Helm, "run">;
  readonly #folder: string;

  /** @param folder keeps what was read */
  constructor(helm: Pick<Helm, "run">, folder = join(cacheFolder(), "chart-contents", String(FORMAT))) {
    this.#helm = helm;
    this.#folder = folder;
  }

  /** @param path archive or folder */
  async read(path: string): Promise<Contents> {
    const archive = await readFile(path).catch(() => undefined);
    if (archive === undefined) return this.#ask(path);
    const place = join(this.#folder, `${createHash("sha256").update(archive).digest("hex")}.json`);
    const kept = await readFile(place, "utf8").catch(() => undefined);
    if (kept !== undefined) return JSON.parse(kept) as Contents;
    const contents = await this.#ask(path);
    await keep(place, JSON.stringify(contents));
    return contents;
  }

  async #ask(path: string): Promise<Contents> {
    const [chart, crds] = await Promise.all([
      this.#helm.run(["show", "chart", path]),
      this.#helm.run(["show", "crds", path]),
    ]);
    const { name, version, type } = parse(chart) as Contents;
    return { name, version, ...(type !== undefined && { type }), definitions: definitionsIn(crds) };
  }
}

function definitionsIn(text: string): Definition[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Definition | null)
    .filter((object): object is Definition => object?.kind === "CustomResourceDefinition")
    .map(({ kind, spec: { group, scope, names } }) => ({ kind, spec: { group, scope, names: { kind: names.kind } } }));
}

async function keep(place: string, text: string): Promise<void> {
  await mkdir(join(place, ".."), { recursive: true });
  // Another plugin may be reading: it sees the whole file or none.
  const fresh = `${place}.${process.pid}`;
  await writeFile(fresh, text);
  await rename(fresh, place);
}
