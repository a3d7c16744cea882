import { absent, type Check, fails, holds } from "../check.ts";
import type { Answer, Cluster } from "../cluster.ts";
import type { PodMonitor } from "../objects.ts";
import { traefik, withPod } from "../pods.ts";

const DASHBOARD = { port: 8080, path: "/dashboard/" };

/** Traefik answers where Prometheus asks it. */
export const edgeMeasures: Check = {
  title: "Traefik's metrics answer",
  look: (cluster) =>
    withPod(cluster, traefik, async (pod) => {
      const monitors = await cluster.list<PodMonitor>("podmonitors.monitoring.coreos.com");
      const [endpoint] = monitors.find(({ metadata }) => metadata.name === "traefik")?.spec.podMetricsEndpoints ?? [];
      if (!endpoint) return absent("a Prometheus that asks Traefik");
      const { portNumber: port, path } = endpoint;
      const { status, body } = await cluster.ask(pod, port, path);
      const where = `port ${port}, ${path}`;
      return status === 200 && body.includes("traefik_")
        ? holds(where)
        : fails([`${where}: status ${status}, and nothing that begins with traefik_`]);
    }),
};

/** Traefik's dashboard answers where the stack has one, and nowhere else: it asks nobody for a password. */
export const edgeDashboard: Check = {
  title: "Traefik's dashboard",
  look: (cluster) =>
    withPod(cluster, traefik, async (pod) => {
      const wanted = await hasDashboard(cluster);
      const shown = isShown(await cluster.ask(pod, DASHBOARD.port, DASHBOARD.path));
      const where = `port ${DASHBOARD.port}, ${DASHBOARD.path}`;
      if (wanted) return shown ? holds(`answers on ${where}`) : fails([`does not answer on ${where}`]);
      return shown ? fails([`answers on ${where}, although the stack has none`]) : holds("is off, as the stack says");
    }),
};

async function hasDashboard(cluster: Cluster): Promise<boolean> {
  const routes = await cluster.list("ingressroutes.traefik.io", traefik.namespace);
  return routes.some(({ metadata }) => metadata.name === "dashboard");
}

function isShown({ status, body }: Answer): boolean {
  return status === 200 && body.includes("<html");
}
