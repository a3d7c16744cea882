import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import { parse } from "yaml";

/** How long to wait before asking again when the API server does not answer, in milliseconds. */
const pause = 300;

interface Stored {
  readonly metadata: { readonly uid?: string };
}

/** The API server of a kubeconfig whose credentials are files. */
export class ApiServer {
  readonly url: URL;
  private readonly agent: https.Agent;

  private constructor(url: URL, agent: https.Agent) {
    this.url = url;
    this.agent = agent;
  }

  static async of(kubeconfig: string): Promise<ApiServer> {
    const { clusters, users } = parse(await readFile(kubeconfig, "utf8")) as {
      clusters: { cluster: Record<"server" | "certificate-authority", string> }[];
      users: { user: Record<"client-certificate" | "client-key", string> }[];
    };
    const read = (file = "") => readFile(file);
    const agent = new https.Agent({
      ca: await read(clusters[0]?.cluster["certificate-authority"]),
      cert: await read(users[0]?.user["client-certificate"]),
      key: await read(users[0]?.user["client-key"]),
      keepAlive: true,
    });
    return new ApiServer(new URL(clusters[0]?.cluster.server ?? ""), agent);
  }

  /** Keeps a copy of all objects at a path of the API, for ever. `changed` is called with all of them after every change. */
  async follow(path: string, changed: (items: readonly unknown[]) => void): Promise<never> {
    for (;;) {
      try {
        await this.followOnce(path, changed);
      } catch (error) {
        process.stderr.write(`${path}: ${(error as Error).message}; listing again\n`);
      }
      await sleep(pause);
    }
  }

  private async followOnce(path: string, changed: (items: readonly unknown[]) => void): Promise<void> {
    const list = (await json(await this.get(path))) as { items: Stored[]; metadata: { resourceVersion: string } };
    const items = new Map(list.items.map((item) => [item.metadata.uid, item]));
    changed([...items.values()]);
    const watch = await this.get(`${path}?watch=1&resourceVersion=${list.metadata.resourceVersion}`);
    for await (const line of createInterface(watch)) {
      const { type, object } = JSON.parse(line) as { type: string; object: Stored & { message?: string } };
      if (type === "ERROR") throw new Error(object.message ?? line);
      if (type === "DELETED") items.delete(object.metadata.uid);
      else items.set(object.metadata.uid, object);
      changed([...items.values()]);
    }
  }

  private get(path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = https.get(new URL(path, this.url), { agent: this.agent }, (response) => {
        if (response.statusCode === 200) resolve(response);
        else reject(new Error(`status ${response.statusCode}`));
      });
      request.on("error", reject);
    });
  }
}
