import { parseArgs } from "node:util";

export const commands = [
  "up",
  "preview",
  "down",
  "status",
  "verify",
  "logs",
  "kubectl",
  "chat",
  "stacks",
  "help",
] as const;
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
  /** Whose logs to show. */
  readonly service?: string;
  /** Show logs as they come. @default false */
  readonly follow?: true;
  /** What goes to kubectl, or to the chat, as it is. */
  readonly rest?: readonly string[];
}

/** Commands whose further words go to another program. */
const passOn: readonly Command[] = ["kubectl", "chat"];

/** A command line that makes no sense; the message says what would. */
export class UsageError extends Error {}

/** Reads the command line. An empty value counts as absent, because make passes variables that may be empty. */
export function parse(line: readonly string[]): Options {
  const { values, positionals } = read(line);
  const [word = "help", ...rest] = positionals;
  const command = commandNamed(values.help ? "help" : word);
  const passesOn = passOn.includes(command);
  refuseArguments(command, passesOn ? [] : rest);
  return {
    command,
    stack: stackNamed(values.stack || "dev"),
    ...(values.kubeconfig && { kubeconfig: values.kubeconfig }),
    ...(values.state && { state: values.state }),
    ...(values["show-secrets"] && { showSecrets: true }),
    ...(values.service && { service: values.service }),
    ...(values.follow && { follow: true }),
    ...(passesOn && { rest }),
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
        service: { type: "string" },
        follow: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function refuseArguments(command: Command, [word]: readonly string[]): void {
  if (word !== undefined) throw new UsageError(`${command} takes no argument "${word}".`);
}

function stackNamed(name: string): string {
  if (/^[a-z0-9][a-z0-9-]*$/.test(name)) return name;
  throw new UsageError(
    `"${name}" cannot be a stack: names are lower-case letters, digits and dashes, for example dev.`,
  );
}

function commandNamed(word: string): Command {
  const command = commands.find((known) => known === word);
  if (command !== undefined) return command;
  throw new UsageError(`There is no command "${word}". The commands are: ${commands.join(", ")}.`);
}
