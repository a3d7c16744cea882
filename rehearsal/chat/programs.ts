import { cp, readdir, realpath, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

import { exists } from "../files.ts";
import { run } from "../process.ts";
import { step } from "../progress.ts";
import { type PackageSet, unpackPackages } from "../tools/debian.ts";
import { ensureTools } from "../tools/index.ts";
import { which } from "../tools/path.ts";

const backend = join(import.meta.dirname, "..", "..", "apps", "backend");

/** A folder of programs, and the environment in which they find their libraries. */
export interface Programs {
  readonly folder: string;
  /** The unpacked packages that they are in; absent when they are installed. */
  readonly root?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Everything a chat runs. */
export interface ChatPrograms {
  /** Holds initdb, postgres and pg_isready. */
  readonly postgres: Programs;
  /** Holds redis-server. */
  readonly redis: Programs;
  readonly simulator: string;
  readonly python: string;
}

/** Finds or makes every program of a chat: what this machine has, else packages unpacked or built into the cache. */
export async function ensurePrograms(): Promise<ChatPrograms> {
  return {
    postgres: await find("PostgreSQL", "initdb", debianPostgres, {
      name: "postgresql",
      packages: ["postgresql"],
      onto: "machine",
    }),
    redis: await find("Redis", "redis-server", "usr/bin", {
      name: "redis",
      packages: ["redis-server"],
      onto: "machine",
    }),
    python: await gatewayPython(),
    simulator: (await ensureTools(["llm-d-inference-sim"]))["llm-d-inference-sim"],
  };
}

/** Where Debian keeps PostgreSQL's programs, outside PATH; one folder for each version in between. */
const debianPostgres = "usr/lib/postgresql/*/bin";

async function find(title: string, program: string, place: string, packages: PackageSet): Promise<Programs> {
  const onPath = await which(program);
  // What is on PATH may be a link, alone, to where its companions are.
  const here = onPath === undefined ? await newest("/", place, program) : dirname(await realpath(onPath));
  if (here !== undefined) return { folder: here, env: {} };
  try {
    const root = await step(title, (note) => unpackPackages(packages, note));
    const folder = await newest(root, place, program);
    if (folder !== undefined) return await programsIn(root, folder);
    await rm(root, { recursive: true }); // half of it was installed then, and may not be next time
    throw new Error(`the packages ${packages.packages.join(", ")} hold no ${program}`);
  } catch (error) {
    throw new Error(
      `${title} is not installed, and ${(error as Error).message}.\n` +
        `  Install it so that ${program} is on PATH (macOS: brew install ${title.toLowerCase()}) and run the same command again.`,
    );
  }
}

/** The highest folder that `place` stands for and that holds the program. */
async function newest(root: string, place: string, program: string): Promise<string | undefined> {
  const [before = "", after] = place.split("*");
  if (after === undefined) return (await exists(join(root, place, program))) ? join(root, place) : undefined;
  const versions = (await readdir(join(root, before)).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  for (const version of versions) {
    const folder = join(root, before, version, after);
    if (await exists(join(folder, program))) return folder;
  }
  return undefined;
}

async function programsIn(root: string, folder: string): Promise<Programs> {
  const libraries = await readdir(join(root, "usr/lib"), { recursive: true, withFileTypes: true });
  const folders = libraries.filter(({ name }) => /\.so(\.|$)/.test(name)).map(({ parentPath }) => parentPath);
  return { folder, root, env: { LD_LIBRARY_PATH: [...new Set(folders)].join(":") } };
}

/** Programs where any account may run them: another one than root cannot look into root's cache. */
export async function copyOutOfCache(programs: Programs, target: string): Promise<Programs> {
  const { root, folder } = programs;
  if (root === undefined) return programs;
  const copy = join(target, "programs");
  await cp(root, copy, { recursive: true, verbatimSymlinks: true });
  return programsIn(copy, join(copy, relative(root, folder)));
}

/** The Python with the gateway's locked packages. */
async function gatewayPython(): Promise<string> {
  const venv = await step("Python packages", (note) =>
    run(join(backend, "venv.sh"), [join(backend, "requirements.lock")], { onLine: note }),
  );
  return join(venv.trim(), "bin", "python");
}
