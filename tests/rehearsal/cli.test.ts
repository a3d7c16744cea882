import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";

import { commands, parse, UsageError } from "../../rehearsal/cli/arguments.ts";
import { help } from "../../rehearsal/cli/help.ts";
import { type LoggingPod, podsOf } from "../../rehearsal/cli/logs.ts";
import { type ClusterObject, unready } from "../../rehearsal/cli/readiness.ts";
import { objectOf } from "../../rehearsal/cli/recovery.ts";
import { remedy } from "../../rehearsal/cli/releases.ts";
import { outputLines, table } from "../../rehearsal/cli/report.ts";
import { rehearsalStackFile } from "../../rehearsal/cli/stack-file.ts";
import { passphraseFile, targetOf } from "../../rehearsal/cli/target.ts";

describe("the command line", () => {
  test("means the dev stack on a rehearsal when it says nothing else", () => {
    expect(parse(["up"])).toEqual({ command: "up", stack: "dev" });
  });

  test("treats empty values, as make passes them, as absent", () => {
    expect(parse(["up", "--stack", "", "--kubeconfig", ""])).toEqual({ command: "up", stack: "dev" });
  });

  test("shows the help when there is no command, and with --help", () => {
    expect(parse([]).command).toBe("help");
    expect(parse(["up", "--help"]).command).toBe("help");
  });

  test("hands kubectl's own words on as they are", () => {
    const line = ["kubectl", "--stack", "prod", "--", "get", "pods", "-A", "--selector", "a in (b, c)"];
    expect(parse(line)).toEqual({
      command: "kubectl",
      stack: "prod",
      rest: ["get", "pods", "-A", "--selector", "a in (b, c)"],
    });
  });

  test.each([
    [["upp"], "The commands are: up, preview, down, status, verify, logs, kubectl, chat, stacks, help."],
    [["up", "prod"], 'up takes no argument "prod"'],
    [["up", "--stak", "dev"], "--stak"],
    [["up", "--stack", "../x"], "lower-case letters, digits and dashes"],
  ])("%j is refused with what would be right", (line, message) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(message);
  });

  test.each(commands)("the help explains %s", (command) => {
    expect(help).toMatch(new RegExp(`^  ${command} {2,}\\w`, "m"));
  });

  test("a stack without a file is refused with the stacks there are", async () => {
    await expect(targetOf({ command: "up", stack: "nowhere" })).rejects.toThrow(
      /There is no Pulumi.nowhere.yaml.*The stacks are: dev, prod/,
    );
  });

  test("a kubeconfig that is not there is refused", async () => {
    const options = { command: "up", stack: "dev", kubeconfig: "/nowhere/config" } as const;
    await expect(targetOf(options)).rejects.toThrow("There is no kubeconfig /nowhere/config");
  });
});

describe("the logs of a service", () => {
  const pod = (namespace: string, service?: string): LoggingPod => ({
    metadata: { name: "x", namespace, ...(service !== undefined && { labels: { "app.kubernetes.io/name": service } }) },
    spec: {},
  });
  const pods = [pod("a", "backend"), pod("b", "keda"), pod("b", "backend"), pod("c")];

  test("are those of every pod with its name, wherever it runs", () => {
    expect(podsOf("backend", pods)).toEqual([pods[0], pods[2]]);
  });

  test.each([
    ["", "logs needs SERVICE=<name>."],
    ["bakend", 'No pod belongs to a service "bakend".'],
  ])("of %j are refused with the services there are", (service, message) => {
    expect(() => podsOf(service, pods)).toThrow(`${message} The services with pods are: backend, keda.`);
  });
});

describe("the passphrase", () => {
  test("is made once and readable by its owner only", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cli-"));
    const target = { kind: "rehearsal", stack: "dev", stackFile: "", folder } as const;
    const file = await passphraseFile(target);
    const first = await readFile(file, "utf8");
    await passphraseFile(target);
    expect(await readFile(file, "utf8")).toBe(first);
    expect(first.length).toBeGreaterThanOrEqual(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await rm(folder, { recursive: true });
  });
});

describe("a rehearsal's stack file", () => {
  const original = "config:\n  ai-platform:domain: chat.example.com\n";

  test("is the repository's with charts from the mirror", () => {
    expect(parseYaml(rehearsalStackFile(original, "", "/charts"))).toEqual({
      config: { "ai-platform:domain": "chat.example.com", "ai-platform:artifacts": { chartMirror: "/charts" } },
    });
  });

  test("keeps the mirrors that the repository's names", () => {
    const named = `${original}  ai-platform:artifacts: { chartMirror: /own, imageMirror: registry.example.com }\n`;
    const { config } = parseYaml(rehearsalStackFile(named, "", "/charts")) as { config: Record<string, unknown> };
    expect(config["ai-platform:artifacts"]).toEqual({ chartMirror: "/own", imageMirror: "registry.example.com" });
  });

  test("keeps the salt of the previous one, and nothing else of it", () => {
    const previous = "encryptionsalt: v1:abc\nconfig:\n  ai-platform:domain: old.example.com\n";
    const file = parseYaml(rehearsalStackFile(original, previous, "/charts")) as Record<
      string,
      Record<string, unknown>
    >;
    expect(file.encryptionsalt).toBe("v1:abc");
    expect(file.config?.["ai-platform:domain"]).toBe("chat.example.com");
  });
});

describe("an interrupted run", () => {
  const creating = (type: string, inputs: Record<string, unknown>) =>
    objectOf({ type: "creating", resource: { urn: "u", type, inputs } });

  test("names the object that it was creating", () => {
    const metadata = { name: "api", namespace: "ai-platform", labels: { a: "b" } };
    expect(creating("kubernetes:apps/v1:Deployment", { apiVersion: "apps/v1", metadata })).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "api", namespace: "ai-platform" },
    });
  });

  test("names objects of the core group and cluster-wide ones too", () => {
    expect(creating("kubernetes:core/v1:Namespace", { metadata: { name: "keda" } })).toEqual({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "keda" },
    });
  });

  test.each([
    ["pending-install", "uninstall"],
    ["uninstalling", "uninstall"],
    ["pending-upgrade", "rollback"],
    ["pending-rollback", "rollback"],
  ])("takes a release that Helm left %s with helm %s to an end", (status, command) => {
    const line = remedy(status, { name: "keda", namespace: "scaling" });
    expect(line?.slice(0, 4)).toEqual([command, "keda", "--namespace", "scaling"]);
  });

  test.each(["deployed", "failed", "superseded"])("leaves a release alone that is %s", (status) => {
    expect(remedy(status, { name: "keda", namespace: "scaling" })).toBeUndefined();
  });

  test("names nothing for resources that are no objects of the cluster", () => {
    expect(creating("random:index/randomPassword:RandomPassword", { length: 20 })).toBeUndefined();
    expect(creating("ai-platform:redis:Redis", {})).toBeUndefined();
  });
});

describe("readiness", () => {
  const object = (kind: string, rest: Partial<ClusterObject>): ClusterObject => ({
    kind,
    metadata: { name: "x", namespace: "n", generation: 2 },
    ...rest,
  });
  const condition = (type: string, status: string, message?: string) => ({
    type,
    status,
    ...(message !== undefined && { message }),
  });

  test.each<[string, ClusterObject]>([
    [
      "Deployment",
      object("Deployment", { spec: { replicas: 2 }, status: seen({ readyReplicas: 2, updatedReplicas: 2 }) }),
    ],
    ["Deployment scaled to none", object("Deployment", { spec: { replicas: 0 }, status: seen({}) })],
    ["DaemonSet", object("DaemonSet", { status: seen({ desiredNumberScheduled: 3, numberReady: 3 }) })],
    ["Job", object("Job", { status: { conditions: [condition("Complete", "True")] } })],
    ["suspended Job", object("Job", { spec: { suspend: true } })],
    ["pod", object("Pod", { status: { phase: "Running", conditions: [condition("Ready", "True")] } })],
    ["finished pod", object("Pod", { status: { phase: "Succeeded" } })],
  ])("a %s that is ready waits for nothing", (_, ready) => {
    expect(unready(ready)).toBeUndefined();
  });

  test.each<[string, ClusterObject]>([
    ["not seen by its controller yet", object("Deployment", { status: { observedGeneration: 1, readyReplicas: 1 } })],
    ["1 of 3 pods ready", object("StatefulSet", { spec: { replicas: 3 }, status: seen({ readyReplicas: 1 }) })],
    ["0 of 1 pods updated", object("Deployment", { status: seen({ readyReplicas: 1 }) })],
    ["0 of 2 pods ready", object("DaemonSet", { status: seen({ desiredNumberScheduled: 2 }) })],
    ["not complete", object("Job", {})],
    ["failed: exit 1", object("Job", { status: { conditions: [condition("Failed", "True", "exit 1")] } })],
    ["0/3 nodes fit", object("Pod", { status: { conditions: [condition("PodScheduled", "False", "0/3 nodes fit")] } })],
    ["crashes", object("Pod", { status: { phase: "Running", conditions: [condition("Ready", "False", "crashes")] } })],
  ])("what is not ready says: %s", (reason, waiting) => {
    expect(unready(waiting)).toBe(`${waiting.kind} n/x: ${reason}`);
  });

  test("the report counts what is ready in each namespace", () => {
    const pod = (namespace: string, status: string): ClusterObject => ({
      kind: "Pod",
      metadata: { name: "x", namespace },
      status: { conditions: [condition("Ready", status)] },
    });
    expect(table([pod("keda", "True"), pod("ai-platform", "True"), pod("ai-platform", "False")])).toEqual([
      "  ai-platform  workloads 0/0     pods 1/2",
      "  keda         workloads 0/0     pods 1/1",
    ]);
  });
});

test("outputs are shown one to a line, deep ones by their path", () => {
  expect(outputLines({ urls: { chat: "https://a", admin: "https://b" }, zones: ["a"], key: "[secret]" })).toEqual([
    "  urls.chat   https://a",
    "  urls.admin  https://b",
    '  zones       ["a"]',
    "  key         [secret]",
  ]);
});

function seen(status: NonNullable<ClusterObject["status"]>): NonNullable<ClusterObject["status"]> {
  return { observedGeneration: 2, ...status };
}
