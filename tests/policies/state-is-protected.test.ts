import { stateIsProtected } from "../../policies/rules/state-is-protected";
import { claim, deployment, object, postgresCluster, statefulSet } from "./builders";
import { describeRule } from "./judge";

describeRule(stateIsProtected, {
  passes: {
    "a protected StatefulSet": statefulSet({}, { protect: true }),
    "a protected claim": claim({}, { protect: true }),
    "a protected PostgreSQL cluster": postgresCluster({}, { protect: true }),
    "objects without state": deployment(),
    "clusters of another kind of software": object("cluster.x-k8s.io/v1beta1:Cluster", {}),
  },
  refuses: {
    "an unprotected StatefulSet": [statefulSet(), "options.protect is false, must be true"],
    "an unprotected claim": [claim(), "options.protect is false, must be true"],
    "an unprotected volume": [object("core/v1:PersistentVolume", {}), "options.protect is false, must be true"],
    "an unprotected PostgreSQL cluster": [postgresCluster(), "options.protect is false, must be true"],
  },
});
