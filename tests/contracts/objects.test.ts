import { pins } from "../../rehearsal/charts/pins.ts";
import { FIRST_RUN, renderStandIn } from "../rehearsal/charts-rendering";
import { MADE_BY, objectTable } from "./object-table.ts";
import { readTable } from "./tables";

test.each(Object.values(pins))(
  "the stand-in for $name creates what the real chart creates",
  async (pin) => {
    const { values, objects } = readTable("objects", pin) as { values: object; objects: object };
    expect(objectTable(await renderStandIn(pin, values))).toEqual(objects);
  },
  FIRST_RUN,
);

test("a table leaves out hooks, what an operator makes, and labels that change with every version", () => {
  const service = (name: string, annotation: string) =>
    `---\nkind: Service\nmetadata: { name: ${name}, annotations: { ${annotation} } }\n` +
    "spec: { selector: { app: web }, ports: [{ name: http, port: 80 }] }\n";
  const account = "---\nkind: ServiceAccount\nmetadata: { name: web }\n";
  const all = [service("web", "a: b"), service("hook", "helm.sh/hook: test"), service("made", `${MADE_BY}: operator`)];
  expect(objectTable([...all, account].join(""))).toEqual({
    "Service/web": { type: "ClusterIP", headless: false, selector: { app: "web" }, ports: { http: 80 } },
  });
});

test("a table of a workload tells its pods' labels, ports and resources, and not their maker", () => {
  const pod = {
    metadata: { labels: { app: "web", "helm.sh/chart": "web-1.0.0" } },
    spec: {
      serviceAccountName: "web",
      containers: [
        { name: "web", ports: [{ name: "http", containerPort: 80 }], resources: { requests: { cpu: 1 }, limits: {} } },
      ],
    },
  };
  const spec = { replicas: 2, selector: { matchLabels: { app: "web" } }, template: pod };
  expect(objectTable(JSON.stringify({ kind: "Deployment", metadata: { name: "web" }, spec }))).toEqual({
    "Deployment/web": {
      replicas: 2,
      serviceAccount: "web",
      selector: { app: "web" },
      labels: { app: "web" },
      containers: { web: { ports: { http: 80 }, requests: { cpu: 1 } } },
    },
  });
});
