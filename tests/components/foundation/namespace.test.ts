import { Namespace, type NamespaceArgs, reachKubernetesApi, serveAnyone } from "../../../components/foundation";
import { recordMade } from "../../support/builders";
import type { Recorded } from "../../support/mocks";

const network = { dnsAddresses: ["169.254.0.0/16"], apiAddresses: [], apiPorts: [443, 6443] };

async function made(args: Partial<NamespaceArgs> = {}) {
  const make = () => new Namespace("own", { name: "own", system: "shop", network, ...args });
  const { made: namespace, stack } = await recordMade(make);
  return { stack, namespace };
}

const labelsOf = (stack: Recorded) =>
  (stack.object("Namespace", "own").inputs as { metadata: { labels: object } }).metadata.labels;

test("a namespace enforces the restricted level of Pod Security, and warns and audits with it", async () => {
  const { stack } = await made();
  expect(labelsOf(stack)).toMatchObject({
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/audit": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
  });
});

test("it carries labels that a system fixes, which cannot lower its level", async () => {
  const labels = { environment: "production", "pod-security.kubernetes.io/enforce": "privileged" };
  const { stack } = await made({ labels });
  expect(labelsOf(stack)).toMatchObject({
    environment: "production",
    "pod-security.kubernetes.io/enforce": "restricted",
  });
});

test("it denies all traffic both ways except name resolution: by cluster DNS, by a cache on the node, or elsewhere", async () => {
  const { stack } = await made({ network: { ...network, dnsAddresses: ["10.1.2.3/32"] } });
  const kubeSystem = { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } };
  expect(stack.get("own-default-deny").inputs).toMatchObject({
    metadata: { namespace: "own" },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      egress: [
        {
          to: [
            { namespaceSelector: kubeSystem, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } },
            { namespaceSelector: kubeSystem, podSelector: { matchLabels: { "k8s-app": "node-local-dns" } } },
            { ipBlock: { cidr: "10.1.2.3/32" } },
          ],
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        },
      ],
    },
  });
  expect(stack.get("own-default-deny").inputs).not.toHaveProperty("spec.ingress");
});

test("flows of all its pods whose other end is no pod are one policy; without any there is none", async () => {
  const { stack } = await made({ access: [reachKubernetesApi(network), serveAnyone(8443)] });
  expect(stack.object("NetworkPolicy", "access").inputs).toMatchObject({
    spec: {
      podSelector: {},
      ingress: [{ ports: [{ port: 8443 }] }],
      egress: [{ ports: [{ port: 443 }, { port: 6443 }] }],
    },
  });
  const { stack: closed } = await made();
  expect(closed.ofType("NetworkPolicy").map(({ name }) => name)).not.toContain("own-access");
});

test("the API server is reached at its addresses where they are known", async () => {
  const { stack } = await made({ access: [reachKubernetesApi({ ...network, apiAddresses: ["10.0.0.1/32"] })] });
  expect(stack.object("NetworkPolicy", "access").inputs).toMatchObject({
    spec: { egress: [{ to: [{ ipBlock: { cidr: "10.0.0.1/32" } }] }] },
  });
});

test("containers that state no resources get some, unless only a vendor's operator knows their needs", async () => {
  const { stack } = await made();
  expect(stack.get("own-defaults").inputs).toMatchObject({
    spec: { limits: [{ type: "Container", defaultRequest: { cpu: "50m" }, default: { memory: "512Mi" } }] },
  });
  const { stack: without } = await made({ containerDefaults: false });
  expect(without.ofType("LimitRange").map(({ name }) => name)).not.toContain("own-defaults");
});

test("selectors are a part of the labels, hold the system's fixed labels, and nothing that changes in a workload's life", async () => {
  const { namespace } = await made({ common: { team: "core" } });
  const selector = namespace.selector("backend");
  expect(namespace.labels("backend", "gateway")).toMatchObject(selector);
  expect(selector).toEqual({ "app.kubernetes.io/name": "backend", "app.kubernetes.io/part-of": "shop", team: "core" });
});
