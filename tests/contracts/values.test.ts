import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pins } from "../../rehearsal/charts/pins.ts";
import { valueTable } from "./value-table";
import { assertKnownValues } from "./values";

describe("values of a pinned chart", () => {
  test.each(Object.values(pins))("$name has a table for its pinned version", ({ name }) => {
    expect(() => {
      assertKnownValues(name, {});
    }).not.toThrow();
  });

  test("with keys the chart has are accepted", () => {
    assertKnownValues("cert-manager", {
      crds: { enabled: true },
      replicaCount: 2,
      webhook: { resources: { limits: {} } },
    });
    assertKnownValues("traefik", {
      ports: { web: { port: 8000 }, ours: { port: 1 } },
      service: { spec: { type: "NodePort" } },
    });
    assertKnownValues("keda", { resources: { operator: { requests: { cpu: "1" } } }, operator: { replicaCount: 2 } });
    assertKnownValues("kube-prometheus-stack", { grafana: { "grafana.ini": { users: {} }, replicas: 1 } });
    assertKnownValues("gpu-operator", { driver: { enabled: false }, mig: { strategy: "mixed" } });
    assertKnownValues("cloudnative-pg", { crds: { create: true }, podLabels: { tier: "data" } });
    assertKnownValues("loki", { singleBinary: { replicas: 1 }, chunksCache: { enabled: false } });
    assertKnownValues("alloy", { alloy: { mounts: { varlog: true } }, controller: { type: "daemonset" } });
  });

  test("with a made-up key are refused, with the nearest key the chart has", () => {
    expect(() => {
      assertKnownValues("keda", { operator: { replicaCuont: 2 } });
    }).toThrow("operator.replicaCuont is unknown; the nearest known key is operator.replicaCount");
  });

  test("with a key at the wrong level are refused", () => {
    expect(() => {
      assertKnownValues("traefik", { replicas: 2 });
    }).toThrow(/replicas is unknown/);
  });

  test("of another type are refused", () => {
    expect(() => {
      assertKnownValues("cert-manager", { replicaCount: "two" });
    }).toThrow(/replicaCount is string, but takes number/);
    expect(() => {
      assertKnownValues("keda", { webhooks: true });
    }).toThrow(/webhooks is boolean, but takes a record with/);
    expect(() => {
      assertKnownValues("keda", { tolerations: {} });
    }).toThrow(/tolerations is map, but takes array/);
  });

  test("are refused with every finding at once", () => {
    const values = { crd: {}, operator: { replicaCount: "two" } };
    expect(() => {
      assertKnownValues("keda", values);
    }).toThrow(/crd is unknown[\s\S]*operator\.replicaCount is string/);
  });

  test("that are left undefined, or removed with null, are accepted", () => {
    assertKnownValues("keda", { operator: { replicaCount: undefined }, tolerations: null });
  });

  test("of a chart that is not pinned are an error", () => {
    expect(() => {
      assertKnownValues("redis", {});
    }).toThrow(/"redis" is no pinned chart; those are cert-manager, traefik/);
  });
});

describe("a table derived from a chart", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "chart-"));
    writeFileSync(join(folder, "Chart.yaml"), "name: example\n");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const derive = (values: string) => {
    writeFileSync(join(folder, "values.yaml"), values);
    return valueTable(folder);
  };

  test("takes types from the defaults", () => {
    const values = "replicas: 1\nname: a\non: true\nlist: []\nextra: {}\nport: ''\nnothing: null\n";
    expect(derive(values)).toEqual({
      replicas: "number",
      name: "string",
      on: "boolean",
      list: "array",
      extra: "map",
      port: "scalar",
      nothing: "any",
    });
  });

  test("leaves fields of the Kubernetes API open, alone or per part of the chart", () => {
    const values =
      "resources: { limits: { cpu: 1 }, note: x }\npodLabels: { one: { a: b }, two: {} }\nnodeSelector: { os: linux }\n";
    expect(derive(values)).toEqual({ resources: "map", podLabels: { one: "map", two: "map" }, nodeSelector: "map" });
  });

  test("adds what only the schema knows, chosen keys included", () => {
    const web = { type: "object", properties: { port: { type: ["integer", "null"] } } };
    const schema = {
      $ref: "#/$defs/all.values",
      $defs: { "all.values": { properties: { ports: { additionalProperties: web }, hidden: { type: "boolean" } } } },
    };
    writeFileSync(join(folder, "values.schema.json"), JSON.stringify(schema));
    expect(derive("ports: { web: { port: 1 } }\n")).toEqual({
      ports: { web: { port: "number" }, "*": { port: "number|null" } },
      hidden: "boolean",
    });
  });

  test("knows no key of a dependency that has no values", () => {
    writeFileSync(join(folder, "Chart.yaml"), "name: example\ndependencies: [{ name: crds }]\n");
    mkdirSync(join(folder, "charts", "crds"), { recursive: true });
    writeFileSync(join(folder, "charts", "crds", "Chart.yaml"), "name: crds\n");
    expect(derive("crds: { create: true }\n")).toEqual({ crds: { create: "boolean" } });
  });

  test("leaves a dependency open whose folder is not at hand", () => {
    writeFileSync(join(folder, "Chart.yaml"), "name: example\ndependencies: [{ name: absent }]\n");
    expect(derive("absent: { on: true }\n")).toEqual({ absent: { on: "boolean", "*": "any" } });
  });
});
