import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dataCommand, votesCommand } from "../../components/stores/redis/commands.ts";
import {
  credentialFiles,
  MASTER,
  REDIS_PORT,
  SENTINEL_PORT,
  type ServerSettings,
} from "../../components/stores/redis/configuration.ts";
import { configurationFiles } from "../../components/stores/redis/files.ts";
import { eventually } from "./eventually.ts";
import { Pod, type PodSpec } from "./pod.ts";
import type { PodNetwork } from "./pod-network.ts";

/** User `redis` of the official image. */
const USER = 999;
export const PASSWORD = "drillPassword0123456789";

export interface RedisMachinery {
  readonly network: PodNetwork;
  /** Folder for volumes and logs. */
  readonly folder: string;
  /** Folder of Redis's programs. */
  readonly programs: string;
  /** The files of the servers' certificate, valid for every Service of the drill. */
  readonly certificate: Readonly<Record<string, string>>;
}

/** The pods of one Redis, made of the very files the program deploys. */
export class RedisServers {
  readonly pods: readonly Pod[];
  /** Full name of the headless Service. */
  private readonly domain: string;

  constructor(name: string, settings: ServerSettings, { network, folder, programs, certificate }: RedisMachinery) {
    this.domain = `${name}.ai-platform.svc.cluster.local`;
    const files = {
      "/etc/redis": configurationFiles(name, this.domain, settings),
      "/run/tls": certificate,
      "/run/credentials": {
        password: PASSWORD,
        ...Object.fromEntries(Object.entries(credentialFiles).map(([file, write]) => [file, write(PASSWORD)])),
      },
    };
    const containers: PodSpec["containers"] = {
      server: ["sh", "/etc/redis/start.sh"],
      ...(settings.servers > 1 && { sentinel: ["sh", "/etc/redis/sentinel.sh"] }),
    };
    const spec = { service: this.domain, user: USER, programs, files, containers };
    this.pods = Array.from({ length: settings.servers }, (_, index) => {
      const pod = `${name}-${index}`;
      return new Pod({ ...spec, name: pod }, network, join(folder, pod));
    });
  }

  pod(name: string): Pod {
    const pod = this.pods.find((one) => one.name === name);
    if (!pod) throw new Error(`There is no pod ${name}; the pods are ${this.pods.map((one) => one.name).join(", ")}.`);
    return pod;
  }

  /** Waits until the pods pass their readiness probes. */
  async ready(pods: readonly Pod[] = this.pods): Promise<void> {
    const probes = [dataCommand(), ...(this.pods.length > 1 ? [votesCommand()] : [])];
    const passes = async (pod: Pod) => {
      const results = await Promise.all(probes.map((probe) => pod.exec(probe)));
      return results.every(({ code }) => code === 0);
    };
    const notReady = async () => {
      const results = await Promise.all(pods.map(async (pod) => ((await passes(pod)) ? [] : [pod.name])));
      return results.flat();
    };
    await this.withLogs(eventually("every pod ready; not ready are", notReady, ({ length }) => length === 0));
  }

  /** A command to the server of a pod, in the words of redis-cli, over the network. */
  async ask(pod: Pod, ...command: string[]): Promise<string> {
    return this.query(pod, `${pod.name}.${this.domain}`, REDIS_PORT, command);
  }

  /** The pod that Sentinel, asked by a client through the Service, calls the master. */
  async masterForClients(from: Pod): Promise<string> {
    return this.masterBySentinel(from, this.domain);
  }

  /** Names of the pods that consider themselves master. */
  async masters(pods: readonly Pod[] = this.pods): Promise<string[]> {
    const roles = await Promise.all(pods.map(async (pod) => [pod.name, await this.ask(pod, "role")] as const));
    return roles.filter(([, role]) => role.startsWith("master\n")).map(([name]) => name);
  }

  /** Waits until all Sentinels and all servers of these pods agree on one master, and returns its name. */
  async agree(pods: readonly Pod[] = this.pods): Promise<string> {
    const masters = async () => {
      const sentinels = pods.map((pod) => this.masterBySentinel(pod, `${pod.name}.${this.domain}`));
      const servers = await this.masters(pods);
      return { bySentinel: [...new Set(await Promise.all(sentinels))], byRole: servers };
    };
    const { byRole } = await this.withLogs(
      eventually("agreement on one master", masters, (seen) => {
        const [master] = seen.byRole;
        return master !== undefined && seen.byRole.length === 1 && String(seen.bySentinel) === master;
      }),
    );
    return byRole[0] ?? "";
  }

  private async masterBySentinel(from: Pod, sentinel: string): Promise<string> {
    const command = ["sentinel", "get-master-addr-by-name", MASTER];
    const [host = ""] = (await this.query(from, sentinel, SENTINEL_PORT, command)).split("\n");
    return host.replace(`.${this.domain}`, "");
  }

  private async query(from: Pod, host: string, port: number, command: readonly string[]): Promise<string> {
    const client = ["redis-cli", "--tls", "--cacert", "/run/tls/ca.crt", "--no-auth-warning", "-a", PASSWORD];
    const { stdout, stderr } = await from.exec([...client, "-h", host, "-p", String(port), ...command]);
    return (stdout || stderr).trim();
  }

  /** Adds the end of all logs to the error of a wait in vain. */
  private async withLogs<Seen>(wait: Promise<Seen>): Promise<Seen> {
    try {
      return await wait;
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await this.logs()}`, { cause: error });
    }
  }

  private async logs(): Promise<string> {
    const tail = async (pod: Pod, container: string) => {
      const text = await readFile(pod.log(container), "utf8").catch(() => "");
      return `--- ${pod.name}, ${container}\n${text.split("\n").slice(-25).join("\n")}`;
    };
    const containers = this.pods.flatMap((pod) => Object.keys(pod.spec.containers).map((name) => tail(pod, name)));
    return (await Promise.all(containers)).join("\n");
  }
}
