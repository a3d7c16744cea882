import type { Part, Route, Site } from "../../../components/foundation";
import { Certificates } from "../../../components/platform/certificates";
import { certificatesKeys } from "../../../components/platform/certificates/keys";
import { Ingress } from "../../../components/platform/ingress";
import { ingressKeys } from "../../../components/platform/ingress/keys";
import { keysOf, recordPart } from "../../support/builders";

/** Middlewares that are there without a word. */
export const usual = ["rate-limit", "security-headers", "cors-headers"];

/** A route of a backend. */
export const route = (facts: Partial<Route> = {}): Route => ({
  name: "backend",
  host: "api.example.com",
  paths: ["/v1", "/admin"],
  through: usual,
  server: { name: "backend", peer: { namespace: "ai-platform", labels: { app: "backend" } }, ports: [8000] },
  service: { name: "backend", port: 80 },
  ...facts,
});

export const part = (routes: readonly Route[], name = "backend"): Part => ({
  name,
  connections: {},
  members: [],
  routes,
});

interface Stated {
  readonly keys?: object;
  readonly certificates?: object | undefined;
  readonly parts?: (site: Site) => readonly Part[];
}

/** Traefik, with what these parts declare. */
export const ingress = ({ keys = {}, certificates, parts = () => [part([route()])] }: Stated = {}) =>
  recordPart((site) => {
    const signed =
      certificates && new Certificates("certificates", { ...keysOf(certificatesKeys, certificates), site });
    const edge = new Ingress("ingress", { ...keysOf(ingressKeys, keys), site, certificates: signed });
    edge.route(parts(site));
    return edge;
  });
