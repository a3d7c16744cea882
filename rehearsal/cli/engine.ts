import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { exists } from "../files.ts";
import { attemptNamed } from "../pid-file.ts";
import { attempt, run, type RunResult } from "../process.ts";
import type { PluginSource } from "../tools/plugins.ts";
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
  /** The stack file to use instead of the repository's. @default the repository's */
  readonly configFile?: string;
  /** Encrypts secrets. @default what the environment says */
  readonly passphraseFile?: string;
}

/** The Pulumi engine, set up for one stack. */
export class Engine {
  readonly target: Target;
  readonly tools: EngineTools;
  readonly kubeconfig: string;
  readonly environment: NodeJS.ProcessEnv;
  private readonly configFile: string | undefined;

  constructor(args: EngineArgs) {
    this.target = args.target;
    this.tools = args.tools;
    this.kubeconfig = args.kubeconfig;
    this.configFile = args.configFile;
    this.environment = environmentOf(args);
  }

  /** Creates the stack if there is none. */
  async ensureStack(): Promise<void> {
    const { stack, folder, kind } = this.target;
    if ((await this.ask(["stack", "export"])).code === 0) return;
    // `stack init` writes the salt of new secrets into the stack file of the folder it runs in: not into the repository's.
    const cwd = kind === "rehearsal" ? folder : projectRoot;
    if (cwd === folder) await copyFile(join(projectRoot, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    const options = { cwd, env: this.environment };
    await run(this.tools.pulumi, ["stack", "init", "--non-interactive", "--stack", stack, "--no-select"], options);
  }

  /** Runs an operation such as `up` with its output on the screen, and returns its exit code. */
  async operate(operation: "up" | "preview" | "refresh" | "destroy", flags: readonly string[]): Promise<number> {
    const file = this.configFile === undefined ? [] : ["--config-file", this.configFile];
    const policies = operation === "up" || operation === "preview" ? await this.policyFlags() : [];
    const line = [operation, "--stack", this.target.stack, ...file, ...policies, ...flags];
    const result = await attemptNamed(pidFile(this.target), this.tools.pulumi, line, {
      cwd: projectRoot,
      env: this.environment,
      output: "inherit",
    });
    return result.code;
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
    const config = join("policies", `${this.target.stack}.json`);
    const flags = ["--policy-pack", "policies"];
    return (await exists(join(projectRoot, config))) ? [...flags, "--policy-pack-config", config] : flags;
  }
}

/** Names the engine while it runs an operation on a target. */
export function pidFile({ folder }: Target): string {
  return join(folder, "engine.pid");
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
    // `make test` checks the types; checking them again at every run costs three seconds.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    ...(args.home && { PULUMI_HOME: args.home }),
    ...(args.passphraseFile && { PULUMI_CONFIG_PASSPHRASE_FILE: args.passphraseFile }),
    ...(args.plugins === "stand-in" && { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }),
  };
}
