import { relative } from "node:path";

import { stackFiles } from "../stack-files.ts";
import { kubectl } from "./access.ts";
import { type Options, parse, UsageError } from "./arguments.ts";
import { chat } from "./chat.ts";
import { down } from "./down.ts";
import { help } from "./help.ts";
import { logs } from "./logs.ts";
import { preview, up } from "./operations.ts";
import { status } from "./status.ts";
import { projectRoot, targetOf } from "./target.ts";
import { verify } from "./verify.ts";

const operations = { up, preview, down, status, verify };

/** Does what a command line asks for. Returns the exit code. */
export async function main(line: readonly string[]): Promise<number> {
  try {
    return await perform(parse(line));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const usage = error instanceof UsageError;
    process.stderr.write(`${error.message}\n${usage ? "  rehearsal/bootstrap.sh help shows what there is.\n" : ""}`);
    return usage ? 2 : 1;
  }
}

async function perform(options: Options): Promise<number> {
  switch (options.command) {
    case "help":
      return print(help);
    case "stacks":
      return print(`${JSON.stringify(stacks())}\n`);
    case "kubectl":
      return kubectl(await targetOf(options), options.rest ?? []);
    case "chat":
      return chat(await targetOf(options), options.rest ?? []);
    case "logs":
      return logs(await targetOf(options), options);
    default:
      return operations[options.command](await targetOf(options));
  }
}

/** Every stack and its file in words of the repository, for the matrices of CI. */
function stacks(): readonly { stack: string; file: string }[] {
  return stackFiles().map(({ stack, file }) => ({ stack, file: relative(projectRoot, file) }));
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
