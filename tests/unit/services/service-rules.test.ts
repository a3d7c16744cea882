import { configOf, encrypted, problemsOf, type StackKeys } from "../../support/stack-file";

// Mistakes of single keys stand in tests/mistakes; here are the rules between parts.
const minimal = { image: "registry.example.com/web:2.4.1", resources: { cpu: "500m", memory: "1Gi" } };
const served = { ...minimal, port: 8000, probes: { ready: "/ready" } };
const scaled = (scale: object, keys: object = minimal) => ({ ...keys, scale: { min: 1, max: 4, ...scale } });
const cpu = { on: [{ cpu: { percent: 70 } }] };
const web = (keys: object, others: StackKeys = {}) => ({ ...others, services: { web: keys } });
const stores = {
  db: { kind: "postgres" },
  one: { kind: "redis", keeps: "cache", servers: 1 },
  three: { kind: "redis", keeps: "queue", servers: 3 },
};
const using = (uses: string[], environment: object) => ({ ...minimal, uses, environment });
const volume = { path: "/data", size: "1Gi" };

describe("a service that could not work is refused", () => {
  test.each<readonly [string, StackKeys, string]>([
    [
      "a probe of a port it has not",
      web({ ...served, probes: { live: { tcpSocket: { port: "admin" } } } }),
      'services.web.probes.live.tcpSocket.port is "admin", but its ports are http',
    ],
    [
      "a probe over the network without ports",
      web({ ...minimal, probes: { live: "/health" } }),
      "services.web.probes.live asks a port, but the container has none",
    ],
    [
      "a URL of three servers",
      web(using(["three"], { URL_FILE: { from: "three" } }), { stores }),
      'services.web.environment.URL_FILE.key is "url", but three is a Redis with three servers',
    ],
    [
      "a user name of a Redis",
      web(using(["one"], { USER_FILE: { from: "one", key: "username" } }), { stores }),
      'services.web.environment.USER_FILE.key is "username", but one, a redis, has url and password',
    ],
    [
      "a URL of a service",
      { services: { api: served, web: using(["api"], { URL_FILE: { from: "api" } }) } },
      'services.web.environment.URL_FILE.key is "url", but api, a service, has no such secret',
    ],
    [
      "another service's volume",
      { services: { api: { ...minimal, claims: { data: volume } }, web: { ...minimal, claims: { data: volume } } } },
      "ai-platform:services.web.claims.data is a volume of api already",
    ],
    [
      "labels of another part",
      web({ ...minimal, labels: { "app.kubernetes.io/name": "api" } }),
      "ai-platform:services.web.labels is",
    ],
  ])("%s", (_what, keys, message) => {
    expect(problemsOf(keys)).toContain(message);
  });
});

describe("a number of pods that nobody could move is refused", () => {
  const platform = { autoscaling: {} };

  test.each<readonly [string, StackKeys, string]>([
    [
      "without an autoscaler",
      web(scaled(cpu)),
      "services.web.scale is set, but the stack has no ai-platform:autoscaling",
    ],
    [
      "by an edge that is not there",
      web(scaled({ on: [{ ingressRequests: { perPod: 1 } }] }), platform),
      "services.web.scale.on[0].ingressRequests is set, but the stack has no ai-platform:ingress, which measures it",
    ],
    [
      "by a query that nobody answers",
      web(scaled({ on: [{ query: { promql: "x", threshold: 1 } }] }), platform),
      "the stack has no ai-platform:monitoring",
    ],
    [
      "by two signals in one",
      web(scaled({ on: [{ cpu: { percent: 1 }, memory: { percent: 1 } }] }), platform),
      "exactly one of cpu, memory",
    ],
  ])("%s", (_what, keys, message) => {
    expect(problemsOf(keys)).toContain(message);
  });
});

describe("what fits is accepted", () => {
  const list = { min: 0, on: [{ list: { in: "three", name: "l", perPod: 1 } }] };

  test.each<readonly [string, StackKeys]>([
    ["a secret in a file", web({ ...minimal, environment: { TOKEN_FILE: { secret: "t" } } }, { t: encrypted })],
    [
      "a secret in a variable with a reason",
      web({ ...minimal, environment: { T: { secret: "t" } }, secretVariables: "reads no files" }, { t: encrypted }),
    ],
    ["a URL of a database", web(using(["db"], { URL_FILE: { from: "db" } }), { stores })],
    [
      "a URL under a prefix",
      web({ ...minimal, uses: { main: "one" }, environment: { URL_FILE: { from: "main" } } }, { stores }),
    ],
    ["a shared volume", web({ ...minimal, replicas: 2, claims: { data: { ...volume, access: "ReadWriteMany" } } })],
    ["a probe without ports by a command", web({ ...minimal, probes: { live: { exec: { command: ["check"] } } } })],
    ["sleeping until a list has entries", web(scaled(list), { autoscaling: {}, stores })],
    [
      "scaling on the edge",
      web(scaled({ on: [{ ingressRequests: { perPod: 1 } }] }, { ...served, routes: [{}] }), {
        autoscaling: {},
        ingress: {},
        monitoring: {},
      }),
    ],
  ])("%s", (_what, keys) => {
    expect(() => configOf(keys)).not.toThrow();
  });
});
