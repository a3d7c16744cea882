import { absent, type Check, judge } from "../check.ts";
import { type EndpointSlice, hasLabels, type Service } from "../objects.ts";

const SERVICE_LABEL = "kubernetes.io/service-name";

/** Behind every Service of the stack there is a pod that is ready. */
export const servicesHaveEndpoints: Check = {
  title: "services have endpoints",
  look: async (cluster, namespace) => {
    const services = (await cluster.list<Service>("services", namespace)).filter(({ spec }) => spec.selector);
    if (services.length === 0) return absent("Services");
    const slices = await cluster.list<EndpointSlice>("endpointslices.discovery.k8s.io", namespace);
    const faults = services
      .filter(
        ({ metadata }) =>
          !slices.some((slice) => hasLabels(slice, { [SERVICE_LABEL]: metadata.name }) && isReady(slice)),
      )
      .map(({ metadata }) => `${metadata.name} has no pod that is ready`);
    return judge(faults, `${services.length} Services`);
  },
};

function isReady({ endpoints }: EndpointSlice): boolean {
  return (endpoints ?? []).some(({ conditions }) => conditions?.ready);
}
