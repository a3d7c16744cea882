import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { complete } from "../../components/config/complete";
import { type Connection, Network, type Part, Site, type SiteArgs } from "../../components/foundation";
import type { Size } from "../../components/foundation/fields";
import { record, type Recorded } from "./mocks";

/** A cluster of which nothing special is known. */
export const cluster: SiteArgs["cluster"] = {
  dnsAddresses: ["169.254.0.0/16"],
  apiAddresses: [],
  apiPorts: [443, 6443],
  tolerations: [],
  ipv6: false,
};

/** The site of a small system; call it inside a recorded program. An encrypted key decrypts to a word that names it. */
export function site(args: Partial<SiteArgs> = {}): Site {
  return new Site("site", {
    system: "ai-platform",
    domain: "ai.localhost",
    size: "dev",
    protect: false,
    namespace: { labels: {} },
    labels: {},
    artifacts: {},
    cluster,
    secrets: (name) => pulumi.secret(`decrypted-${name}`),
    ...args,
  });
}

/** What is made on a site, and everything that it registers. */
export async function recordMade<T>(
  make: (site: Site) => T,
  args: Partial<SiteArgs> = {},
): Promise<{ readonly made: T; readonly stack: Recorded }> {
  const all: T[] = [];
  const stack = await record(() => {
    all.push(make(site(args)));
  });
  if (all.length === 0) throw new Error("The program did not run.");
  return { made: all[0] as T, stack };
}

/** What one part declares, and what it registers: itself and its network, without any platform part beside it. */
export async function recordPart<P extends Part>(
  make: (site: Site) => P,
  args: Partial<SiteArgs> = {},
): Promise<{ readonly part: P; readonly stack: Recorded }> {
  const { made, stack } = await recordMade((around) => {
    const part = make(around);
    new Network("network", { parts: [part], site: around });
    return part;
  }, args);
  return { part: made, stack };
}

/** Keys of a part as the loader hands them over: checked, and filled by size where these are silent. */
export function keysOf<Keys extends z.ZodType>(keys: Keys, stated: object = {}, size: Size = "dev"): z.infer<Keys> {
  return keys.parse(complete(keys, stated, size));
}

/** A connection to pods that somebody else made. */
export function connectionTo(name: string, facts: Partial<Connection> = {}): Connection {
  const peer = { namespace: "ai-platform", labels: { app: name } };
  return {
    name,
    host: `${name}.ai-platform.svc.cluster.local`,
    port: 7000,
    server: { name, peer, ports: [7000] },
    ready: [],
    ...facts,
  };
}

/** The value of an output, secret or not. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => void output.apply((value) => resolve(value)));
}
