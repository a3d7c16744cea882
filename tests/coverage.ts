// Writes docs/coverage.md: which requirement rows have a passing test that names them. Reads the reports of the tests that ran:
//   node tests/coverage.ts <jest report.json> ...
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface System {
  readonly system: string;
  readonly example: string;
  /** Row id to what it asks for. */
  readonly rows: Readonly<Record<string, string>>;
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

const root = join(process.argv[1] ?? "", "../..");
const systems = JSON.parse(readFileSync(join(root, "tests/requirements/rows.json"), "utf8")) as Record<string, System>;
/** Rows that no program can carry, with the reason. */
const outside = JSON.parse(readFileSync(join(root, "tests/requirements/outside.json"), "utf8")) as Record<
  string,
  string
>;

const tests = provenRows(process.argv.slice(2));
writeFileSync(join(root, "docs/coverage.md"), page(tests));
for (const [letter, { system, rows }] of Object.entries(systems)) {
  console.log(`${system}: ${count(letter, rows)} of ${Object.keys(rows).length} rows`);
}

/** Row id to the passing tests that name it. */
function provenRows(reports: readonly string[]): Map<string, string[]> {
  const names = reports
    .map((file) => JSON.parse(readFileSync(file, "utf8")) as Report)
    .flatMap(({ testResults }) => testResults.flatMap(({ assertionResults }) => assertionResults))
    .filter(({ status }) => status === "passed")
    .map(({ fullName }) => fullName);
  const byRow = new Map<string, string[]>();
  for (const name of names)
    for (const [row] of name.matchAll(/\b[A-E]\d{1,3}\b/g)) byRow.set(row, [...(byRow.get(row) ?? []), name]);
  return byRow;
}

function count(letter: string, rows: System["rows"]): number {
  return Object.keys(rows).filter((row) => row.startsWith(letter) && tests.has(row)).length;
}

function page(proven: ReadonlyMap<string, string[]>): string {
  return [
    "# Requirement rows and the tests that name them",
    "",
    "Written by `make coverage` from the tests that ran. A row counts when a passing test with its id in the name asserts its values.",
    "",
    "| system | rows | with a passing test | that no program can carry |",
    "| --- | --- | --- | --- |",
    ...Object.entries(systems).map(([letter, { system, rows }]) => {
      const ids = Object.keys(rows);
      return `| ${system} | ${ids.length} | ${count(letter, rows)} | ${ids.filter((id) => id in outside).length} |`;
    }),
    "",
    ...Object.values(systems).flatMap(({ system, rows }) => section(system, rows, proven)),
  ].join("\n");
}

function section(system: string, rows: System["rows"], proven: ReadonlyMap<string, string[]>): string[] {
  const lines = Object.entries(rows).map(([id, text]) => {
    const [test] = proven.get(id) ?? [];
    const note = outside[id];
    return `| ${id} | ${text} | ${test ?? (note ? `outside: ${note}` : "open")} |`;
  });
  return [`## ${system}`, "", "| row | asks for | test |", "| --- | --- | --- |", ...lines, ""];
}
