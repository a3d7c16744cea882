import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt, type RunResult } from "../../rehearsal/process.ts";
import type { PodNetwork } from "./pod-network.ts";
import { Sandbox } from "./sandbox.ts";

export interface PodSpec {
  readonly name: string;
  /** Full name of the headless Service. */
  readonly service: string;
  /** Numeric user and group of all processes. */
  readonly user: number;
  /** Folder of the image's programs, `/` for this system's own. */
  readonly programs: string;
  /** Read-only files by folder inside the pod, as ConfigMaps and Secrets give them. */
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Command of each container. */
  readonly containers: Readonly<Record<string, readonly string[]>>;
}

/**
 * A pod on this machine: own network, host name and read-only root; processes without root and capabilities; a volume at /data that
 * outlives it. Its containers are not started again when they end.
 */
export class Pod {
  readonly spec: PodSpec;
  private readonly network: PodNetwork;
  private readonly folder: string;
  private sandbox: Sandbox | undefined;
  private readonly running = new Map<string, ChildProcess>();

  /** `folder` holds the pod's volume, files and logs. */
  constructor(spec: PodSpec, network: PodNetwork, folder: string) {
    this.spec = spec;
    this.network = network;
    this.folder = folder;
  }

  get name(): string {
    return this.spec.name;
  }

  async start(): Promise<void> {
    const { user, programs, files, containers } = this.spec;
    await mkdir(this.folder, { recursive: true });
    const mounts = await mkdtemp(join(this.folder, "mounts-"));
    for (const [path, contents] of Object.entries(files)) await writeFiles(join(mounts, path), contents, user);
    const data = join(this.folder, "data");
    await mkdir(data, { recursive: true });
    await chown(data, user, user);
    const root = join(this.folder, "root");
    await mkdir(root, { recursive: true });

    const folders = Object.keys(files).map((path) => [join(mounts, path), path] as const);
    const binds = [...folders, [this.network.names, "/run/names"] as const];
    const environment = { ROOT: root, DATA: data, PROGRAMS: programs, POD: this.name, ACCOUNT: String(user) };
    this.sandbox = await Sandbox.open(rootScript(binds), environment);
    await this.network.plug(this.sandbox, this.name, this.spec.service);
    for (const [container, command] of Object.entries(containers)) await this.launch(container, command);
  }

  /** Runs a command in the pod as its user, as a probe of type `exec` does. */
  async exec(command: readonly string[]): Promise<RunResult> {
    const [file = "", ...args] = this.inside(command);
    return attempt(file, args);
  }

  /** Ends all containers: `SIGTERM` lets them save, `SIGKILL` is the death of the node. Then the pod's name and address are gone. */
  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const exits = [...this.running.values()].filter(isRunning).map((child) => {
      const exit = once(child, "exit");
      child.kill(signal);
      return exit;
    });
    await Promise.all(exits);
    this.running.clear();
    if (!this.sandbox) return;
    await this.sandbox.close();
    this.sandbox = undefined;
    this.network.unplug(this.name);
  }

  /** Ends one container at once. */
  async kill(container: string): Promise<void> {
    const child = this.running.get(container);
    if (!child || !isRunning(child)) throw new Error(`${this.name} has no running container "${container}".`);
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }

  /** TCP ports that the pod's processes listen on, ascending. */
  async listeningPorts(): Promise<number[]> {
    if (!this.sandbox) throw new Error(`${this.name} is not running: start it first.`);
    const sockets = await this.sandbox.run("cat /proc/net/tcp /proc/net/tcp6");
    // Local address, any remote address, state LISTEN.
    const ports = [...sockets.matchAll(/: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /g)];
    return [...new Set(ports.map(([, port = ""]) => Number.parseInt(port, 16)))].sort((a, b) => a - b);
  }

  /** Path of a container's output. */
  log(container: string): string {
    return join(this.folder, `${container}.log`);
  }

  private async launch(container: string, command: readonly string[]): Promise<void> {
    const output = await open(this.log(container), "a");
    const [file = "", ...args] = this.inside(command);
    const child = spawn(file, args, { stdio: ["ignore", output.fd, output.fd] });
    this.running.set(container, child);
    await output.close();
  }

  /** Every program of this chain replaces the one before, so a signal reaches the container's own process. */
  private inside(command: readonly string[]): string[] {
    const { user, programs } = this.spec;
    if (!this.sandbox) throw new Error(`${this.name} is not running: start it first.`);
    const libraries = join("/image/usr/lib", `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`);
    return this.sandbox.command(
      ...["chroot", join(this.folder, "root"), "setpriv", "--reuid", String(user), "--regid", String(user)],
      ...["--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--pdeathsig", "KILL"],
      ...["env", "-i", `HOSTNAME=${this.name}`, "PATH=/image/usr/bin:/usr/bin:/bin"],
      ...(programs === "/" ? [] : [`LD_LIBRARY_PATH=${libraries}`]),
      ...command,
    );
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function writeFiles(folder: string, contents: Readonly<Record<string, string>>, group: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(contents)) {
    const path = join(folder, name);
    await writeFile(path, text);
    await chown(path, 0, group);
    await chmod(path, 0o440);
  }
}

/** Makes the root file system that the pod's processes see. */
function rootScript(binds: readonly (readonly [from: string, to: string])[]): string {
  return `
hostname "$POD"
mount -t tmpfs -o mode=755 root "$ROOT"
cd "$ROOT"
mkdir -p usr image proc dev tmp data etc/alternatives ${binds.map(([, to]) => to.slice(1)).join(" ")}
for folder in bin sbin lib lib64; do
  if [ -L "/$folder" ]; then cp -P "/$folder" .; elif [ -d "/$folder" ]; then mkdir "$folder"; mount --bind "/$folder" "$folder"; fi
done
ln -s /run/names/hosts etc/hosts
echo "image:x:$ACCOUNT:$ACCOUNT::/:/bin/sh" > etc/passwd
echo "hosts: files" > etc/nsswitch.conf
for folder in usr proc dev etc/alternatives; do [ ! -d "/$folder" ] || mount --rbind "/$folder" "$folder"; done
mount --bind "$PROGRAMS" image
mount --bind "$DATA" data
mount -t tmpfs -o mode=1777 tmp tmp
${binds.map(([from, to]) => `mount --bind "${from}" ".${to}"`).join("\n")}
mount -o remount,ro "$ROOT"
cd /`;
}
