import { exemptionOf, exemptionsIn } from "../../policies/exemption";
import { KubernetesObject } from "../../policies/kubernetes";
import { remaining } from "../../policies/pack";
import { message, type Rule } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { recordStack } from "../support/program";

/** The Kubernetes objects that the whole program declares for a stack file, some of whose keys have other values. */
export async function objectsOf(
  stack: string,
  keys: Readonly<Record<string, string>> = {},
): Promise<KubernetesObject[]> {
  // The program is a module, and modules run once.
  const { resources } = await recordStack(stack, keys);
  return resources.flatMap(({ urn, type, name, inputs, protect }) => {
    // What the provider adds to an object without a name, before policies see it.
    const metadata = type.includes("helm.sh") ? {} : { metadata: { name, ...(inputs["metadata"] as object) } };
    return KubernetesObject.of({ urn, type, name, props: { ...inputs, ...metadata }, opts: { protect } }) ?? [];
  });
}

/** What stops the engine where nobody has configured the pack. */
export function violations(objects: readonly KubernetesObject[]): string[] {
  const unconfigured = { exemptions: [], annotations: "honoured" } as const;
  return rules.flatMap((rule) => remaining(rule, objects, unconfigured).map((violation) => message(rule, violation)));
}

/** Exemptions that the objects declare and no violation needs: misspelt, in a place where none is read, or left over. */
export function unneededExemptions(objects: readonly KubernetesObject[], judges: readonly Rule[] = rules): string[] {
  const place = ({ owner, path }: { owner: KubernetesObject; path: string }) => `${owner.urn} ${path}`;
  const needed = new Set(
    judges.flatMap((rule) =>
      rule.judge(objects).flatMap(({ field }) => {
        const exemption = exemptionOf(rule.name, field);
        return exemption ? [place(exemption)] : [];
      }),
    ),
  );
  return objects
    .flatMap((object) => exemptionsIn(object.at()))
    .filter(({ annotation }) => !needed.has(place(annotation)))
    .map(({ annotation }) => `${annotation.owner.title}: ${annotation.path}`);
}
