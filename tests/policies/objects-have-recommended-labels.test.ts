import { objectsHaveRecommendedLabels } from "../../policies/rules/objects-have-recommended-labels";
import { deployment, object, release, service } from "./builders";
import { describeRule } from "./judge";

describeRule(objectsHaveRecommendedLabels, {
  passes: {
    "objects and pods with all five": deployment(),
    "Releases, which have no labels": release(),
    "patches of other people's objects": object("core/v1:NamespacePatch", { metadata: { name: "kube-system" } }),
  },
  refuses: {
    ...Object.fromEntries(
      ["name", "instance", "component", "part-of", "managed-by"].map((key) => {
        const path = `metadata.labels["app.kubernetes.io/${key}"]`;
        return [`no ${key}`, [service({ [path]: undefined }), `${path} is absent, must be a value`]] as const;
      }),
    ),
    "an empty label": [
      service({ 'metadata.labels["app.kubernetes.io/part-of"]': "" }),
      'metadata.labels["app.kubernetes.io/part-of"] is "", must be a value',
    ],
    "pods without a label": [
      deployment({ 'spec.template.metadata.labels["app.kubernetes.io/component"]': undefined }),
      'spec.template.metadata.labels["app.kubernetes.io/component"] is absent, must be a value',
    ],
    "an object without labels": [
      object("keda.sh/v1alpha1:TriggerAuthentication", { metadata: { name: "queue" } }),
      'metadata.labels["app.kubernetes.io/name"] is absent, must be a value',
      'metadata.labels["app.kubernetes.io/instance"] is absent, must be a value',
      'metadata.labels["app.kubernetes.io/component"] is absent, must be a value',
      'metadata.labels["app.kubernetes.io/part-of"] is absent, must be a value',
      'metadata.labels["app.kubernetes.io/managed-by"] is absent, must be a value',
    ],
  },
});
