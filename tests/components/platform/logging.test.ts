import { Logging } from "../../../components/platform/logging";
import { loggingKeys } from "../../../components/platform/logging/keys";
import { keysOf, recordPart } from "../../support/builders";
import { flows } from "../../support/edges";

const logging = (keys: object = {}) =>
  recordPart((site) => new Logging("logging", { ...keysOf(loggingKeys, keys), site }));

test("Loki and, after it, Alloy run in a restricted namespace of their own", async () => {
  const { stack } = await logging();
  expect(stack.object("Namespace", "logging").inputs).toMatchObject({
    metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
  const loki = stack.get("loki", "Release");
  expect(loki.inputs).toMatchObject({ name: "loki", namespace: "logging" });
  expect(stack.get("alloy", "Release").dependsOn).toContain(loki.urn);
});

test("lines are kept as long as the stack file says, on a volume of its size", async () => {
  const { stack } = await logging({ retention: "2w", storage: "7Gi", storageClass: "fast" });
  expect(stack.get("loki", "Release").inputs).toMatchObject({
    values: {
      loki: { limits_config: { retention_period: "336h" } },
      singleBinary: { persistence: { size: "7Gi", storageClass: "fast" } },
    },
  });
});

test("extra values are Loki's, merged last", async () => {
  const { stack } = await logging({ extraValues: { loki: { auth_enabled: true } } });
  expect(stack.get("loki", "Release").inputs).toHaveProperty("values.loki.auth_enabled", true);
  expect(stack.get("alloy", "Release").inputs).not.toHaveProperty("values.loki");
});

test("its pods talk among themselves and to the API server; whoever asks Loki is let in as a client", async () => {
  const { part, stack } = await logging();
  const { access } = flows(stack);
  expect(access).toEqual(
    expect.arrayContaining([
      "logging/* -> anywhere:443,6443",
      "logging/* -> logging/*:any",
      "logging/* -> logging/*:any",
    ]),
  );
  expect(access.join()).not.toContain("public addresses");
  expect(part.connections["default"]).toMatchObject({ host: "loki.logging.svc.cluster.local", port: 3100 });
});

test("Grafana asks Loki, Prometheus scrapes both, and an alert tells that lines are lost", async () => {
  const { part } = await logging();
  expect(part.dataSources).toMatchObject([
    { name: "Loki", type: "loki", url: "http://loki.logging.svc.cluster.local:3100", server: { ports: [3100] } },
  ]);
  expect(part.metrics.map(({ name, port }) => [name, port])).toEqual([
    ["loki", 3100],
    ["alloy", 12_345],
  ]);
  expect(part.alerts).toMatchObject([
    {
      name: "LogLinesDropped",
      expression: "sum by (reason) (increase(loki_write_dropped_entries_total[15m])) > 0",
      for: "15m",
      severity: "warning",
    },
  ]);
});
