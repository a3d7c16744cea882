import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as Swc from "@swc/core";
import { cacheFolder } from "../../tools/cache.ts";

const require = createRequire(import.meta.url);
const swcVersion = (require("@swc/core/package.json") as { version: string }).version;

const options: Swc.Options = {
  swcrc: false,
  configFile: false,
  jsc: { parser: { syntax: "typescript" }, target: "es2023" },
  module: { type: "commonjs" },
  sourceMaps: "inline",
};
const salt = JSON.stringify([swcVersion, options]);

/** Makes CommonJS of TypeScript, each file once per change of it. */
export class Compiler {
  readonly #folder: string;
  readonly #done = new Map<string, string>();

  /** @param folder keeps one file for each one that was ever compiled */
  constructor(folder = join(cacheFolder(), "compiled")) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** What a file compiles to, with its source map. */
  compile(file: string): string {
    const source = readFileSync(file, "utf8");
    const key = `\n//${hash(salt + source)}`;
    const place = join(this.#folder, `${hash(file)}.js`);
    const code = read(place, key) ?? write(place, key, transform(source, file));
    this.#done.set(file, code);
    return code;
  }

  /** What {@link compile} has returned for a file; null when it was not asked. */
  compiled(file: string): string | null {
    return this.#done.get(file) ?? null;
  }
}

function transform(source: string, file: string): string {
  // Loaded late: most runs compile nothing.
  const swc = require("@swc/core") as typeof Swc;
  return swc.transformSync(source, { ...options, filename: file }).code;
}

/** A kept file's code; undefined when it belongs to another source. */
function read(place: string, key: string): string | undefined {
  try {
    const kept = readFileSync(place, "utf8");
    return kept.endsWith(key) ? kept.slice(0, -key.length) : undefined;
  } catch {
    return undefined;
  }
}

function write(place: string, key: string, code: string): string {
  // The program and the policies may compile the same file at once: each sees a whole one.
  const fresh = `${place}.${process.pid}`;
  writeFileSync(fresh, code + key);
  renameSync(fresh, place);
  return code;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
