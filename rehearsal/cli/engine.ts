import { copyFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { exists } from "../files.ts";
import { attemptNamed } from "../pid-file.ts";
import { attempt, run, type RunResult } from "../process.ts";
import type { PluginSource } from "../tools/plugins.ts";
import type { Cluster } from "./access.ts";
import { projectRoot, type Target } from "./target.ts";

/** The programs the engine and this command line start. */
export interface EngineTools {
  readonly pulumi: string;
  readonly kubectl: string;
  readonly helm: string;
}

export interface EngineArgs {
  readonly target: Target;
  readonly tools: EngineTools;
  readonly kubeconfig: string;
  readonly plugins: PluginSource;
  /** Where the engine looks for plugins. @default the engine's own, ~/.pulumi */
  readonly home?: string;
  /** Where stacks are kept, as a Pulumi backend URL. */
  readonly backend: string;
  readonly configFile: string;
  /** Encrypts secrets. @default what the environment says */
  readonly passphraseFile?: string;
}

/** A stack's state as the engine exports it, as far as this command line reads it. A new stack has none. */
export interface StackState {
  readonly deployment?: {
    readonly resources?: readonly { readonly type: string; readonly id?: string }[];
    readonly pending_operations?: readonly PendingOperation[];
  };
}

/** What the engine was doing when it was killed. */
export interface PendingOperation {
  readonly type: "creating" | "updating" | "deleting" | "reading" | "importing";
  readonly resource: {
    readonly urn: string;
    readonly type: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
  };
}

/** The Pulumi engine, set up for one stack. */
export class Engine {
  readonly target: Target;
  readonly tools: EngineTools;
  readonly kubeconfig: string;
  readonly environment: NodeJS.ProcessEnv;
  private readonly configFile: string;

  constructor(args: EngineArgs) {
    this.target = args.target;
    this.tools = args.tools;
    this.kubeconfig = args.kubeconfig;
    this.configFile = args.configFile;
    this.environment = environmentOf(args);
  }

  get cluster(): Cluster {
    return { kubectl: this.tools.kubectl, kubeconfig: this.kubeconfig };
  }

  /** Creates the stack if there is none. Returns its state. */
  async ensureStack(): Promise<StackState> {
    const state = await this.state();
    if (state === undefined) await this.createStack();
    return state ?? {};
  }

  /** What the engine remembers of the stack; undefined when there is no such stack. */
  async state(): Promise<StackState | undefined> {
    const { code, stdout } = await this.ask(["stack", "export"]);
    return code === 0 ? (JSON.parse(stdout) as StackState) : undefined;
  }

  private async createStack(): Promise<void> {
    const { stack, folder, kind, stackFile } = this.target;
    // `stack init` writes the salt of new secrets into the stack file of the folder it runs in, which is none of ours: one
    // for a rehearsal must not reach the repository, and one for a cluster belongs to the file that it is used with.
    const written = join(folder, basename(stackFile));
    await copyFile(join(projectRoot, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    if (kind === "cluster") await copyFile(stackFile, written);
    const options = { cwd: folder, env: this.environment };
    await run(this.tools.pulumi, ["stack", "init", "--non-interactive", "--stack", stack, "--no-select"], options);
    if (kind === "cluster") await copyFile(written, stackFile);
  }

  /** Runs an operation such as `up` with its output on the screen, and returns its exit code. */
  async operate(operation: "up" | "preview" | "refresh" | "destroy", flags: readonly string[]): Promise<number> {
    const policies = operation === "up" || operation === "preview" ? await this.policyFlags() : [];
    const line = [operation, "--stack", this.target.stack, "--config-file", this.configFile, ...policies, ...flags];
    const mark = endedWell(this.target);
    await rm(mark, { force: true });
    const { code } = await attemptNamed(pidFile(this.target), this.tools.pulumi, line, {
      cwd: projectRoot,
      env: this.environment,
      output: "inherit",
    });
    if (code === 0) await writeFile(mark, "");
    return code;
  }

  /** Runs a command about this stack and returns what it printed, whatever its exit code. */
  ask(command: readonly string[], input?: string): Promise<RunResult> {
    return attempt(this.tools.pulumi, [...command, "--non-interactive", "--stack", this.target.stack], {
      cwd: projectRoot,
      env: this.environment,
      ...(input !== undefined && { input }),
    });
  }

  private async policyFlags(): Promise<string[]> {
    const config = join("policies", "configuration.json");
    const flags = ["--policy-pack", "policies"];
    return (await exists(join(projectRoot, config))) ? [...flags, "--policy-pack-config", config] : flags;
  }
}

/** Names the engine while it runs an operation on a target. */
export function pidFile({ folder }: Target): string {
  return join(folder, "engine.pid");
}

/** There while the last operation on a target ended with success: then nothing it has left has to be put right. */
export function endedWell({ folder }: Target): string {
  return join(folder, "ended-well");
}

function environmentOf(args: EngineArgs): NodeJS.ProcessEnv {
  const { pulumi, helm, kubectl } = args.tools;
  const folders = [process.execPath, pulumi, helm, kubectl].map(dirname);
  return {
    ...process.env,
    PATH: [...folders, process.env.PATH].join(":"),
    KUBECONFIG: args.kubeconfig,
    PULUMI_BACKEND_URL: args.backend,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The state is written twice per resource; a copy of each would only serve who deletes it by hand.
    ...(args.target.kind === "rehearsal" && { PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true" }),
    // `make test` checks the types; checking them again at every run costs three seconds.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    ...(args.home && { PULUMI_HOME: args.home }),
    ...(args.passphraseFile && { PULUMI_CONFIG_PASSPHRASE_FILE: args.passphraseFile }),
    ...(args.plugins === "stand-in" && { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }),
  };
}
