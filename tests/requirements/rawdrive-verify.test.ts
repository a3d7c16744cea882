import type { Outcome } from "../../rehearsal/verify/check";
import type { Answer, Cluster } from "../../rehearsal/verify/cluster";
import { checks } from "../../rehearsal/verify/checks";
import { verify } from "../../rehearsal/verify/verify";
import type { Recorded } from "../support/mocks";
import { recordStack } from "../support/program";

/**
 * The rows of RawDrive about checks of a running stack: what each check says of a cluster that holds the objects of the stack file,
 * whose programs answer as the real ones do, and of one where that has gone wrong. `rawdrive.e2e.test.ts` asks a real API.
 */
let prod: Recorded;
let dev: Recorded;
beforeAll(async () => {
  prod = await recordStack("rawdrive");
  dev = await recordStack("rawdrive-dev");
});

type Objects = Readonly<Record<string, readonly object[]>>;
type Answers = (port: number, path: string) => object | string | undefined;

/** A cluster with these objects by kind, whose pods answer these questions. */
function cluster(objects: Objects, answers: Answers = () => undefined): Cluster {
  return {
    list: async <T>(kind: string, namespace?: string) =>
      (objects[kind] ?? []).filter(
        (object) =>
          namespace === undefined || (object as { metadata: { namespace: string } }).metadata.namespace === namespace,
      ) as T[],
    ask: async (_pod, port, path): Promise<Answer> => {
      const answer = answers(port, path);
      if (answer === undefined) return { status: 404, body: "404 page not found" };
      return {
        status: 200,
        body: typeof answer === "string" ? answer : JSON.stringify({ status: "success", data: answer }),
      };
    },
  };
}

async function look(title: string, at: Cluster): Promise<Outcome> {
  const check = checks.find((one) => one.title === title);
  if (!check) throw new Error(`No check is called "${title}".`);
  return check.look(at, "rawdrive");
}

/** Objects of a kind as the API server would list them. */
function rendered(of: Recorded, kind: string, more: object = {}): object[] {
  return of.ofType(kind).map(({ inputs }) => ({ ...inputs, ...more }));
}

function pod(namespace: string, name: string, labels: object, node = "real"): object {
  return {
    metadata: { namespace, name, labels },
    spec: { nodeName: node },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
}

const nodes = [
  { metadata: { name: "real", namespace: "", annotations: {} } },
  { metadata: { name: "pretended", namespace: "", annotations: { "kwok.x-k8s.io/node": "fake" } } },
];
const TRAEFIK = { "app.kubernetes.io/name": "traefik" };
const PROMETHEUS = { "app.kubernetes.io/name": "prometheus" };

function platform(of: Recorded, node = "real"): Objects {
  return {
    nodes,
    pods: [
      pod("traefik", "traefik-1", TRAEFIK, node),
      pod("monitoring", "prometheus-0", PROMETHEUS, node),
      pod("keda", "keda-operator-1", { app: "keda-operator" }, node),
      pod("logging", "loki-0", { "app.kubernetes.io/name": "loki" }, node),
      pod("rawdrive", "rawdrive-backend-1", {}, node),
    ],
    namespaces: rendered(of, "Namespace").filter((object) => "apiVersion" in object),
    "podmonitors.monitoring.coreos.com": rendered(of, "PodMonitor"),
    "prometheusrules.monitoring.coreos.com": rendered(of, "PrometheusRule"),
    "ingressroutes.traefik.io": rendered(of, "IngressRoute"),
    configmaps: rendered(of, "ConfigMap"),
    "scaledobjects.keda.sh": rendered(of, "ScaledObject", ready("True", "ScaledObject is defined correctly")),
    "horizontalpodautoscalers.autoscaling": autoscalers(of),
  };
}

function ready(status: string, message: string): object {
  return { status: { conditions: [{ type: "Ready", status, message }] } };
}

function autoscalers(of: Recorded): object[] {
  return of.ofType("ScaledObject").map(({ inputs }) => {
    const { name, namespace } = inputs["metadata"] as { name: string; namespace: string };
    return { metadata: { name: `keda-hpa-${name}`, namespace, ownerReferences: [{ kind: "ScaledObject", name }] } };
  });
}

describe("A71 scaled objects in namespace rawdrive are ready", () => {
  const title = "scaled objects are ready";

  test("A71 holds when each has the condition", async () => {
    expect(await look(title, cluster(platform(prod)))).toEqual({
      verdict: "holds",
      detail: expect.stringContaining("rawdrive-backend-scaler"),
    });
  });

  test("A71 fails with KEDA's own words when one has not", async () => {
    const broken = rendered(prod, "ScaledObject", ready("False", "error parsing prometheus metadata"));
    const outcome = await look(title, cluster({ ...platform(prod), "scaledobjects.keda.sh": broken }));
    expect(outcome).toEqual({
      verdict: "fails",
      detail: expect.stringContaining("face-worker: error parsing prometheus metadata"),
    });
  });
});

describe("A72 each scaled object in namespace rawdrive has KEDA's autoscaler", () => {
  const title = "scaled objects have autoscalers";

  test("A72 holds when KEDA has made them", async () => {
    expect((await look(title, cluster(platform(prod)))).verdict).toBe("holds");
  });

  test("A72 fails for one that is missing, and for one that somebody else made", async () => {
    const [first] = autoscalers(prod);
    const foreign = { metadata: { name: "by-hand", namespace: "rawdrive" } };
    const objects = { ...platform(prod), "horizontalpodautoscalers.autoscaling": [first ?? {}, foreign] };
    expect((await look(title, cluster(objects))).detail).toMatch(/has none of KEDA's; by-hand is not KEDA's$/);
  });
});

describe("A73 the dashboard", () => {
  const page: Answers = (port, path) => (port === 8080 && path === "/dashboard/" ? "<!doctype html><html>" : undefined);

  test("A73 answers in development on port 8080", async () => {
    expect(await look("Traefik's dashboard", cluster(platform(dev), page))).toEqual({
      verdict: "holds",
      detail: "answers on port 8080, /dashboard/",
    });
    expect((await look("Traefik's dashboard", cluster(platform(dev)))).verdict).toBe("fails");
  });

  test("A73 A24 answers nowhere in production, or the check fails", async () => {
    expect((await look("Traefik's dashboard", cluster(platform(prod)))).verdict).toBe("holds");
    expect((await look("Traefik's dashboard", cluster(platform(prod), page))).verdict).toBe("fails");
  });
});

test("A74 Traefik's metrics answer on port 8082 at /metrics, or the check fails", async () => {
  const metrics: Answers = (port, path) =>
    port === 8082 && path === "/metrics" ? 'traefik_entrypoint_requests_total{code="200"} 1' : undefined;
  expect(await look("Traefik's metrics answer", cluster(platform(prod), metrics))).toEqual({
    verdict: "holds",
    detail: "port 8082, /metrics",
  });
  expect(await look("Traefik's metrics answer", cluster(platform(prod)))).toEqual({
    verdict: "fails",
    detail: "port 8082, /metrics: status 404, and nothing that begins with traefik_",
  });
});

describe("A75 Prometheus' target for Traefik", () => {
  const title = "Prometheus' targets are up";
  const target = (health: string, lastError = "", name = "traefik") => ({
    scrapePool: `podMonitor/monitoring/${name}/0`,
    health,
    lastError,
  });
  const targets =
    (...active: object[]): Answers =>
    (port, path) =>
      port === 9090 && path === "/api/v1/targets?state=active"
        ? { activeTargets: [target("up", "", "keda"), target("up", "", "loki"), ...active] }
        : undefined;

  test("A75 is up", async () => {
    expect(await look(title, cluster(platform(prod), targets(target("up"))))).toEqual({
      verdict: "holds",
      detail: "3 targets",
    });
  });

  test("A75 is down, and the check says why", async () => {
    const outcome = await look(title, cluster(platform(prod), targets(target("down", "connection refused"))));
    expect(outcome).toEqual({ verdict: "fails", detail: "podMonitor/monitoring/traefik/0: connection refused" });
  });

  test("A75 is missing, although there is a pod to ask", async () => {
    expect((await look(title, cluster(platform(prod), targets()))).detail).toBe(
      "podMonitor/monitoring/traefik/0: no target",
    );
  });
});

describe("A76 dashboards", () => {
  const title = "dashboards show something";
  const results =
    (empty: RegExp): Answers =>
    (port, path) =>
      port === 9090 && path.startsWith("/api/v1/query?")
        ? { result: empty.test(decodeURIComponent(path)) ? [] : [{ value: [0, "1"] }] }
        : undefined;

  test("A76 show traffic: every query has a result", async () => {
    const outcome = await look(title, cluster(platform(prod), results(/nothing/)));
    expect(outcome).toEqual({ verdict: "holds", detail: expect.stringMatching(/^\d\d queries have results$/) });
  });

  test("A76 without traffic the check names the empty panels", async () => {
    const outcome = await look(title, cluster(platform(prod), results(/traefik_router_requests_total/)));
    expect(outcome.verdict).toBe("fails");
    expect(outcome.detail).toContain("Traffic through Traefik: Requests by router is empty");
  });
});

describe("A77 alert rules", () => {
  const title = "alert rules are loaded";
  const answers =
    (groups: readonly string[], alertmanagers: readonly object[]): Answers =>
    (port, path) => {
      if (port !== 9090) return undefined;
      if (path === "/api/v1/rules") return { groups: groups.map((name) => ({ name })) };
      return path === "/api/v1/alertmanagers" ? { activeAlertmanagers: alertmanagers } : undefined;
    };
  const all = ["alerts", "traefik-alerts", "rawdrive-backend-objectives"];

  test("A77 are loaded, all groups, and an Alertmanager is told", async () => {
    const outcome = await look(title, cluster(platform(prod), answers(all, [{ url: "http://alertmanager:9093" }])));
    expect(outcome).toEqual({ verdict: "holds", detail: "3 groups, 1 Alertmanagers" });
  });

  test("A77 are not all loaded, and nobody is told", async () => {
    const outcome = await look(title, cluster(platform(prod), answers(all.slice(1), [])));
    expect(outcome).toEqual({ verdict: "fails", detail: "group alerts is not loaded; no Alertmanager is told" });
  });
});

describe("A78 logs", () => {
  const title = "logs can be asked for";
  const lines =
    (...namespaces: readonly string[]): Answers =>
    (port, path) =>
      port === 3100 && path.startsWith("/loki/api/v1/label/namespace/values") ? namespaces : undefined;

  test("A78 hold when Loki has lines of each namespace with pods", async () => {
    const everywhere = ["keda", "logging", "monitoring", "rawdrive", "traefik"];
    const outcome = await look(title, cluster(platform(prod), lines(...everywhere)));
    expect(outcome.verdict).toBe("holds");
    expect(outcome.detail.split(", ").sort()).toEqual(everywhere);
  });

  test("A78 fail when a namespace is silent, or Loki does not answer", async () => {
    const outcome = await look(title, cluster(platform(prod), lines("keda", "logging", "monitoring", "traefik")));
    expect(outcome).toEqual({ verdict: "fails", detail: "no line of rawdrive" });
    expect((await look(title, cluster(platform(prod)))).detail).toContain("Loki answers with status 404");
  });
});

test("what simulated pods would say counts as nothing, and is said so", async () => {
  const lines: string[] = [];
  const code = await verify(checks, cluster(platform(prod, "pretended")), "rawdrive", (line) => lines.push(line));
  expect(code).toBe(0);
  expect(lines).toContain("○ Traefik's metrics answer           simulated: traefik-1 cannot answer");
  expect(lines.at(-1)).toBe("0 hold, 0 fail, 8 simulated and so not known");
});

test("a check that fails, or cannot look, ends with code 1", async () => {
  const lines: string[] = [];
  const broken: Cluster = { ...cluster(platform(prod)), ask: () => Promise.reject(new Error("no route to host")) };
  expect(await verify(checks, broken, "rawdrive", (line) => lines.push(line))).toBe(1);
  expect(lines.join("\n")).toContain("✘ Traefik's metrics answer           no route to host");
});
