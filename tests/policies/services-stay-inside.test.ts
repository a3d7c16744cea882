import { servicesStayInside } from "../../policies/rules/services-stay-inside";
import { deployment, release, service } from "./builders";
import { describeRule } from "./judge";

describeRule(servicesStayInside, {
  passes: {
    "type ClusterIP": service(),
    "no type": service({ "spec.type": undefined }),
    "values without a Service": release(),
    "a Service of type ClusterIP in values": release({ "values.service": { type: "ClusterIP" } }),
    "the type of something that only begins like it": release({ "values.serviceAccount": { type: "NodePort" } }),
    "the type of something else in values": release({ "values.deployment": { type: "NodePort" } }),
    "other kinds": deployment({ "spec.type": "LoadBalancer", "spec.externalIPs": ["192.0.2.1"] }),
  },
  refuses: {
    "a LoadBalancer": [service({ "spec.type": "LoadBalancer" }), 'spec.type is "LoadBalancer", must be ClusterIP'],
    "a NodePort": [service({ "spec.type": "NodePort" }), 'spec.type is "NodePort", must be ClusterIP'],
    "external addresses": [
      service({ "spec.externalIPs": ["192.0.2.1"] }),
      'spec.externalIPs is ["192.0.2.1"], must be absent',
    ],
    "a LoadBalancer in a chart's values": [
      release({ "values.grafana": { service: { type: "LoadBalancer" } } }),
      'values.grafana.service.type is "LoadBalancer", must be ClusterIP',
    ],
    "a NodePort as some charts nest it": [
      release({ "values.ingressService": { spec: { type: "NodePort" } } }),
      'values.ingressService.spec.type is "NodePort", must be ClusterIP',
    ],
  },
});
