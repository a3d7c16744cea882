import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Dashboard, DataSource, Namespace, Panel } from "../../foundation";

/** Width of a row and height of a panel, in Grafana's grid. */
const WIDTH = 24;
const HEIGHT = 8;

/** A ConfigMap that Grafana's sidecar finds by its label. */
export function dashboardObject(
  dashboard: Dashboard,
  namespace: Namespace,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap {
  const name = `dashboard-${dashboard.name}`;
  return new k8s.core.v1.ConfigMap(
    name,
    {
      metadata: {
        name,
        namespace: namespace.reference,
        labels: { ...namespace.labels(name, "dashboard"), grafana_dashboard: "1" },
      },
      data: { [`${dashboard.name}.json`]: JSON.stringify(dashboardJson(dashboard)) },
    },
    opts,
  );
}

/** The same for a server that Grafana asks; its sidecar finds data sources by another label. */
export function dataSourceObject(
  { name, type, url }: DataSource,
  namespace: Namespace,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap {
  const objectName = `data-source-${type}`;
  const datasources = [{ name, type, uid: type, url, access: "proxy", editable: false }];
  return new k8s.core.v1.ConfigMap(
    objectName,
    {
      metadata: {
        name: objectName,
        namespace: namespace.reference,
        labels: { ...namespace.labels(objectName, "data-source"), grafana_datasource: "1" },
      },
      data: { [`${type}.yaml`]: JSON.stringify({ apiVersion: 1, datasources }) },
    },
    opts,
  );
}

/** The dashboard as Grafana reads it. */
export function dashboardJson({ name, title, panels, columns = 2 }: Dashboard) {
  return {
    uid: name,
    title,
    tags: ["ai-platform"],
    schemaVersion: 39,
    editable: false,
    time: { from: "now-6h", to: "now" },
    refresh: "1m",
    panels: panels.map((panel, index) => panelJson(panel, index, columns)),
  };
}

function panelJson({ title, unit, queries }: Panel, index: number, columns: number) {
  const width = WIDTH / columns;
  return {
    id: index + 1,
    type: "timeseries",
    title,
    gridPos: { x: (index % columns) * width, y: Math.floor(index / columns) * HEIGHT, w: width, h: HEIGHT },
    datasource: { type: "prometheus", uid: "prometheus" },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: Object.entries(queries).map(([legend, expr], query) => ({
      refId: String.fromCharCode(65 + query),
      expr,
      legendFormat: legend,
    })),
  };
}
