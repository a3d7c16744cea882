import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Compiler } from "../../../rehearsal/plugins/language/compiler.ts";

let folder: string;
let program: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "compiler-"));
  program = join(folder, "index.ts");
  await writeFile(program, 'import { name } from "./other";\nexport const greeting: string = `hello ${name}`;\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const kept = () => join(folder, "kept");

test("a file becomes CommonJS without types, with a map of its lines", () => {
  const code = new Compiler(kept()).compile(program);
  expect(code).toContain('require("./other")');
  expect(code).not.toContain(": string");
  expect(code).toContain("//# sourceMappingURL=data:application/json");
});

test("a file is compiled once: the next process takes what was kept", async () => {
  const code = new Compiler(kept()).compile(program);
  const [file = ""] = await readdir(kept());
  const text = await readFile(join(kept(), file), "utf8");
  await writeFile(join(kept(), file), text.replace("hello", "kept"));
  expect(new Compiler(kept()).compile(program)).toBe(code.replace("hello", "kept"));
});

test("a changed file is compiled anew, in the place of the old one", async () => {
  new Compiler(kept()).compile(program);
  await writeFile(program, "export const greeting = 'goodbye';\n");
  expect(new Compiler(kept()).compile(program)).toContain("goodbye");
  expect(await readdir(kept())).toHaveLength(1);
});

test("what a file has become is known for stack traces, and nothing of other files", () => {
  const compiler = new Compiler(kept());
  const code = compiler.compile(program);
  expect(compiler.compiled(program)).toBe(code);
  expect(compiler.compiled(join(folder, "other.ts"))).toBeNull();
});
