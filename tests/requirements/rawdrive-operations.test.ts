import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { stacks, stackConfig, recordStack } from "../support/program";
import type { Recorded } from "../support/mocks";

/** The rows of RawDrive about where it lives and how it is operated; what `make verify` looks at is in a file of its own. */
const ROOT = resolve(__dirname, "../..");

let stack: Recorded;
beforeAll(async () => {
  stack = await recordStack("rawdrive");
});

test("A1 the application lives in namespace rawdrive, its scaled objects with it", () => {
  expect(stack.object("Namespace", "rawdrive").inputs["apiVersion"]).toBe("v1");
  const namespaces = stack
    .ofType("ScaledObject")
    .map(({ inputs }) => (inputs["metadata"] as { namespace: string }).namespace);
  expect(namespaces).toEqual(["rawdrive", "rawdrive"]);
});

test("A2 development runs the same program on a small cluster: one server of each store, the same services and routes", () => {
  const keys = (name: string, key: string) =>
    Object.keys(JSON.parse(stackConfig(name).texts[`ai-platform:${key}`] ?? "{}") as object);
  expect(keys("rawdrive-dev", "services")).toEqual(keys("rawdrive", "services"));
  expect(stackConfig("rawdrive-dev").texts["ai-platform:size"] ?? "dev").toBe("dev");
  expect(keys("rawdrive-dev", "stores")).toEqual(["postgres", "cache", "queue"]);
});

test("A3 both stacks are files of one program", () => {
  const files = new Map(stacks);
  expect(files.get("rawdrive")).toBe("examples/rawdrive/Pulumi.rawdrive.yaml");
  expect(files.get("rawdrive-dev")).toBe("examples/rawdrive/Pulumi.rawdrive-dev.yaml");
  expect(globSync("{Pulumi.yaml,examples/**/Pulumi.yaml}", { cwd: ROOT })).toEqual(["Pulumi.yaml"]);
});

test("A7 there is no compose file", () => {
  const exclude = ["node_modules/**", ".rehearsal/**"];
  expect(globSync("**/*{docker-compose,compose}*.{yml,yaml}", { cwd: ROOT, exclude })).toEqual([]);
});

/** What make would run. */
function recipe(...words: string[]): string {
  // These tests run below `make test`, whose flags are not this call's.
  const env = { ...process.env, MAKEFLAGS: "", MAKELEVEL: "" };
  return execFileSync("make", ["--dry-run", ...words], { cwd: ROOT, encoding: "utf8", env }).trim();
}

test("A69 one command starts the development stack and returns", () => {
  expect(recipe("up", "STACK=rawdrive-dev")).toBe('rehearsal/bootstrap.sh up --stack "rawdrive-dev"');
  expect(readFileSync(resolve(ROOT, "examples/rawdrive/README.md"), "utf8")).toContain("make up STACK=rawdrive-dev");
});

test("A70 one command deploys everything to a cluster, after a preview", () => {
  const cluster = ["STACK=rawdrive", "KUBECONFIG=cluster.yaml"];
  const options = '--stack "rawdrive" --kubeconfig "cluster.yaml"';
  expect(recipe("preview", ...cluster)).toBe(`rehearsal/bootstrap.sh preview ${options}`);
  expect(recipe("up", ...cluster)).toBe(`rehearsal/bootstrap.sh up ${options}`);
});
