import type { KubernetesField } from "./kubernetes";
import { isReason } from "./reason";

/** Begins the annotation that exempts an object, or a part of it, from the rule that ends it. Its value is the reason. */
export const EXEMPT = "ai-platform.dev/exempt.";

/** The annotation that exempts a field from a rule, if there is one. It holds for all that is below the annotated place. */
export function exemptionOf(rule: string, field: KubernetesField): KubernetesField | undefined {
  return annotationsOver(field)
    .map((annotations) => annotations.at(EXEMPT + rule))
    .find(isReason);
}

/**
 * The annotations of everything a field is part of: of the object and of the pod template. A chart's values have no metadata; there it
 * is a record `annotations` beside the field, or beside a place it is in, which charts hand on to the object they make.
 */
function annotationsOver({ owner, above }: KubernetesField): KubernetesField[] {
  return owner.isRelease
    ? above.map((place) => place.at("annotations"))
    : [...above, owner.at()].map((place) => place.at("metadata", "annotations"));
}

/** An exemption as an object declares it. */
interface Declared {
  /** The rule it is from, whether there is such a rule or not. */
  readonly rule: string;
  readonly annotation: KubernetesField;
}

/** Every exemption in an object, also where it exempts nothing. */
export function exemptionsIn(place: KubernetesField): Declared[] {
  return [
    ...place
      .entries()
      .flatMap(([key, below]) =>
        key.startsWith(EXEMPT) ? [{ rule: key.slice(EXEMPT.length), annotation: below }] : exemptionsIn(below),
      ),
    ...place.items().flatMap(exemptionsIn),
  ];
}
