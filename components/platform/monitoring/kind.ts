import { once } from "../../foundation";
import { Monitoring } from ".";
import { monitoringKeys } from "./keys";

export const monitoring = once(
  monitoringKeys.describe("kube-prometheus-stack: Prometheus, Alertmanager, Grafana."),
  Monitoring,
  { namespaces: ["monitoring"] },
);
