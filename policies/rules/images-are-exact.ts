import type { KubernetesField, KubernetesObject } from "../kubernetes";
import { containersOf } from "../pods";
import { resourceRule, violation } from "../rule";

export const imagesAreExact = resourceRule({
  name: "images-are-exact",
  why: "A tag that moves runs different programs on different nodes, and a rollback does not bring the old one back.",
  fix: "use name@sha256:<digest> or a full version tag, as in name:1.2.3",
  check: (object) =>
    images(object)
      .filter(({ text }) => !isExact(text ?? ""))
      .map((image) => violation(image, "a digest or a full version tag")),
});

function images(object: KubernetesObject): KubernetesField[] {
  const operand = object.is("postgresql.cnpg.io", "Cluster") ? [object.at("spec", "imageName")] : [];
  return [...containersOf(object).map((container) => container.at("image")), ...operand];
}

/** PostgreSQL versions have two numbers, all others here three; fewer mean "the newest of". */
function isExact(image: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const [, repository = "", tag = ""] = /^(.+):([^:/]+)$/.exec(image) ?? [];
  return repository.includes("postgres") ? /\d\.\d/.test(tag) : /\d\.\d+\.\d/.test(tag);
}
