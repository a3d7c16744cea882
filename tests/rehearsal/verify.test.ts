import { once } from "node:events";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { get } from "../../rehearsal/verify/forward.ts";
import { alive } from "../../rehearsal/process.ts";
import { scratch } from "./scratch.ts";

let folder: string;
scratch((given) => (folder = given));

let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer((request, response) => response.end(`answer to ${request.url}`)).listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

const pod = { metadata: { namespace: "traefik", name: "traefik-1" }, spec: {} };

/** A program in the place of kubectl that does this. */
async function kubectl(script: string): Promise<{ kubectl: string; kubeconfig: string }> {
  const program = join(folder, "kubectl");
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  return { kubectl: program, kubeconfig: "config.yaml" };
}

test("a pod is asked through a way that kubectl opens, and that is closed afterwards", async () => {
  const access = await kubectl(
    `echo "$$ $*" > ${folder}/called; echo "Forwarding from 127.0.0.1:${port} -> 8082"; exec sleep 600`,
  );
  expect(await get(access, pod, 8082, "/metrics")).toEqual({ status: 200, body: "answer to /metrics" });
  const [pid = "", ...line] = (await readFile(join(folder, "called"), "utf8")).trim().split(" ");
  expect(line.join(" ")).toBe("--kubeconfig config.yaml port-forward --namespace traefik pod/traefik-1 :8082");
  while (alive(Number(pid))) await new Promise((resolve) => setTimeout(resolve, 20));
});

test("what keeps kubectl from opening it is told", async () => {
  const access = await kubectl('echo "error: pod not found" >&2; exit 1');
  await expect(get(access, pod, 8082, "/metrics")).rejects.toThrow(
    "traefik/traefik-1 does not answer on port 8082: error: pod not found",
  );
});

test("a port on which nothing listens is told", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port: free } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, "close");
  const access = await kubectl(`echo "Forwarding from 127.0.0.1:${free} -> 8082"; exec sleep 600`);
  await expect(get(access, pod, 8082, "/metrics")).rejects.toThrow(
    /does not answer on port 8082: connect ECONNREFUSED/,
  );
});
