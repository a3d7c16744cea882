import type { KubernetesField, KubernetesObject } from "../kubernetes";
import { containersOf } from "../pods";
import { resourceRule, violation } from "../rule";
import { assignsSecret, looksSecret } from "../secrets";

export const noSecretsInPlainText = resourceRule({
  name: "no-secrets-in-plain-text",
  why: "Helm values, pod specs and ConfigMaps are readable by everybody who may look at the namespace.",
  fix: "put the value in a Secret and pass the name of the Secret or the path of its file",
  check: (object) =>
    readable(object)
      .flatMap((field) => leaves(field))
      .filter(isSecret)
      .map(({ field }) => violation(field, "in a Secret", `a literal of ${String(field.value).length} characters`)),
});

/** The parts of an object that programs take settings from and that are no Secret. */
function readable(object: KubernetesObject): KubernetesField[] {
  if (object.isRelease) return [object.at("values")];
  if (object.is("core", "ConfigMap")) return [object.at("data")];
  return containersOf(object).flatMap((container) => ["env", "command", "args"].map((key) => container.at(key)));
}

interface Leaf {
  /** Name of the setting: its key; in `{name, value}` the name; on a command line the option before it. */
  readonly name: string;
  readonly field: KubernetesField;
}

function leaves(field: KubernetesField, name = ""): Leaf[] {
  if (field.isList) {
    const items = field.items();
    return items.flatMap((item, index) => leaves(item, option(items[index - 1]) ?? name));
  }
  if (field.isRecord)
    return field
      .entries()
      .flatMap(([key, below]) => leaves(below, key === "value" ? (field.at("name").text ?? name) : key));
  return [{ name, field }];
}

function option(word: KubernetesField | undefined): string | undefined {
  return /^--?(.+)$/.exec(word?.text ?? "")?.[1];
}

function isSecret({ name, field: { value } }: Leaf): boolean {
  if (typeof value !== "string" && typeof value !== "number") return false;
  return looksSecret(name, String(value)) || assignsSecret(String(value));
}
