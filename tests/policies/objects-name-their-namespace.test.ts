import { objectsNameTheirNamespace } from "../../policies/rules/objects-name-their-namespace";
import { claim, configMap, deployment, namespace, object, release, service } from "./builders";
import { describeRule } from "./judge";

describeRule(objectsNameTheirNamespace, {
  passes: {
    "a namespace of our own": deployment(),
    "a Release with a namespace": release(),
    "cluster-wide objects": namespace(),
  },
  refuses: {
    "a workload without a namespace": [
      deployment({ "metadata.namespace": undefined }),
      "metadata.namespace is absent, must be a namespace of the platform",
    ],
    "a Release without a namespace": [
      release({ namespace: undefined }),
      "namespace is absent, must be a namespace of the platform",
    ],
    ...Object.fromEntries(
      ["default", "kube-system", "kube-public", "kube-node-lease"].map((shared) => [
        shared,
        [
          service({ "metadata.namespace": shared }),
          `metadata.namespace is "${shared}", must be a namespace of the platform`,
        ] as const,
      ]),
    ),
    "a ConfigMap": [
      configMap({ "metadata.namespace": "default" }),
      'metadata.namespace is "default", must be a namespace of the platform',
    ],
    "a claim": [
      claim({ "metadata.namespace": "default" }),
      'metadata.namespace is "default", must be a namespace of the platform',
    ],
    "a Secret": [
      object("core/v1:Secret", { metadata: { name: "db" } }),
      "metadata.namespace is absent, must be a namespace of the platform",
    ],
    "a service account": [
      object("core/v1:ServiceAccount", { metadata: { name: "backend" } }),
      "metadata.namespace is absent, must be a namespace of the platform",
    ],
  },
});
