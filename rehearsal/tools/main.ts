/** `node rehearsal/tools/main.ts [tool...]` makes the named tools, or all that this machine can use, and prints where they are. */
import { endOnSignal } from "../process.ts";
import { ensureTools, type ToolName } from "./index.ts";
import { type Tool, thisPlatform, tools } from "./table.ts";

endOnSignal();
const known = Object.keys(tools) as ToolName[];
const wanted = process.argv.slice(2);
const usable = known.filter((name) => {
  const { onlyOn = thisPlatform().os }: Tool = tools[name];
  return onlyOn === thisPlatform().os;
});
const unknown = wanted.filter((name) => !known.includes(name as ToolName));
if (unknown.length > 0) {
  process.stderr.write(`There is no tool ${unknown.join(", ")}. The tools are: ${known.join(", ")}.\n`);
  process.exit(2);
}
try {
  const paths = await ensureTools(wanted.length > 0 ? (wanted as ToolName[]) : usable);
  Object.entries(paths).forEach(([name, path]) => process.stdout.write(`${name} ${path}\n`));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
