import type { KubeObject } from "../objects/object.ts";
import { READY, type Rule, type View, waiting } from "./rule.ts";

interface Service extends KubeObject {
  spec: { type?: string; clusterIP?: string; selector?: { [label: string]: string } };
  status?: { loadBalancer?: { ingress?: unknown[] } };
}

interface Endpoints extends KubeObject {
  subsets?: { addresses?: unknown[]; notReadyAddresses?: unknown[] }[];
}

export const service: Rule = {
  async check(object, view) {
    const { spec, status } = object as Service;
    const findings: string[] = [];
    if (spec.type === "LoadBalancer" && !status?.loadBalancer?.ingress?.length) {
      findings.push("Service was not allocated an IP address; does your cloud provider support this?");
    }
    if (selectsPods(object as Service)) findings.push(...(await endpointFindings(object, view)));
    return findings.length === 0 ? READY : waiting(...findings);
  },
};

/** Headless, external and hand-fed Services have no endpoints that would say anything about pods. */
function selectsPods({ spec }: Service): boolean {
  const isHeadless = spec.clusterIP === "None";
  return !isHeadless && spec.type !== "ExternalName" && Object.keys(spec.selector ?? {}).length > 0;
}

async function endpointFindings({ metadata }: KubeObject, view: View): Promise<string[]> {
  const all = await view.list("v1", "Endpoints", metadata.namespace);
  const endpoints = all.find((candidate) => candidate.metadata.name === metadata.name) as Endpoints | undefined;
  if (!endpoints) return ["Service does not target any Pods: its endpoints do not exist yet"];
  const notReady = (endpoints.subsets ?? []).flatMap(({ notReadyAddresses = [] }) => notReadyAddresses).length;
  if (notReady > 0) return [`Service does not target only ready Pods: ${notReady} not ready`];
  return view.isSettled(endpoints) ? [] : ["Service's endpoints are still settling"];
}
