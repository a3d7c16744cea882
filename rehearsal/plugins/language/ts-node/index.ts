import { createRequire } from "node:module";
import { Compiler } from "../compiler.ts";

/**
 * The SDK compiles TypeScript with the program's own ts-node if there is one, and finds this one instead of its own: it checks no
 * types, which is what `tsc` is for, and remembers what it has compiled.
 */
export const VERSION = "0.0.0";

const require = createRequire(import.meta.url);

/** From now on `require` reads TypeScript. */
export function register(): void {
  const compiler = new Compiler();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- what replaces it does not find "./part" as part.ts
  require.extensions[".ts"] = (module, file) => {
    (module as CompilingModule)._compile(compiler.compile(file), file);
  };
  // Stack traces name lines of the program, not of what became of them; the SDK has installed this already, without our files.
  const sdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  const maps = sdk("source-map-support") as SourceMapSupport;
  maps.install({ retrieveFile: (file) => compiler.compiled(file) });
  forgetOriginsOfPromises();
  // Node keeps compiled code only when it ends by itself, and policy packs are always ended by others.
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
}

/**
 * The SDK notes for each of thousands of promises where it was made, and prints it only if asked to look for leaks: to map all
 * those places takes a second.
 */
function forgetOriginsOfPromises(): void {
  if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return;
  const mapped = Error.prepareStackTrace?.bind(Error);
  Error.prepareStackTrace = (error, frames): unknown =>
    frames[0]?.getFunctionName() === "debuggablePromise" ? "" : mapped?.(error, frames);
}

interface CompilingModule extends NodeJS.Module {
  _compile(code: string, file: string): void;
}

interface SourceMapSupport {
  install(options: { retrieveFile: (file: string) => string | null }): void;
}
