import type { KubeObject } from "../objects/object.ts";
import { READY, type Rule, type View, waiting } from "./rule.ts";

interface Backend {
  readonly service?: { readonly name: string };
}

interface Ingress extends KubeObject {
  spec: {
    defaultBackend?: Backend;
    rules?: { host?: string; http?: { paths: { path?: string; backend: Backend }[] } }[];
  };
  status?: { loadBalancer?: { ingress?: unknown[] } };
}

export const ingress: Rule = {
  async check(object, view) {
    const it = object as Ingress;
    const findings = await missingBackends(it, view);
    if (!it.status?.loadBalancer?.ingress?.length) {
      findings.push(
        "Ingress .status.loadBalancer field was not updated with a hostname/IP address. Is an ingress controller running?",
      );
    }
    return findings.length === 0 ? READY : waiting(...findings);
  },
};

async function missingBackends({ spec, metadata }: Ingress, view: View): Promise<string[]> {
  const paths = (spec.rules ?? []).flatMap(({ host = "*", http }) =>
    (http?.paths ?? []).map(({ path = "/", backend }) => ({ where: `${host}${path}`, name: backend.service?.name })),
  );
  const endpoints = await view.list("v1", "Endpoints", metadata.namespace);
  const services = await view.list("v1", "Service", metadata.namespace);
  const isServed = (name: string) =>
    endpoints.some((candidate) => candidate.metadata.name === name) ||
    services.some((candidate) => candidate.metadata.name === name && isExternal(candidate));
  return paths
    .filter(({ name }) => name !== undefined && !isServed(name))
    .map(
      ({ where, name }) => `Ingress has at least one rule that does not target any Service: ${where} (Service ${name})`,
    );
}

function isExternal(service: KubeObject): boolean {
  return (service["spec"] as { type?: string }).type === "ExternalName";
}
