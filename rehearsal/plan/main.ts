// Says what a stack asks of a cluster, without one:
//   make plan STACK=prod
import { readFile } from "node:fs/promises";
import { enableCompileCache } from "node:module";
import { basename, join } from "node:path";
import { cacheFolder } from "../tools/cache.ts";

enableCompileCache(join(cacheFolder(), "node-code"));
process.exitCode = await main(process.argv[2] ?? "dev");

async function main(stack: string): Promise<number> {
  const { stackFiles } = await import("../stack-files.ts");
  const found = stackFiles().find((candidate) => candidate.stack === stack);
  if (!found) {
    console.error(
      `There is no stack "${stack}"; there are ${stackFiles()
        .map((one) => one.stack)
        .join(", ")}.`,
    );
    return 2;
  }
  const { check, recordProgram } = await import("../offline/program.ts");
  const text = await readFile(found.file, "utf8");
  try {
    const { parts } = check(text, basename(found.file));
    await print(stack, text, recordProgram);
    const { connectionLines } = await import("./connections.ts");
    const lines = connectionLines(parts);
    if (lines.length > 0) console.log(`\nConnections to databases:\n${lines.join("\n")}`);
    return 0;
  } catch (error) {
    if ((error as Error).name !== "ConfigError") throw error;
    console.error((error as Error).message);
    return 1;
  }
}

async function print(
  stack: string,
  text: string,
  recordProgram: typeof import("../offline/program.ts").recordProgram,
): Promise<void> {
  const [
    { ensureCharts },
    { ensureTools },
    { rehearsalStackFile },
    { stackConfig },
    { chartDemands },
    own,
    { planTable },
  ] = await Promise.all([
    import("../charts/index.ts"),
    import("../tools/index.ts"),
    import("../cli/stack-file.ts"),
    import("../offline/stack-config.ts"),
    import("./charts.ts"),
    import("./demand.ts"),
    import("./table.ts"),
  ]);
  const { helm } = await ensureTools(["helm"]);
  const { mirror } = await ensureCharts({ cacheDir: cacheFolder() });
  const recorded = await recordProgram(stackConfig(rehearsalStackFile(text, "", mirror)));
  const charts = await chartDemands(recorded, helm);
  const demands = [...charts.demands, ...own.demandsOf(recorded)];
  console.log(`What the stack ${stack} asks for:\n`);
  console.log(planTable(demands, [...charts.storage, ...own.storageOf(recorded)]).join("\n"));
  console.log(
    "\nRequests, not limits. A range goes from the least to the most pods that an autoscaler may run. What runs on every node counts once.\n" +
      "Charts are rendered from stand-ins that hold the real charts' resources; jobs and what operators make of other objects are left out.",
  );
}
