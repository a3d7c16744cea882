import { catalog } from "../../components/catalog";
import { stateIsProtected } from "../../policies/rules/state-is-protected";
import { claim, deployment, imageCatalog, object, postgresCluster, statefulSet } from "./builders";
import { describeRule, findings } from "./judge";

test("every stateful kind of the catalogue is judged, of whatever version", () => {
  const stateful = Object.values(catalog).flatMap((room) =>
    Object.values(room).flatMap(({ customKinds }) => customKinds.filter((kind) => kind.stateful)),
  );
  expect(stateful).not.toEqual([]);
  for (const { group, kind } of stateful)
    expect(findings(stateIsProtected, object(`${group}/v9:${kind}`, {}))).toEqual([
      "options.protect is false, must be true",
    ]);
});

describeRule(stateIsProtected, {
  passes: {
    "a protected StatefulSet": statefulSet({}, { protect: true }),
    "a protected claim": claim({}, { protect: true }),
    "a protected PostgreSQL cluster": postgresCluster({}, { protect: true }),
    "objects without state": deployment(),
    "custom resources without state": imageCatalog(),
    "clusters of another kind of software": object("cluster.x-k8s.io/v1beta1:Cluster", {}),
  },
  refuses: {
    "an unprotected StatefulSet": [statefulSet(), "options.protect is false, must be true"],
    "an unprotected claim": [claim(), "options.protect is false, must be true"],
    "an unprotected volume": [object("core/v1:PersistentVolume", {}), "options.protect is false, must be true"],
    "an unprotected PostgreSQL cluster": [postgresCluster(), "options.protect is false, must be true"],
    "an unprotected PostgreSQL database": [
      object("postgresql.cnpg.io/v1:Database", {}),
      "options.protect is false, must be true",
    ],
  },
});
