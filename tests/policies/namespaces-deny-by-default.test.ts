import { nameResolution } from "../../components/foundation";
import { namespacesDenyByDefault } from "../../policies/rules/namespaces-deny-by-default";
import { defaultDeny, deployment, namespace, pod, release, service } from "./builders";
import { describeRule } from "./judge";

function closed(direction: string) {
  return defaultDeny({ "spec.policyTypes": [direction], "spec.egress": undefined });
}

function denies(path: string, direction: string): string {
  return `${path} is "ai-platform", must be a namespace that denies ${direction} by default`;
}

function both(path: string): string[] {
  return [denies(path, "ingress"), denies(path, "egress")];
}

function withEgress(...egress: readonly object[]) {
  return defaultDeny({ "spec.egress": egress });
}

/** DNS pods, a cache on each node, and name servers at any address. */
const anyNameServer = { apiPorts: [443], apiAddresses: [], dnsAddresses: ["169.254.20.10/32", "0.0.0.0/0"] };

describeRule(namespacesDenyByDefault, {
  passes: {
    "one policy for both directions": [namespace(), deployment(), defaultDeny()],
    "one policy per direction": [namespace(), closed("Ingress"), closed("Egress")],
    "egress to DNS only": [namespace(), defaultDeny({ "spec.egress": [{ ports: [{ port: 53 }, { port: 53 }] }] })],
    "name resolution as the foundation permits it": [namespace(), withEgress(nameResolution(anyNameServer))],
    "namespaces that hold no pods of ours": [release(), service()],
  },
  refuses: {
    "a namespace without policies": [namespace(), ...both("metadata.name")],
    "the namespace of a workload that another program made": [pod(), ...both("metadata.namespace")],
    "a policy in another namespace": [
      [namespace(), defaultDeny({ "metadata.namespace": "other" })],
      ...both("metadata.name"),
    ],
    "a policy for some pods": [
      [namespace(), defaultDeny({ "spec.podSelector": { matchLabels: { app: "backend" } } })],
      ...both("metadata.name"),
    ],
    "a policy for pods by expression": [
      [namespace(), defaultDeny({ "spec.podSelector": { matchExpressions: [{ key: "app", operator: "Exists" }] } })],
      ...both("metadata.name"),
    ],
    "only ingress": [[namespace(), closed("Ingress")], denies("metadata.name", "egress")],
    "only egress": [[namespace(), closed("Egress")], denies("metadata.name", "ingress")],
    "ingress from anywhere": [[namespace(), defaultDeny({ "spec.ingress": [{}] })], denies("metadata.name", "ingress")],
    "egress to more than DNS": [
      [namespace(), defaultDeny({ "spec.egress": [{ ports: [{ port: 53 }, { port: 443 }] }] })],
      denies("metadata.name", "egress"),
    ],
    "egress to the ports from DNS on": [
      [namespace(), withEgress({ ports: [{ port: 53, endPort: 9000 }] })],
      denies("metadata.name", "egress"),
    ],
    "egress to name servers on every port": [
      [namespace(), withEgress({ to: nameResolution(anyNameServer).to })],
      denies("metadata.name", "egress"),
    ],
    "egress to every port": [
      [namespace(), defaultDeny({ "spec.egress": [{ ports: [{ port: 53 }] }, { to: [] }] })],
      denies("metadata.name", "egress"),
    ],
    "another kind with such a spec": [
      [namespace(), service({ "spec.podSelector": {}, "spec.policyTypes": ["Ingress", "Egress"] })],
      ...both("metadata.name"),
    ],
  },
});
