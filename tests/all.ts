// Runs the checks of the project, two at a time, and ends with one line of totals:
//   npm test                 all of them
//   npm test -- check        those that need no cluster
//   npm test -- lint unit    only the named ones
// What a step prints is shown when it fails; its counts come from the tools' own reports.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { attempt, endOnSignal } from "../rehearsal/process.ts";
import { step as show } from "../rehearsal/progress.ts";
import { cacheFolder } from "../rehearsal/tools/cache.ts";

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Part of the fast loop: it needs neither a cluster nor the tools for one. */
  readonly check?: true;
  /** Uses every core of the machine: nothing runs beside it. */
  readonly alone?: true;
  /** Reads the counts of a finished step; without it the step counts as one check. */
  readonly counts?: (report: string) => Counts;
  /** Says why this machine cannot run the step, if it cannot. */
  readonly obstacle?: () => string | undefined;
}

/** Steps that run at the same time. Most use one core; the gateway's tests mostly wait. */
const lanes = 2;
const folder = mkdtempSync(join(tmpdir(), "ai-platform-tests-"));
const report = (name: string) => join(folder, name);
const checkoutKey = createHash("sha256").update(process.cwd()).digest("hex").slice(0, 12);
/** What a tool remembers of this checkout; each of them notices by itself when it has another version than what it reads there. */
const cache = (name: string) => join(cacheFolder(), "checks", checkoutKey, name);
const jest = (name: string, ...args: string[]): Step => ({
  name,
  command: ["npx", "jest", "--json", `--outputFile=${report(name)}`, ...args],
  counts: jestCounts,
});
const types = (name: string, project: string): Step => ({
  name,
  command: ["npx", "tsc", "--noEmit", "-p", project, "--incremental", "--tsBuildInfoFile", cache(name)],
  check: true,
});

const realNode = "tests/rehearsal/node.*\\.e2e\\.test\\.ts$";

/** The longest first, so that no lane is left with one at the end. */
const steps: readonly Step[] = [
  // Here rather than in the first test that needs one: on a fresh machine it takes minutes, and shows them.
  { name: "tools", command: ["node", "rehearsal/tools/main.ts"], alone: true },
  {
    name: "backend",
    command: ["apps/backend/test.sh", `--junitxml=${report("backend")}`],
    counts: pytestCounts,
  },
  { ...jest("unit", "--testPathIgnorePatterns", "\\.e2e\\.test\\.ts$"), check: true },
  // Without a cache: what a rule says of a file depends on the types in others.
  { name: "lint", command: ["npx", "eslint", "."], check: true },
  types("types", "."),
  types("types of the rehearsal", "rehearsal"),
  {
    name: "format",
    command: ["npx", "prettier", "--check", "--log-level=warn", "--cache", `--cache-location=${cache("format")}`, "."],
    check: true,
  },
  // One at a time: each of them boots clusters.
  jest(
    "end-to-end",
    ...["--runInBand", "--testPathPatterns", "tests/(plugins|rehearsal)/.*\\.e2e\\.test\\.ts$"],
    ...["--testPathIgnorePatterns", realNode],
  ),
  {
    ...jest("real node", "--runInBand", "--testPathPatterns", realNode),
    alone: true,
    obstacle: () => rootOnLinux("a real node takes namespaces, mounts and control groups"),
  },
  {
    ...jest("drills", "--runInBand", "--testPathPatterns", "tests/drills/.*\\.e2e\\.test\\.ts$"),
    obstacle: () => rootOnLinux("drills give each server a network of its own"),
  },
];

/** Why this machine cannot do what only root on Linux can. */
function rootOnLinux(why: string): string | undefined {
  return process.platform === "linux" && process.getuid?.() === 0 ? undefined : `${why}, which takes root on Linux`;
}

endOnSignal();
void main(process.argv.slice(2)).then((code) => (process.exitCode = code));

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => name !== "check" && !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no step ${unknown.join(", ")}. The steps are: ${steps.map(({ name }) => name).join(", ")}.`,
    );
    return 2;
  }
  const chosen = steps.filter(
    ({ name, check }) => names.length === 0 || names.includes(name) || (check && names.includes("check")),
  );
  const obstacles = chosen.flatMap(({ name, obstacle }) => {
    const reason = obstacle?.();
    return reason === undefined ? [] : [{ name, reason }];
  });
  const results = await runAll(chosen.filter(({ name }) => !obstacles.some((one) => one.name === name)));
  rmSync(folder, { recursive: true });
  for (const { name, reason } of obstacles) console.log(`– ${name.padEnd(28)}  left out: ${reason}`);
  const total = (key: keyof Counts) => results.reduce((sum, result) => sum + result[key], 0);
  const skipped = obstacles.length > 0 ? `, ${obstacles.length} skipped` : "";
  console.log(`${total("passed")} passed, ${total("failed")} failed${skipped}`);
  return total("failed") > 0 ? 1 : 0;
}

async function runAll(chosen: readonly Step[]): Promise<readonly Counts[]> {
  const results: Counts[] = [];
  for (const step of chosen.filter(({ alone }) => alone)) results.push(await run(step));
  const waiting = chosen.filter(({ alone }) => !alone);
  const lane = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) results.push(await run(step));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** Runs a step and shows how it ended; all that it printed only when it failed. */
async function run({ name, command, counts }: Step): Promise<Counts> {
  let output = "";
  let result: Counts = { passed: 0, failed: 1 };
  try {
    await show(
      name,
      async (note) => {
        // Both of its outputs as one, in the order in which they came.
        const merged = ["-c", 'exec "$@" 1>&2', "sh", ...command];
        const onLine = (line: string) => /^\S/.test(line) && note(line);
        const { code, stderr } = await attempt("/bin/sh", merged, { onLine });
        output = stderr;
        result = totals(name, code === 0, counts);
        if (result.failed > 0) throw new Error(`${name} failed`);
      },
      () => `${result.passed} passed`,
    );
  } catch {
    console.log(`${output}\n── the end of ${name}: ${result.passed} passed, ${result.failed} failed\n`);
  }
  return result;
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
