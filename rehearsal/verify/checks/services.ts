import { absent, type Check, judge } from "../check.ts";
import { type Deployment, type EndpointSlice, hasLabels, type Service } from "../objects.ts";

const SERVICE_LABEL = "kubernetes.io/service-name";

/** Behind every Service of the stack there is a pod that is ready, unless its Deployment sleeps. */
export const servicesHaveEndpoints: Check = {
  title: "services have endpoints",
  look: async (cluster, namespace) => {
    const services = (await cluster.list<Service>("services", namespace)).filter(({ spec }) => spec.selector);
    if (services.length === 0) return absent("Services");
    const slices = await cluster.list<EndpointSlice>("endpointslices.discovery.k8s.io", namespace);
    const asleep = (await cluster.list<Deployment>("deployments.apps", namespace)).filter(
      ({ spec }) => spec.replicas === 0,
    );
    const faults = services
      .filter((service) => !slices.some((slice) => belongsTo(slice, service) && isReady(slice)))
      .filter(({ spec }) => !asleep.some((deployment) => hasLabels(deployment.spec.template, spec.selector ?? {})))
      .map(({ metadata }) => `${metadata.name} has no pod that is ready`);
    return judge(faults, `${services.length} Services`);
  },
};

function belongsTo(slice: EndpointSlice, { metadata }: Service): boolean {
  return hasLabels(slice, { [SERVICE_LABEL]: metadata.name });
}

function isReady({ endpoints }: EndpointSlice): boolean {
  return (endpoints ?? []).some(({ conditions }) => conditions?.ready);
}
