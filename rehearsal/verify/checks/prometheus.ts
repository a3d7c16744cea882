import { absent, type Check, judge, type Outcome } from "../check.ts";
import type { Cluster } from "../cluster.ts";
import { type ConfigMap, hasLabels, type Pod, type PodMonitor, type PrometheusRule } from "../objects.ts";
import { prometheus, withPod } from "../pods.ts";

const { namespace: NAMESPACE } = prometheus;
const PORT = 9090;

/** Asks Prometheus' API. */
type Ask = <T>(path: string) => Promise<T>;

/** Every pod that is to be measured is, and says so. */
export const targetsAreUp: Check = {
  title: "Prometheus' targets are up",
  look: (cluster) =>
    withPrometheus(cluster, async (ask) => {
      const { activeTargets } = await ask<Targets>("/api/v1/targets?state=active");
      const down = activeTargets
        .filter(({ health }) => health !== "up")
        .map(({ scrapePool, lastError }) => `${scrapePool}: ${lastError || "not asked yet"}`);
      const pools = new Set(activeTargets.map(({ scrapePool }) => scrapePool));
      const missing = (await expectedPools(cluster))
        .filter((pool) => !pools.has(pool))
        .map((pool) => `${pool}: no target`);
      return judge([...missing, ...down], `${activeTargets.length} targets`);
    }),
};

/** Every rule group is loaded, and there is an Alertmanager to tell. */
export const rulesAreLoaded: Check = {
  title: "alert rules are loaded",
  look: (cluster) =>
    withPrometheus(cluster, async (ask) => {
      const { groups } = await ask<Rules>("/api/v1/rules");
      const loaded = new Set(groups.map(({ name }) => name));
      const objects = await cluster.list<PrometheusRule>("prometheusrules.monitoring.coreos.com", NAMESPACE);
      const wanted = objects.flatMap(({ spec }) => spec.groups.map(({ name }) => name));
      const missing = wanted.filter((name) => !loaded.has(name)).map((name) => `group ${name} is not loaded`);
      const { activeAlertmanagers } = await ask<Alertmanagers>("/api/v1/alertmanagers");
      const nobody = activeAlertmanagers.length === 0 ? ["no Alertmanager is told"] : [];
      return judge([...missing, ...nobody], `${wanted.length} groups, ${activeAlertmanagers.length} Alertmanagers`);
    }),
};

/** Every panel of the system's own dashboards has something to show. */
export const dashboardsShowSomething: Check = {
  title: "dashboards show something",
  look: (cluster) =>
    withPrometheus(cluster, async (ask) => {
      const panels = await panelsOf(cluster);
      if (panels.length === 0) return absent("dashboards of its own");
      const faults: string[] = [];
      for (const { where, expr } of panels) {
        const { result } = await ask<Result>(`/api/v1/query?query=${encodeURIComponent(expr)}`);
        if (result.length === 0) faults.push(`${where} is empty`);
      }
      return judge(faults, `${panels.length} queries have results`);
    }),
};

function withPrometheus(cluster: Cluster, look: (ask: Ask) => Promise<Outcome>): Promise<Outcome> {
  return withPod(cluster, prometheus, (pod) => look((path) => data(cluster, pod, path)));
}

async function data<T>(cluster: Cluster, pod: Pod, path: string): Promise<T> {
  const { status, body } = await cluster.ask(pod, PORT, path);
  if (status !== 200) throw new Error(`Prometheus answers ${path} with status ${status}: ${body.slice(0, 200)}`);
  return (JSON.parse(body) as { data: T }).data;
}

/** Names under which Prometheus keeps the targets of each monitor that has pods. */
async function expectedPools(cluster: Cluster): Promise<string[]> {
  const pods = await cluster.list<Pod>("pods");
  const monitors = await cluster.list<PodMonitor>("podmonitors.monitoring.coreos.com", NAMESPACE);
  return monitors
    .filter(({ spec }) =>
      pods.some(
        (pod) =>
          (spec.namespaceSelector?.matchNames ?? [NAMESPACE]).includes(pod.metadata.namespace) &&
          hasLabels(pod, spec.selector.matchLabels ?? {}),
      ),
    )
    .map(({ metadata }) => `podMonitor/${metadata.namespace}/${metadata.name}/0`);
}

/** The queries of the dashboards that carry the program's tag, and where each stands. */
async function panelsOf(cluster: Cluster): Promise<{ where: string; expr: string }[]> {
  const objects = await cluster.list<ConfigMap>("configmaps", NAMESPACE);
  return objects
    .filter((object) => hasLabels(object, { grafana_dashboard: "1" }))
    .flatMap(({ data: files = {} }) => Object.values(files).map((text) => JSON.parse(text) as Dashboard))
    .filter(({ tags }) => tags?.includes("ai-platform"))
    .flatMap(({ title, panels }) =>
      panels.flatMap((panel) => panel.targets.map(({ expr }) => ({ where: `${title}: ${panel.title}`, expr }))),
    );
}

interface Targets {
  readonly activeTargets: readonly {
    readonly scrapePool: string;
    readonly health: string;
    readonly lastError: string;
  }[];
}

interface Rules {
  readonly groups: readonly { readonly name: string }[];
}

interface Alertmanagers {
  readonly activeAlertmanagers: readonly { readonly url: string }[];
}

interface Result {
  readonly result: readonly unknown[];
}

interface Dashboard {
  readonly title: string;
  readonly tags?: readonly string[];
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}
