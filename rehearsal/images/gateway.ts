import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Note } from "../progress.ts";
import { run } from "../process.ts";
import type { ImageRecipe } from "./index.ts";
import { debianImage } from "./recipes.ts";

const backend = join(import.meta.dirname, "..", "..", "apps", "backend");
/** The Python of the release, as in the Dockerfile. */
const python = "3.11";
const packages = `opt/gateway/lib/python${python}/site-packages`;

/** The gateway's image by the steps of its own Dockerfile: the locked packages, the sources, everything compiled. */
export async function gatewayImage(reference: string): Promise<ImageRecipe> {
  return debianImage({
    reference,
    packages: ["python3", "libstdc++6"], // the packages' compiled parts need it
    release: "bookworm",
    config: {
      Entrypoint: ["python", "-m", "gateway"],
      Cmd: ["serve"],
      Env: ["PATH=/opt/gateway/bin:/usr/bin:/bin", "PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1"],
      User: "10001:10001",
    },
    users: { gateway: 10_001 },
    contents: await sourceHash(),
    more: addGateway,
  });
}

async function addGateway(root: string, note: Note): Promise<void> {
  await mkdir(join(root, "opt/gateway/bin"), { recursive: true });
  await symlink(`/usr/bin/python${python}`, join(root, "opt/gateway/bin/python"));
  await writeFile(join(root, "opt/gateway/pyvenv.cfg"), `home = /usr/bin\ninclude-system-site-packages = false\n`);
  note("installing its Python packages");
  const lock = join(backend, "requirements.lock");
  const venv = await run(join(backend, "venv.sh"), [lock], { onLine: note });
  const exact = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--requirement", lock];
  const target = [
    "--python-version",
    python,
    "--implementation",
    "cp",
    "--no-compile",
    "--target",
    join(root, packages),
  ];
  const quiet = ["--quiet", "--disable-pip-version-check"];
  await run(join(venv.trim(), "bin", "python"), ["-m", "pip", "install", ...quiet, ...exact, ...target]);
  await cp(join(backend, "src", "gateway"), join(root, packages, "gateway"), { recursive: true });
  note("compiling its Python packages");
  const inside = [root, "/opt/gateway/bin/python", "-m"];
  await run("chroot", [...inside, "compileall", "-q", `/${packages}`]);
  await run("chroot", [...inside, "gateway", "--help"]); // what it cannot load, it would miss in a pod
}

/** Changes with every file that the image is made of. */
async function sourceHash(): Promise<string> {
  const sources = join(backend, "src");
  const names = (await readdir(sources, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("__pycache__"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const name of [join(backend, "requirements.lock"), ...names])
    hash.update(name.slice(backend.length)).update(await readFile(name));
  return hash.digest("hex");
}
