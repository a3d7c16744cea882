// Checks a stack file alone, without tools, cluster or state:
//   make check-config FILE=examples/rawdrive/Pulumi.rawdrive.yaml
import { readFile } from "node:fs/promises";
import { enableCompileCache } from "node:module";
import { basename, join } from "node:path";
import { cacheFolder } from "../tools/cache.ts";

enableCompileCache(join(cacheFolder(), "node-code"));
process.exitCode = await main(process.argv[2]);

async function main(file: string | undefined): Promise<number> {
  if (!file) {
    console.error("Name a stack file: make check-config FILE=Pulumi.dev.yaml");
    return 2;
  }
  const text = await textOf(file);
  if (text === undefined) return 2;
  // Loaded late, so that what it compiles is kept.
  const { check } = await import("./program.ts");
  try {
    const { parts, system, size } = check(text, basename(file));
    const counts = ["stores", "models", "services"].map(
      (room) => `${parts.filter((part) => part.room === room).length} ${room}`,
    );
    console.log(`${file} is sound: system ${system}, size ${size}, ${counts.join(", ")}.`);
    return 0;
  } catch (error) {
    if ((error as Error).name !== "ConfigError" && (error as Error).name !== "YAMLParseError") throw error;
    console.error((error as Error).message);
    return 1;
  }
}

/** Says why a file cannot be read. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    console.error(`${file} cannot be read: ${code === "ENOENT" ? "there is no such file" : message}.`);
    return undefined;
  }
}
