import type { KubernetesField, KubernetesObject } from "../kubernetes";
import { podTemplates } from "../pods";
import { resourceRule, violation } from "../rule";

const RECOMMENDED = ["name", "instance", "component", "part-of", "managed-by"].map((key) => `app.kubernetes.io/${key}`);

export const objectsHaveRecommendedLabels = resourceRule({
  name: "objects-have-recommended-labels",
  why: "Selectors, dashboards, cost reports and clean-up find an object by these labels only.",
  fix: "take the labels from the foundation's labels(name, component)",
  check: (object) =>
    labelled(object)
      .flatMap((part) => RECOMMENDED.map((key) => part.at("metadata", "labels", key)))
      .filter(({ text }) => !text)
      .map((label) => violation(label, "a value")),
});

/** Releases have no metadata, and patches belong to whoever made the object. */
function labelled(object: KubernetesObject): KubernetesField[] {
  if (object.at("metadata").absent || object.kind.endsWith("Patch")) return [];
  return [object.at(), ...podTemplates(object)];
}
