import { parseArgs } from "node:util";

export const commands = ["up", "preview", "down", "status", "help"] as const;
export type Command = (typeof commands)[number];

/** What the command line asked for. */
export interface Options {
  readonly command: Command;
  readonly stack: string;
  /** A real cluster to use instead of a rehearsal. */
  readonly kubeconfig?: string;
  /** Print secret outputs in clear. @default false */
  readonly showSecrets?: true;
  /** Folder that holds rehearsals. @default .rehearsal in the project */
  readonly state?: string;
}

/** A command line that makes no sense; the message says what would. */
export class UsageError extends Error {}

/** Reads the command line. An empty value counts as absent, because make passes variables that may be empty. */
export function parse(line: readonly string[]): Options {
  const { values, positionals } = read(line);
  const command = values.help ? "help" : (positionals[0] ?? "help");
  if (!isCommand(command))
    throw new UsageError(`There is no command "${command}". The commands are: ${commands.join(", ")}.`);
  if (positionals.length > 1) throw new UsageError(`${command} takes no argument "${positionals[1]}".`);
  const stack = values.stack || "dev";
  if (!/^[a-z0-9][a-z0-9-]*$/.test(stack)) {
    throw new UsageError(
      `"${stack}" cannot be a stack: names are lower-case letters, digits and dashes, for example dev.`,
    );
  }
  return {
    command,
    stack,
    ...(values.kubeconfig && { kubeconfig: values.kubeconfig }),
    ...(values.state && { state: values.state }),
    ...(values["show-secrets"] && { showSecrets: true }),
  };
}

function read(line: readonly string[]) {
  try {
    return parseArgs({
      args: [...line],
      allowPositionals: true,
      options: {
        stack: { type: "string" },
        kubeconfig: { type: "string" },
        state: { type: "string" },
        "show-secrets": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function isCommand(word: string): word is Command {
  return (commands as readonly string[]).includes(word);
}
