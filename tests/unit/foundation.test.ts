import {
  Artifacts,
  charts,
  type Connection,
  environmentPrefix,
  images,
  labels,
  merge,
  selectorLabels,
  serverNames,
  withConnections,
} from "../../components/foundation";

describe("versions", () => {
  test.each(Object.entries(charts))("chart %s is pinned to one exact version", (_key, { version }) => {
    expect(version).toMatch(/^v?\d+\.\d+\.\d+$/);
  });

  test.each(Object.entries(images))("image %s names its registry and a tag that does not float", (_key, image) => {
    expect(image.repository).toMatch(/^[a-z0-9.-]+\.[a-z]+\/.+/);
    expect(image.tag).toMatch(/\d+\.\d+/);
  });
});

describe("artifacts", () => {
  const pin = { name: "traefik", source: "oci://ghcr.io/traefik/helm", version: "41.3.0" };
  const image = { repository: "docker.io/library/redis", tag: "7.2.11" };

  test("come from their own sources by default", () => {
    const artifacts = new Artifacts();
    expect(artifacts.chart(pin)).toEqual({ chart: "oci://ghcr.io/traefik/helm/traefik", version: "41.3.0" });
    expect(artifacts.chart({ ...pin, source: "https://charts.example.com" })).toEqual({
      chart: "traefik",
      version: "41.3.0",
      repositoryOpts: { repo: "https://charts.example.com" },
    });
    expect(artifacts.image(image)).toBe("docker.io/library/redis:7.2.11");
  });

  test("come from the mirrors where these are set", () => {
    const artifacts = new Artifacts({ chartMirror: "/charts/", imageMirror: "registry.example.com/mirror" });
    expect(artifacts.chart(pin)).toEqual({ chart: "/charts/traefik-41.3.0.tgz", version: "41.3.0" });
    expect(artifacts.image(image)).toBe("registry.example.com/mirror/library/redis:7.2.11");
    expect(new Artifacts({ chartMirror: "oci://registry.example.com/charts" }).chart(pin).chart).toBe(
      "oci://registry.example.com/charts/traefik",
    );
  });

  test("keep the tag readable beside a digest", () => {
    expect(new Artifacts().image({ ...image, digest: "sha256:abc" })).toBe("docker.io/library/redis:7.2.11@sha256:abc");
  });
});

describe("a connection", () => {
  const connection: Connection = {
    name: "engine-llama-3.3",
    host: "engine.ns.svc.cluster.local",
    port: 8000,
    attributes: { model: "llama-3.3" },
    credentials: { secretName: "engine-key", keys: ["username", "password"] },
    authority: { secretName: "engine-tls" },
    server: { namespace: "ns", labels: { app: "engine" } },
    ready: [],
  };
  const client = { name: "c", image: "i:1", resources: { cpu: "1", memoryMiB: 1 } };

  test("gives its client host, port, facts and the paths of credential files, never the credentials", () => {
    expect(withConnections(client, [connection]).environment).toEqual({
      ENGINE_LLAMA_3_3_HOST: "engine.ns.svc.cluster.local",
      ENGINE_LLAMA_3_3_PORT: "8000",
      ENGINE_LLAMA_3_3_MODEL: "llama-3.3",
      ENGINE_LLAMA_3_3_USERNAME_FILE: "/run/secrets/engine-llama-3.3/username",
      ENGINE_LLAMA_3_3_PASSWORD_FILE: "/run/secrets/engine-llama-3.3/password",
      ENGINE_LLAMA_3_3_CA_FILE: "/run/ca/engine-llama-3.3/ca.crt",
    });
  });

  test("mounts the credentials and, of the server's TLS secret, the authority alone", () => {
    expect(withConnections(client, [connection]).mounts).toMatchObject([
      { path: "/run/secrets/engine-llama-3.3" },
      {
        path: "/run/ca/engine-llama-3.3",
        source: { secret: { secretName: "engine-tls", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      },
    ]);
  });

  test("loses to the workload's own variables", () => {
    const own = { ...client, environment: { ENGINE_LLAMA_3_3_PORT: "1" } };
    expect(withConnections(own, [connection]).environment).toMatchObject({ ENGINE_LLAMA_3_3_PORT: "1" });
  });
});

test("selector labels are a subset of the labels, without anything that changes during a workload's life", () => {
  expect(labels("backend", "gateway")).toMatchObject(selectorLabels("backend"));
  expect(Object.keys(selectorLabels("backend"))).toEqual(["app.kubernetes.io/name", "app.kubernetes.io/part-of"]);
});

test("a server certificate is valid for every name a pod may use", () => {
  expect(serverNames(["cache"], "data")).toEqual([
    "cache.data.svc.cluster.local",
    "cache.data.svc",
    "cache.data",
    "cache",
    "*.cache.data.svc.cluster.local",
    "localhost",
  ]);
});

test("variable prefixes hold letters, digits and underscores only", () => {
  expect(environmentPrefix("engine-llama-3.3")).toBe("ENGINE_LLAMA_3_3");
});

test("extra values are merged deeply; lists and leaves are replaced", () => {
  expect(merge({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, e: 2 })).toEqual({ a: { b: 1, c: [3] }, d: 1, e: 2 });
});
