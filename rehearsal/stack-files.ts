/** The stacks of the project: the one place that knows where their files lie. It depends on nothing, so tests of any kind can read it. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";

/** One system that the program can build. */
export interface StackFile {
  readonly stack: string;
  /** Absolute path of its `Pulumi.<stack>.yaml`. */
  readonly file: string;
}

const project = join(import.meta.dirname, "..");

/**
 * Every `Pulumi.<stack>.yaml` in the root and in the folders of `examples/`, those of the root first.
 * @param root the project, or in a test a folder like it
 * @throws Error naming both files when two say what the same stack is
 */
export function stackFiles(root = project): readonly StackFile[] {
  const found = [root, ...examples(root)].flatMap(stacksIn);
  const byStack = new Map<string, string>();
  for (const { stack, file } of found) {
    const other = byStack.get(stack);
    if (other !== undefined) {
      throw new Error(
        `Two files say what the stack "${stack}" is: ${relative(root, other)} and ${relative(root, file)}.\n` +
          "  Rename one of them: a stack's name is how it is found.",
      );
    }
    byStack.set(stack, file);
  }
  return found;
}

function examples(root: string): string[] {
  const folder = join(root, "examples");
  return entries(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .sort();
}

function stacksIn(folder: string): StackFile[] {
  return entries(folder)
    .flatMap(({ name }) => {
      const stack = /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1];
      return stack === undefined ? [] : [{ stack, file: join(folder, name) }];
    })
    .sort((a, b) => a.stack.localeCompare(b.stack));
}

/** A project need not have examples. */
function entries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
