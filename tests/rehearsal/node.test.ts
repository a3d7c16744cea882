import { parse } from "yaml";

import { addresses } from "../../rehearsal/cluster/addresses.ts";
import { configurationFiles, nodeHome, placement } from "../../rehearsal/node/configuration.ts";
import { compile } from "../../rehearsal/node/policies/compile.ts";
import { type NetworkPolicy, type Pod, selects } from "../../rehearsal/node/policies/objects.ts";

const node = {
  pods: "10.244.0.0/24",
  hosts: ["10.88.0.2", "10.88.0.1"],
  api: { address: "10.88.0.1", port: 41234 },
};
const namespaces = ["shop", "kube-system"].map((name) => ({
  metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
}));

function pod(app: string, podIP: string, more: { namespace?: string; phase?: string; port?: number } = {}): Pod {
  const { namespace = "shop", phase = "Running", port = 8080 } = more;
  return {
    metadata: { name: app, namespace, labels: { app } },
    spec: { containers: [{ ports: [{ name: "http", containerPort: port }] }] },
    status: { phase, podIP },
  };
}

function policy(spec: NetworkPolicy["spec"], namespace = "shop"): NetworkPolicy {
  return { metadata: { name: "policy", namespace }, spec };
}

/** The rules of one direction. */
function rules(chain: "ingress" | "egress", pods: readonly Pod[], ...policies: NetworkPolicy[]): string[] {
  const text = compile({ namespaces, pods, policies }, node);
  const [, body = ""] = text.split(`  chain ${chain} {\n`);
  return (body.split("\n  }")[0] ?? "")
    .trim()
    .split("\n")
    .map((line) => line.trim());
}

const web = pod("web", "10.244.0.5");
const client = pod("client", "10.244.0.6");
const anyPod = { podSelector: {} };

describe("the packet filter", () => {
  test("isolates the pods that a policy selects, in its directions only", () => {
    const text = compile(
      {
        namespaces,
        pods: [web, client],
        policies: [policy({ podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Ingress"] })],
      },
      node,
    );
    expect(text).toContain("ip daddr { 10.244.0.5 } jump ingress");
    expect(text).toContain("ip saddr { 0.0.0.0 } jump egress");
  });

  test("drops what comes from or goes to a pod that it does not know yet", () => {
    const text = compile({ namespaces, pods: [web], policies: [] }, node);
    expect(text).toContain("ip saddr 10.244.0.0/24 ip saddr != { 10.244.0.5 } counter drop");
    expect(text).toContain("ip daddr 10.244.0.0/24 ip daddr != { 10.244.0.5 } counter drop");
  });

  test("forgets a pod that has ended: its address may be another one's now", () => {
    const text = compile({ namespaces, pods: [pod("done", "10.244.0.5", { phase: "Succeeded" })], policies: [] }, node);
    expect(text).not.toContain("10.244.0.5");
  });

  test("permits nothing in a direction without rules", () => {
    expect(rules("ingress", [web, client], policy({ ...anyPod, policyTypes: ["Ingress", "Egress"] }))).toEqual([
      "counter drop",
    ]);
  });

  test("finds a named port in each pod that has it, at either end", () => {
    const other = pod("web", "10.244.0.7", { port: 9090 });
    const open = [{ to: [{ podSelector: { matchLabels: { app: "web" } } }], ports: [{ port: "http" }] }];
    const spec = { podSelector: { matchLabels: { app: "client" } }, policyTypes: ["Egress"], egress: open } as const;
    expect(rules("egress", [web, other, client], policy(spec))).toEqual([
      "ip saddr { 10.244.0.6 } ip daddr { 10.244.0.5, 10.244.0.7 } ip daddr 10.244.0.5 tcp dport 8080 return",
      "ip saddr { 10.244.0.6 } ip daddr { 10.244.0.5, 10.244.0.7 } ip daddr 10.244.0.7 tcp dport 9090 return",
      "counter drop",
    ]);
  });

  test("reads a peer's namespaces and pods together, and its own namespace when it names none", () => {
    const dns = pod("dns", "10.244.0.2", { namespace: "kube-system" });
    const impostor = pod("dns", "10.244.0.9");
    const system = { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } };
    const podSelector = { matchLabels: { app: "dns" } };
    const to = (peer: object) => policy({ ...anyPod, policyTypes: ["Egress"], egress: [{ to: [peer] }] }, "shop");
    const all = [client, dns, impostor];
    expect(rules("egress", all, to({ namespaceSelector: system, podSelector }))[0]).toContain(
      "ip daddr { 10.244.0.2 } return",
    );
    expect(rules("egress", all, to({ podSelector }))[0]).toContain("ip daddr { 10.244.0.9 } return");
  });

  test("knows the API server by the port that it has everywhere else", () => {
    const api = policy({ ...anyPod, policyTypes: ["Egress"], egress: [{ ports: [{ port: 6443 }] }] });
    expect(rules("egress", [client], api)).toContain(
      "ip saddr { 10.244.0.6 } ip daddr 10.88.0.1 tcp dport 41234 return",
    );
  });

  test("takes blocks with exceptions, ranges of ports and other protocols", () => {
    const ipBlock = { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] };
    const ports = [{ port: 9000, endPort: 9010 }, { protocol: "UDP", port: 53 }, { protocol: "SCTP" }];
    const egress = [{ to: [{ ipBlock }, { ipBlock: { cidr: "::/0" } }], ports }];
    expect(rules("egress", [client], policy({ ...anyPod, policyTypes: ["Egress"], egress }))).toEqual([
      "ip saddr { 10.244.0.6 } ip daddr 0.0.0.0/0 ip daddr != { 10.0.0.0/8 } tcp dport 9000-9010 return",
      "ip saddr { 10.244.0.6 } ip daddr 0.0.0.0/0 ip daddr != { 10.0.0.0/8 } udp dport 53 return",
      "ip saddr { 10.244.0.6 } ip daddr 0.0.0.0/0 ip daddr != { 10.0.0.0/8 } meta l4proto sctp return",
      "counter drop",
    ]);
  });
});

test.each([
  [{}, true],
  [{ matchLabels: { app: "web" } }, true],
  [{ matchLabels: { app: "other" } }, false],
  [{ matchExpressions: [{ key: "app", operator: "In", values: ["web", "api"] }] }, true],
  [{ matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] }, false],
  [{ matchExpressions: [{ key: "tier", operator: "NotIn", values: ["web"] }] }, true],
  [{ matchExpressions: [{ key: "app", operator: "Exists" }] }, true],
  [{ matchExpressions: [{ key: "app", operator: "DoesNotExist" }] }, false],
] as const)("the selector %j selects app=web: %s", (selector, selected) => {
  expect(selects(selector, { app: "web" })).toBe(selected);
});

describe("the node's configuration", () => {
  const files = configurationFiles({
    addresses: addresses(3),
    apiPort: 41234,
    pki: { ca: "/pki/ca.crt", certificate: "/pki/admin.crt", key: "/pki/admin.key" },
    networkPlugins: "/plugins",
    controlGroup: "/ai-platform-rehearsal3",
  });

  test("keeps other pods away by a taint", () => {
    const { registerWithTaints } = parse(files["kubelet.yaml"] ?? "") as { registerWithTaints: unknown };
    expect(registerWithTaints).toEqual([{ ...placement, effect: "NoSchedule" }]);
  });

  test("keeps everything in the node's own folder and control group", () => {
    expect(files["containerd.toml"]).toContain(`root = "${nodeHome}/containerd"`);
    expect(files["containerd.toml"]).toContain('path = "/ai-platform-rehearsal3/containerd"');
    expect(parse(files["kubelet.yaml"] ?? "")).toMatchObject({ cgroupRoot: "/ai-platform-rehearsal3" });
  });

  test("reaches the API server over the link", () => {
    expect(files["kubeconfig.yaml"]).toContain("https://10.88.3.1:41234");
  });
});
