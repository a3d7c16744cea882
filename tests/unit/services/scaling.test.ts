import { serviceKeys } from "../../../components/services/service/keys";
import { serviceScale } from "../../../components/services/service/scaling";
import type { ScalerTrigger } from "../../../components/foundation";
import { connectionTo, keysOf } from "../../support/builders";

const minimal = { image: "registry.example.com/web:2.4.1", resources: { cpu: "500m", memory: "1Gi" } };
const deployment = "the Deployment" as never;

function scaleOf(scale: object) {
  const keys = keysOf(serviceKeys, { ...minimal, scale: { min: 1, max: 10, ...scale } }).scale;
  if (!keys) throw new Error("The keys have no scale.");
  const list = (name: string, perPod: number): ScalerTrigger => ({
    kind: "scaler",
    type: "redis",
    metadata: { listName: name, listLength: String(perPod) },
    credentials: [],
    reaches: connectionTo("queue"),
  });
  const connection = (name: string) => connectionTo(name, name === "queue" ? { list } : {});
  const site = { namespace: { name: "rawdrive" } } as never;
  return serviceScale({ name: "backend", deployment }, keys, { site, connection });
}

const trigger = (signal: object) => scaleOf({ on: [signal] }).triggers[0];

test("A28 A31 A32 the autoscaler gets the service's bounds, and its Deployment first", () => {
  expect(scaleOf({ min: 2, max: 100, on: [{ cpu: { percent: 70 } }] })).toMatchObject({
    name: "backend",
    target: "backend",
    ready: [deployment],
    min: 2,
    max: 100,
    behaviour: { upAfterSeconds: 60, downAfterSeconds: 300 },
    cooldownSeconds: 300,
  });
});

test("how fast, how long and under which name is for the stack file to say", () => {
  const stated = { upAfterSeconds: 0, downAfterSeconds: 600, cooldownSeconds: 60, name: "backend-scaler" };
  expect(scaleOf({ ...stated, on: [{ cpu: { percent: 70 } }] })).toMatchObject({
    name: "backend-scaler",
    target: "backend",
    behaviour: { upAfterSeconds: 0, downAfterSeconds: 600 },
    cooldownSeconds: 60,
  });
});

describe("it scales on", () => {
  test("C180 CPU and memory, in percent of the request", () => {
    expect(trigger({ cpu: { percent: 70 } })).toEqual({ kind: "cpu", percent: 70 });
    expect(trigger({ memory: { percent: 80 } })).toEqual({ kind: "memory", percent: 80 });
  });

  test("A34 requests per second that the edge sends it, which are none before the first", () => {
    expect(trigger({ ingressRequests: { perPod: 100 } })).toEqual({
      kind: "prometheus",
      query:
        'sum (rate(traefik_service_requests_total{service=~"rawdrive-backend(-\\\\d+)?-[0-9a-f]{20}@kubernetescrd"}[1m])) or vector(0)',
      compare: "per-pod",
      threshold: 100,
    });
  });

  test("A36 a quantile of its latency at the edge, compared as it is", () => {
    expect(trigger({ ingressLatency: { seconds: 1 } })).toEqual({
      kind: "prometheus",
      query:
        '(histogram_quantile(0.95, sum by (le) (rate(traefik_service_request_duration_seconds_bucket{service=~"rawdrive-backend(-\\\\d+)?-[0-9a-f]{20}@kubernetescrd"}[5m]))) >= 0) or vector(0)',
      compare: "as-is",
      threshold: 1,
    });
  });

  test("A37 A38 the length of a list in a Redis of the stack", () => {
    expect(trigger({ list: { in: "queue", name: "face_processing_queue", perPod: 5 } })).toMatchObject({
      kind: "scaler",
      metadata: { listName: "face_processing_queue", listLength: "5" },
      reaches: { name: "queue" },
    });
    expect(() => trigger({ list: { in: "postgres", name: "l", perPod: 5 } })).toThrow('"postgres" has no lists');
  });

  test("any query, which wakes only where that is said", () => {
    const query = { promql: "sum (load)", threshold: 2.5 };
    expect(trigger({ query })).toEqual({ kind: "prometheus", query: "sum (load)", threshold: 2.5, compare: "per-pod" });
    expect(trigger({ query: { ...query, compare: "as-is", wakeAbove: 0 } })).toMatchObject({
      compare: "as-is",
      wakeAbove: 0,
    });
  });

  test("the clock", () => {
    const cron = { timezone: "Europe/Berlin", start: "0 8 * * 1-5", end: "0 18 * * 1-5", pods: 5 };
    expect(trigger({ cron })).toEqual({ kind: "cron", ...cron });
  });

  test("several signals, of which the one that asks for most pods wins", () => {
    const { triggers } = scaleOf({ on: [{ cpu: { percent: 70 } }, { memory: { percent: 80 } }] });
    expect(triggers.map(({ kind }) => kind)).toEqual(["cpu", "memory"]);
  });
});
