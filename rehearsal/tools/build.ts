import { join } from "node:path";

import type { Note } from "../progress.ts";
import { attempt, run } from "../process.ts";
import { which } from "./path.ts";
import type { Tool } from "./table.ts";
import { compareVersions, versionIn } from "./versions.ts";

/** The Go that the pinned modules ask for. */
const goVersion = "1.26.0";

/**
 * Builds a tool from its pinned Go module into a folder. Go verifies every module against go.sum.
 * Profile-guided optimisation is off because a default.pgo makes Go compile every dependency anew for that one program.
 */
export async function build(tool: Tool, folder: string, note: Note): Promise<void> {
  const go = await findGo(tool);
  note("building from its Go module");
  const link = ["-s", "-w", ...tool.stamps.map((stamp) => `-X ${stamp}`)].join(" ");
  const result = await attempt(
    go,
    [
      "build",
      // Names each package as it is compiled: that is the progress a user sees.
      "-v",
      "-pgo=off",
      "-trimpath",
      "-buildvcs=false",
      "-ldflags",
      link,
      "-o",
      join(folder, tool.name),
      tool.package,
    ],
    {
      cwd: join(import.meta.dirname, "modules", tool.module),
      env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly", GOWORK: "off" },
      onLine: (text) => {
        note(`building from its Go module: ${text.replace(/^go: /, "").slice(0, 60)}`);
      },
    },
  );
  if (result.code !== 0) throw new Error(explain(tool, result.stderr));
}

async function findGo(tool: Tool): Promise<string> {
  const advice = `Install Go ${goVersion} or newer, or put ${tool.name} ${tool.version} on PATH.`;
  const go = await which("go");
  if (go === undefined) throw new Error(`there is no Go to build it with. ${advice}`);
  const version = versionIn((await run(go, ["env", "GOVERSION"])).replace("go", ""));
  if (version === undefined || compareVersions(version, goVersion) < 0) {
    throw new Error(`${go} is Go ${version ?? "of an unknown version"}. ${advice}`);
  }
  return go;
}

function explain(tool: Tool, output: string): string {
  const end = output.trimEnd().split("\n").slice(-8).join("\n  ");
  if (/no space left on device/.test(output)) {
    return `the disk is full (all tools need about 12 GB while they are built). Free some and run the same command again.`;
  }
  if (/dial tcp|i\/o timeout|no such host|connection refused/.test(output)) {
    return `Go cannot reach its module proxy (see \`go env GOPROXY\`).\n  ${end}`;
  }
  return `go build ${tool.package} failed:\n  ${end}`;
}
