import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPlugins } from "../../../rehearsal/plugins/index.ts";
import { attempt } from "../../../rehearsal/process.ts";
import { ensureTools } from "../../../rehearsal/tools/index.ts";

/** Long enough for a first run, which builds the Pulumi CLI. */
const FIRST_RUN = 1_200_000;
/** The CLI, the program and its plugins start anew in each step. */
jest.setTimeout(300_000);

let folder: string;
let pulumi: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-e2e-"));
  ({ pulumi } = await ensureTools(["pulumi"]));
  await mkdir(join(folder, "state"));
  await symlink(join(__dirname, "..", "..", "..", "node_modules"), join(folder, "node_modules"));
  await installPlugins(join(folder, "home"));
  environment = {
    ...process.env,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "rehearsal",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  };
}, FIRST_RUN);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes a program and its stack; what it returns runs the CLI there. */
async function program(name: string, source: string, files: Readonly<Record<string, string>> = {}) {
  const cwd = join(folder, name);
  const all = {
    "Pulumi.yaml": `name: ${name}\nruntime: nodejs\n`,
    "package.json": JSON.stringify({ name, main: "index.ts" }),
    "index.ts": source,
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(join(cwd, path, ".."), { recursive: true });
    await writeFile(join(cwd, path), content);
  }
  const run = (...args: string[]) => attempt(pulumi, [...args, "--color", "never"], { cwd, env: environment });
  await run("stack", "init", "test");
  return run;
}

test("a program runs, shows its output and keeps its outputs, with no word about the plugins", async () => {
  const run = await program(
    "greeting",
    'console.log("hello");\nexport const stack = require("@pulumi/pulumi").getStack();',
  );
  const { code, stdout, stderr } = await run("up", "--yes", "--skip-preview");
  expect(code).toBe(0);
  expect(stdout).toContain("hello");
  expect(stdout).toContain('stack: "test"');
  expect(stdout + stderr).not.toMatch(/warning|\$PATH|plugin/);
});

test("an error of the program is reported once, with its message", async () => {
  const { code, stdout, stderr } = await (await program("broken", 'throw new Error("no such model");'))("preview");
  expect(code).not.toBe(0);
  const [, details = ""] = `${stdout}${stderr}`.split("Diagnostics:");
  expect(details.match(/no such model/g)).toHaveLength(1);
  expect(details).not.toContain("before it could report");
});

test("an error names the line of the program that it came from, past all that only types need", async () => {
  const source = `
interface Model {
  readonly name: string;
}

const models: readonly Model[] = [];
throw new Error(\`no model among \${models.length}\`);
`;
  const { stdout, stderr } = await (await program("located", source))("preview");
  expect(stdout + stderr).toContain("index.ts:7:7");
});

test("types are left to whoever checks them", async () => {
  const { code, stdout } = await (await program("mistyped", 'export const port: number = "8000";'))("preview");
  expect(code).toBe(0);
  expect(stdout).toContain('port: "8000"');
});

test("a program that ends itself without a word is reported with its exit code", async () => {
  const { code, stdout, stderr } = await (await program("silent", "process.exit(7);"))("preview");
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain("ended with exit code 7 before it could report an error");
});

test("random values and keys are made once, stay, and are secret in state", async () => {
  const source = `
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
export const password = new random.RandomPassword("password", { length: 20 }).result;
new tls.PrivateKey("key", { algorithm: "ED25519" });
`;
  const run = await program("secrets", source);
  expect((await run("up", "--yes", "--skip-preview")).code).toBe(0);
  const password = (await run("stack", "output", "password", "--show-secrets")).stdout.trim();
  expect(password).toHaveLength(20);
  const { stdout: state } = await run("stack", "export");
  expect(state).not.toContain(JSON.stringify(password));
  expect(state).not.toContain("PRIVATE KEY");
  expect((await run("preview", "--expect-no-changes")).code).toBe(0);
  expect((await run("destroy", "--yes")).code).toBe(0);
});

test("a policy pack whose packages lie further up refuses a stack, and its message reaches the user", async () => {
  const pack = `
import { PolicyPack } from "@pulumi/policy";
new PolicyPack("house", {
  policies: [{
    name: "no-pets", description: "Pets are not cattle.", enforcementLevel: "mandatory",
    validateResource: (args, report) => { if (args.type.endsWith("RandomPet")) report("rename " + args.props.separator); },
  }],
});
`;
  const files = {
    "pack/PulumiPolicy.yaml": "runtime: nodejs\n",
    "pack/package.json": JSON.stringify({ name: "house", version: "1.0.0", main: "index.ts" }),
    "pack/index.ts": pack,
  };
  const run = await program("governed", 'new (require("@pulumi/random").RandomPet)("rex", { separator: "_" });', files);
  const { code, stdout } = await run("preview", "--policy-pack", "pack");
  expect(code).not.toBe(0);
  expect(stdout).toContain("no-pets");
  expect(stdout).toContain("rename _");
});
