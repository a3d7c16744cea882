import { mkdir, readFile, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";

import { exists } from "../files.ts";
import { stackFiles } from "../stack-files.ts";
import { type Options, UsageError } from "./arguments.ts";

/** The project: two folders up from here. */
export const projectRoot = join(import.meta.dirname, "..", "..");

/** Where a stack goes, and where what belongs to it is kept. */
export interface Target {
  readonly kind: "rehearsal" | "cluster";
  readonly stack: string;
  /** Holds the state and the passphrase, and for a rehearsal its control plane. */
  readonly folder: string;
  /** The repository's own stack file, wherever it lies. */
  readonly stackFile: string;
  /** Only for a real cluster; a rehearsal's is known once it runs. */
  readonly kubeconfig?: string;
  /** Print secret outputs in clear, as `status --show-secrets` asks. @default false */
  readonly showSecrets?: true;
}

/** Works out the target of a command line, or says why there is none. */
export async function targetOf(options: Options): Promise<Target> {
  const { stack, showSecrets } = options;
  const stackFile = stackFileOf(stack);
  if (options.kubeconfig === undefined) {
    return {
      kind: "rehearsal",
      stack,
      stackFile,
      folder: join(rehearsals(options), stack),
      ...(showSecrets && { showSecrets }),
    };
  }
  const kubeconfig = resolve(options.kubeconfig);
  if (!(await exists(kubeconfig))) throw new UsageError(`There is no kubeconfig ${kubeconfig}.`);
  return {
    kind: "cluster",
    stack,
    stackFile,
    kubeconfig,
    folder: join(projectRoot, ".state", stack),
    ...(showSecrets && { showSecrets }),
  };
}

/** The folder that holds the rehearsals of all stacks. */
export function rehearsals({ state }: Pick<Options, "state">): string {
  return resolve(state ?? join(projectRoot, ".rehearsal"));
}

/** Where the engine looks for our stand-ins, and where they note what they are doing. */
export function pulumiHome({ folder }: Target): string {
  return join(folder, "pulumi-home");
}

/** The file with the passphrase that encrypts a target's secrets; made on first use, readable by its owner only. */
export async function passphraseFile({ folder }: Target): Promise<string> {
  const file = join(folder, "passphrase");
  await mkdir(folder, { recursive: true });
  if (!(await readFile(file, "utf8").catch(() => ""))) {
    await writeFile(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  return file;
}

function stackFileOf(stack: string): string {
  const known = stackFiles();
  const found = known.find((one) => one.stack === stack);
  if (found !== undefined) return found.file;
  throw new UsageError(
    `There is no Pulumi.${stack}.yaml, neither in the root nor in a folder of examples/. ` +
      `The stacks are: ${known.map((one) => one.stack).join(", ")}.`,
  );
}
