import {
  edges,
  type End,
  type Member,
  Network,
  type NetworkArgs,
  type Part,
  policies,
  reachAnywhere,
  type ScalerTrigger,
  serveAnyone,
} from "../../../components/foundation";
import { connectionTo, site } from "../../support/builders";
import { flows } from "../../support/edges";
import { record } from "../../support/mocks";

const member = (name: string, facts: Partial<Member> = {}): Member => ({
  name,
  peer: { namespace: "ai-platform", labels: { app: name } },
  ...facts,
});

const part = (name: string, facts: Partial<Part> = {}): Part => ({
  name,
  connections: {},
  members: [member(name)],
  ...facts,
});

const network = (args: Omit<NetworkArgs, "site">) =>
  record(() => {
    const around = site();
    around.addNamespace("edge", { name: "edge" }, {});
    new Network("network", { ...args, site: around });
  });

const client = part("client", { members: [member("client", { uses: [connectionTo("server")] })] });
const edge: End = { name: "traefik", peer: { namespace: "edge", labels: { app: "traefik" } } };

test("a connection opens both halves of one flow, and nothing else", async () => {
  const stack = await network({ parts: [client] });
  expect(flows(stack)).toEqual({
    open: ["ai-platform/app=client -> ai-platform/app=server:7000"],
    dangling: [],
    access: [],
  });
});

test("a group of pods has one policy, in its own namespace and after it, with all it may do in and out", async () => {
  const access = [reachAnywhere(443), serveAnyone(8443)];
  const busy = member("busy", { uses: [connectionTo("a"), connectionTo("b")], peerPorts: [7946], access });
  const other = part("other", { members: [member("other", { uses: [connectionTo("busy")] })] });
  const stack = await network({ parts: [part("busy", { members: [busy] }), other] });
  const policy = stack.object("NetworkPolicy", "busy");
  expect(policy.inputs).toMatchObject({
    metadata: { namespace: "ai-platform", labels: { "app.kubernetes.io/name": "busy" } },
    spec: { podSelector: { matchLabels: { app: "busy" } }, policyTypes: ["Ingress", "Egress"] },
  });
  const { ingress, egress } = (policy.inputs as unknown as { spec: { ingress: object[]; egress: object[] } }).spec;
  expect([ingress.length, egress.length]).toEqual([3, 4]);
  expect(policy.dependsOn).toContain(stack.object("Namespace", "ai-platform").urn);
});

test("groups are told apart by namespace and labels; two descriptions of one share the first one's policy", () => {
  const twice = [
    member("operator", { access: [reachAnywhere(443)] }),
    member("same operator", { peer: member("operator").peer, access: [reachAnywhere(6443)] }),
    member("operator elsewhere", {
      peer: { namespace: "edge", labels: { app: "operator" } },
      access: [serveAnyone(1)],
    }),
  ];
  expect(policies(twice, []).map(({ end, access }) => [end.name, access.egress?.length])).toEqual([
    ["operator", 2],
    ["operator elsewhere", undefined],
  ]);
});

test("a flow that two declarations need appears once", () => {
  const twice = member("client", { uses: [connectionTo("server"), connectionTo("server")] });
  const found = policies([twice], edges({ parts: [part("client", { members: [twice] })] }));
  expect(found.map(({ access }) => access)).toMatchObject([{ egress: [{}] }, { ingress: [{}] }]);
  for (const { access } of found) expect([...(access.egress ?? []), ...(access.ingress ?? [])]).toHaveLength(1);
});

test("pods that do nothing have no policy beside the namespace's, which denies everything", () => {
  expect(policies([member("idle")], [])).toEqual([]);
});

test("a server outside the cluster is reached on its ports at any address, since no selector can name it", async () => {
  const outside = connectionTo("database", { server: "outside", port: 5432, furtherPorts: [6432] });
  const stack = await network({ parts: [part("client", { members: [member("client", { uses: [outside] })] })] });
  expect(stack.object("NetworkPolicy", "client").inputs).toMatchObject({
    spec: {
      policyTypes: ["Egress"],
      egress: [
        {
          ports: [
            { protocol: "TCP", port: 5432 },
            { protocol: "TCP", port: 6432 },
          ],
        },
      ],
    },
  });
  expect(flows(stack).access).toContain("ai-platform/app=client -> anywhere:5432,6432");
});

test("policies see the ports of pods, whatever the Service calls them", () => {
  const server = { ...connectionTo("server"), port: 80 };
  const parts = [part("client", { members: [member("client", { uses: [server] })] })];
  expect(edges({ parts }).map(({ ports }) => ports)).toEqual([[7000]]);
});

describe("what platform parts reach", () => {
  const queue = connectionTo("queue");
  const server = { name: "queue", peer: { namespace: "ai-platform", labels: { app: "queue" } }, ports: [7000] };
  const list: ScalerTrigger = {
    kind: "scaler",
    type: "redis",
    metadata: {},
    credentials: [],
    reaches: queue,
  };
  const declaring = {
    routes: part("web", {
      routes: [{ name: "web", host: "h", paths: ["/"], through: [], server, service: { name: "web", port: 80 } }],
    }),
    dataSources: part("logs", { dataSources: [{ name: "L", type: "loki", url: "u", server }] }),
    metrics: part("web", { metrics: [{ name: "queue", peer: server.peer, port: 9121 }] }),
    scales: part("worker", {
      scales: [
        {
          name: "worker",
          namespace: undefined as never,
          target: "worker",
          ready: [],
          min: 0,
          max: 1,
          triggers: [{ kind: "cpu", percent: 70 }, list],
        },
      ],
    }),
  };

  const viewer: End = { name: "grafana", peer: { namespace: "edge", labels: { app: "grafana" } } };

  test.each([
    ["routes", "ingress", edge, 7000],
    ["metrics", "monitoring", edge, 9121],
    ["dataSources", "monitoring", viewer, 7000],
    ["scales", "autoscaling", edge, 7000],
  ] as const)("%s are reached by the part for %s, where it is installed", (declared, platform, client, port) => {
    const parts = [declaring[declared]];
    expect(edges({ parts, [platform]: { client: edge, viewer } })).toEqual([
      { client, server: expect.objectContaining({ name: "queue" }), ports: [port] },
    ]);
    expect(edges({ parts })).toEqual([]);
  });
});
