// Runs every check of the project in turn, cheapest first, and ends with one line of totals:
//   npm test                 all of them
//   npm test -- lint unit    only the named ones
// Each step's output goes to the screen; its counts come from the tools' own reports.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Reads the counts of a finished step; without it the step counts as one check. */
  readonly counts?: (report: string) => Counts;
  /** Says why this machine cannot run the step, if it cannot. */
  readonly obstacle?: () => string | undefined;
}

const folder = mkdtempSync(join(tmpdir(), "ai-platform-tests-"));
const report = (name: string) => join(folder, name);
const jest = (name: string, ...args: string[]): Step => ({
  name,
  command: ["npx", "jest", "--json", `--outputFile=${report(name)}`, ...args],
  counts: jestCounts,
});

const steps: readonly Step[] = [
  { name: "format", command: ["npx", "prettier", "--check", "--log-level", "warn", "."] },
  { name: "lint", command: ["npx", "eslint", "."] },
  { name: "types", command: ["npx", "tsc", "--noEmit"] },
  { name: "types of the rehearsal", command: ["npx", "tsc", "--noEmit", "-p", "rehearsal"] },
  // Here rather than in the first test that needs one: on a fresh machine it takes minutes, and shows them.
  { name: "tools", command: ["node", "rehearsal/tools/main.ts"] },
  jest("unit", "--testPathIgnorePatterns", "\\.e2e\\.test\\.ts$"),
  {
    name: "backend",
    command: ["apps/backend/test.sh", `--junitxml=${report("backend")}`],
    counts: pytestCounts,
  },
  // One at a time: each of them boots clusters.
  jest("end-to-end", "--runInBand", "--testPathPatterns", "tests/(plugins|rehearsal)/.*\\.e2e\\.test\\.ts$"),
  {
    ...jest("drills", "--runInBand", "--testPathPatterns", "tests/drills/.*\\.e2e\\.test\\.ts$"),
    obstacle: () =>
      process.platform === "linux" && process.getuid?.() === 0
        ? undefined
        : "drills give each server a network of its own, which takes root on Linux",
  },
];

process.exitCode = main(process.argv.slice(2));

function main(names: readonly string[]): number {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no step ${unknown.join(", ")}. The steps are: ${steps.map(({ name }) => name).join(", ")}.`,
    );
    return 2;
  }
  const chosen = steps.filter(({ name }) => names.length === 0 || names.includes(name));
  const leftOut = chosen.flatMap(({ name, obstacle }) => {
    const reason = obstacle?.();
    return reason === undefined ? [] : [{ name, reason }];
  });
  const results = chosen.filter(({ name }) => !leftOut.some((step) => step.name === name)).map(run);
  rmSync(folder, { recursive: true });
  console.log(`\n${results.map(({ line }) => line).join("\n")}`);
  const total = (key: keyof Counts) => results.reduce((sum, result) => sum + result[key], 0);
  for (const { name, reason } of leftOut) console.log(`– ${name.padEnd(24)} left out: ${reason}`);
  const skipped = leftOut.length > 0 ? `, ${leftOut.length} skipped` : "";
  console.log(`${total("passed")} passed, ${total("failed")} failed${skipped}`);
  return total("failed") > 0 ? 1 : 0;
}

function run({ name, command: [program = "", ...args], counts }: Step): Counts & { line: string } {
  console.log(`\n── ${name}`);
  const started = Date.now();
  const { status } = spawnSync(program, args, { stdio: "inherit" });
  const { passed, failed } = totals(name, status === 0, counts);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const mark = failed > 0 ? "✘" : "✔";
  return { passed, failed, line: `${mark} ${name.padEnd(24)} ${passed} passed, ${failed} failed  ${seconds} s` };
}

/** A step that failed without a failed test (a crash, a missing tool) is one failure; one that ran no test is, too. */
function totals(name: string, succeeded: boolean, counts: Step["counts"]): Counts {
  if (!counts) return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const found = read(name, counts);
  const nothingRan = found.passed + found.failed === 0;
  return (succeeded && !nothingRan) || found.failed > 0 ? found : { ...found, failed: 1 };
}

function read(name: string, counts: (text: string) => Counts): Counts {
  try {
    return counts(readFileSync(report(name), "utf8"));
  } catch {
    return { passed: 0, failed: 0 };
  }
}

function jestCounts(text: string): Counts {
  const result = JSON.parse(text) as {
    numPassedTests: number;
    numFailedTests: number;
    numRuntimeErrorTestSuites: number;
  };
  return { passed: result.numPassedTests, failed: result.numFailedTests + result.numRuntimeErrorTestSuites };
}

/** JUnit's attributes of the one suite that pytest writes. */
function pytestCounts(text: string): Counts {
  const attribute = (name: string) => Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(text)?.[1] ?? 0);
  const failed = attribute("failures") + attribute("errors");
  return { passed: attribute("tests") - failed - attribute("skipped"), failed };
}
