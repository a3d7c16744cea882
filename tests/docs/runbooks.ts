import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

/** Names of the pages of docs/runbooks but its table of contents. */
export const pages: readonly string[] = readdirSync(join(ROOT, "docs/runbooks"))
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .map((file) => file.replace(/\.md$/, ""))
  .sort();

export function page(name: string): string {
  return readFileSync(join(ROOT, "docs/runbooks", `${name}.md`), "utf8");
}

/** The lines of a page's code blocks in one language. */
export function code(name: string, language: "sh" | "promql"): string[] {
  const blocks = page(name).matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"));
  return [...blocks].flatMap(([, block = ""]) => block.trim().split("\n"));
}

/** Names of all alerts that components declare, which they do in files of this name. */
export function declaredAlerts(): string[] {
  return [...new Set(sources("alerts.ts").flatMap((text) => texts(text, /^ +name: "(\w+)",$/gm)))].sort();
}

/** Names of all metrics that components declare. */
export function declaredMetrics(): string[] {
  return sources("metrics.ts").flatMap((text) => texts(text, /\b(?:gauge|counter|histogram)\("([\w:]+)"/g));
}

/** The components' files whose names end so. */
function sources(ending: string): string[] {
  return readdirSync(join(ROOT, "components"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(join(ROOT, "components", file), "utf8"));
}

function texts(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap(([, found]) => found ?? []);
}
