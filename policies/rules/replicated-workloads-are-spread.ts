import { isReplicated } from "../pods";
import { resourceRule, violation } from "../rule";

export const replicatedWorkloadsAreSpread = resourceRule({
  name: "replicated-workloads-are-spread",
  why: "Replicas on one node or in one zone fail together, so they are no more available than one.",
  fix: "add topologySpreadConstraints over topology.kubernetes.io/zone and kubernetes.io/hostname",
  check: (object) => {
    const replicas = object.at("spec", "replicas");
    const spec = object.at("spec", "template", "spec");
    const constraints = spec.at("topologySpreadConstraints");
    const spread = constraints.items().length > 0 || !spec.at("affinity", "podAntiAffinity").absent;
    const single = (replicas.number ?? Infinity) < 2;
    return !isReplicated(object) || single || spread ? [] : [violation(constraints, "stated")];
  },
});
