import { serviceKeys } from "../../../components/services/service/keys";
import { serviceProbes } from "../../../components/services/service/probes";
import { keysOf } from "../../support/builders";

const usual = { periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 };

const probesOf = (probes: object | undefined, port: string | undefined = "http") => {
  const minimal = { image: "registry.example.com/web:2.4.1", resources: { cpu: "500m", memory: "1Gi" } };
  return serviceProbes(keysOf(serviceKeys, { ...minimal, ...(probes && { probes }) }).probes, port);
};

test("a path is asked for over HTTP at the first port", () => {
  expect(probesOf({ ready: "/ready", live: "/health" })).toEqual({
    ready: { httpGet: { path: "/ready", port: "http" }, ...usual },
    live: { httpGet: { path: "/health", port: "http" }, ...usual },
  });
});

test("one of both stands for the other", () => {
  const health = { httpGet: { path: "/health", port: "http" }, ...usual };
  expect(probesOf({ live: "/health" })).toEqual({ ready: health, live: health });
  expect(probesOf({ ready: "/health" })).toEqual({ ready: health, live: health });
});

test("a slow start has a probe of its own", () => {
  expect(probesOf({ startup: { httpGet: { path: "/up" }, failureThreshold: 60 }, live: "/health" })).toMatchObject({
    startup: { httpGet: { path: "/up", port: "http" }, failureThreshold: 60, periodSeconds: 10 },
  });
});

test.each([
  ["HTTP at a named port", { httpGet: { path: "/x", port: "admin" } }, { httpGet: { path: "/x", port: "admin" } }],
  ["a port that opens", { tcpSocket: {} }, { tcpSocket: { port: "http" } }],
  ["a named port that opens", { tcpSocket: { port: "grpc" } }, { tcpSocket: { port: "grpc" } }],
  ["a command", { exec: { command: ["check"] } }, { exec: { command: ["check"] } }],
])("%s, with the usual patience", (_, stated, expected) => {
  expect(probesOf({ live: stated })).toMatchObject({ live: { ...expected, ...usual } });
});

test("patience in Kubernetes' own words wins", () => {
  const timing = { initialDelaySeconds: 30, periodSeconds: 20, timeoutSeconds: 2, failureThreshold: 9 };
  expect(probesOf({ live: { tcpSocket: {}, ...timing } })).toMatchObject({ live: timing });
});

test("without probes there is a reason instead", () => {
  expect(probesOf(undefined)).toEqual({ none: expect.stringContaining("serves no requests") });
});
