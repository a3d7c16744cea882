import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import type { ProgramInfo, RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb.js";
import type { Command } from "./children.ts";

/** Older Node versions warn about type stripping; the engine would show that beside the user's resources. */
const QUIET = "--disable-warning=ExperimentalWarning";

/** What starts a Pulumi program, as the official language host does. */
export function programCommand(request: RunRequest): Command {
  const info = programInfo(request);
  const options: [string, string][] = [
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", info.getRootDirectory()],
    ["stack", request.getStack()],
    ["pwd", request.getPwd()],
    ["parallel", request.getParallel() > 0 ? String(request.getParallel()) : ""],
    ["monitor", request.getMonitorAddress()],
    ["engine", process.argv.at(-1) ?? ""],
  ];
  return {
    args: [
      QUIET,
      ...nodeOptions(info),
      runner("run", info.getProgramDirectory()),
      ...options.filter(([, value]) => value !== "").map(([name, value]) => `--${name}=${value}`),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info.getEntryPoint(),
      ...request.getArgsList(),
    ],
    cwd: request.getPwd(),
    env: {
      ...process.env,
      ...runtimeEnvironment(info),
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  };
}

/**
 * What starts a policy pack. The engine asks for it as a plugin of the kind `analyzer`.
 *
 * @throws Error for the other kinds of plugin that Pulumi can run from source.
 */
export function packCommand(request: RunPluginRequest): Command {
  if (request.getKind() !== "analyzer") {
    throw new Error(
      `The language host was asked to run a plugin of the kind "${request.getKind()}" from source, but it runs policy packs ` +
        `("analyzer") only. Use a plugin that is an executable.`,
    );
  }
  const info = programInfo(request);
  const pack = info.getProgramDirectory();
  const environment: NodeJS.ProcessEnv = {};
  for (const entry of request.getEnvList()) {
    const [name = "", ...value] = entry.split("=");
    environment[name] = value.join("=");
  }
  return {
    // The engine's address is the last argument; the logging flags before it are not for the pack.
    args: [
      QUIET,
      runner("run-policy-pack", pack),
      request.getArgsList().at(-1) ?? "",
      join(pack, info.getEntryPoint()),
    ],
    cwd: pack,
    env: { ...process.env, ...environment, ...runtimeEnvironment(info) },
  };
}

function programInfo(request: RunRequest | RunPluginRequest): ProgramInfo {
  const info = request.getInfo();
  if (!info) throw new Error("The engine did not say where the program is. Use a Pulumi CLI of version 3.88 or newer.");
  return info;
}

/** The SDK's start script, found upward from the program: a workspace keeps its packages in the root. */
function runner(script: "run" | "run-policy-pack", directory: string): string {
  const name = `@pulumi/pulumi/cmd/${script}`;
  try {
    return createRequire(join(directory, "package.json")).resolve(name);
  } catch {
    // The engine recognises this sentence and tells the user to install the packages.
    throw new Error(`Cannot find module '${name}' from ${directory}. Run "npm ci" there.`);
  }
}

interface RuntimeOptions {
  readonly typescript?: boolean;
  readonly tsconfig?: string;
  readonly nodeargs?: string;
}

function runtimeOptions(info: ProgramInfo): RuntimeOptions {
  return info.getOptions()?.toJavaScript() ?? {};
}

function nodeOptions(info: ProgramInfo): string[] {
  return runtimeOptions(info).nodeargs?.split(/\s+/) ?? [];
}

function runtimeEnvironment(info: ProgramInfo): NodeJS.ProcessEnv {
  const { typescript = true, tsconfig } = runtimeOptions(info);
  return {
    PULUMI_NODEJS_TYPESCRIPT: String(typescript),
    NODE_PATH: [import.meta.dirname, process.env.NODE_PATH].filter(Boolean).join(delimiter),
    ...(tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}
