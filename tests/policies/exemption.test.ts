import { exempt } from "../../components/foundation/names";
import { exemptionOf } from "../../policies/exemption";
import { unknown } from "../../policies/field";
import type { KubernetesField, KubernetesObject } from "../../policies/kubernetes";
import { workloadsHaveProbes } from "../../policies/rules/workloads-have-probes";
import { cronJob, deployment, release, steps } from "./builders";
import { unneededExemptions } from "./program";

const RULE = "workloads-have-probes";
const reason = exempt(RULE, "it answers nobody");
const POD = "spec.template.metadata.annotations";
const PROBE = "spec.template.spec.containers[backend].livenessProbe";

/** The place of an object at a path as violations print it. */
function place(object: KubernetesObject, path: string): KubernetesField {
  return steps(path).reduce<KubernetesField>((field, step) => {
    const item = field.items().find(({ path: of }) => of.endsWith(`[${step}]`));
    return item ?? field.at(step);
  }, object.at());
}

function isExempt(object: KubernetesObject, path: string): boolean {
  return exemptionOf(RULE, place(object, path)) !== undefined;
}

describe("an exemption in the program covers", () => {
  test("every place of the object it annotates", () => {
    const object = deployment({ "metadata.annotations": reason });
    for (const path of ["metadata.name", "spec.replicas", "spec.template", PROBE])
      expect([path, isExempt(object, path)]).toEqual([path, true]);
    expect(exemptionOf(RULE, object.protect)?.value).toBe("it answers nobody");
  });

  test("every place of the pod template it annotates, and no other", () => {
    const object = deployment({ [POD]: reason });
    expect(isExempt(object, PROBE)).toBe(true);
    expect(isExempt(object, "spec.template.metadata.labels")).toBe(true);
    expect(isExempt(object, "spec.replicas")).toBe(false);
    expect(exemptionOf(RULE, object.protect)).toBeUndefined();
  });

  test("the pods of a template that lies deeper", () => {
    const object = cronJob({ "spec.jobTemplate.spec.template.metadata.annotations": reason });
    expect(isExempt(object, `spec.jobTemplate.spec.template.spec.containers[backend].image`)).toBe(true);
    expect(isExempt(object, "spec.schedule")).toBe(false);
  });

  test("in a chart's values what is beside it, and what is below that", () => {
    const values = {
      service: { annotations: reason, type: "NodePort", spec: { type: "NodePort" } },
      ports: [{ type: "NodePort" }],
      other: { service: { type: "NodePort" } },
    };
    const object = release({ values });
    expect(isExempt(object, "values.service.type")).toBe(true);
    expect(isExempt(object, "values.service.spec.type")).toBe(true);
    expect(isExempt(object, "values.other.service.type")).toBe(false);
    expect(isExempt(object, "values.ports[0].type")).toBe(false);
    expect(isExempt(object, "version")).toBe(false);
    const all = release({ values: { ...values, annotations: reason } });
    expect(isExempt(all, "values.other.service.type")).toBe(true);
    expect(isExempt(all, "values.ports[0].type")).toBe(true);
    expect(isExempt(all, "version")).toBe(false);
  });

  test("nothing of another rule", () => {
    const object = deployment({ "metadata.annotations": exempt("images-are-exact", "built on this machine") });
    expect(isExempt(object, PROBE)).toBe(false);
  });

  test("nothing without a reason", () => {
    for (const text of ["", "because", "because     ", 1234567890, null, { why: "it answers nobody" }])
      expect(isExempt(deployment({ "metadata.annotations": { ...exempt(RULE, text as string) } }), PROBE)).toBe(false);
  });

  test("nothing where no annotations belong", () => {
    expect(isExempt(deployment({ annotations: reason, "spec.template.annotations": reason }), PROBE)).toBe(false);
    expect(isExempt(deployment({ "metadata.labels": reason }), PROBE)).toBe(false);
    expect(isExempt(release({ "values.service.metadata": { annotations: reason } }), "values.service.type")).toBe(
      false,
    );
  });

  test.each(["metadata.annotations", POD, `${POD}["ai-platform.dev/exempt.${RULE}"]`])(
    "everything, while a preview does not know %s",
    (path) => {
      expect(isExempt(deployment({ [path]: unknown }), PROBE)).toBe(true);
    },
  );
});

describe("an exemption is unneeded", () => {
  const unneeded = (...objects: readonly KubernetesObject[]) => unneededExemptions(objects, [workloadsHaveProbes]);
  const key = `["ai-platform.dev/exempt.${RULE}"]`;

  test("not where a violation is below it", () => {
    expect(unneeded(deployment({ [PROBE]: undefined, [POD]: reason }))).toEqual([]);
    expect(unneeded(deployment({ [PROBE]: undefined, "metadata.annotations": reason }))).toEqual([]);
  });

  test("where nothing is violated, on this object", () => {
    const needed = deployment({ [PROBE]: undefined, [POD]: reason });
    const leftOver = deployment({ "metadata.name": "other", [POD]: reason }, { name: "other" });
    expect(unneeded(needed, leftOver)).toEqual([`Deployment ai-platform/other: ${POD}${key}`]);
  });

  test("where a nearer one says the same", () => {
    expect(unneeded(deployment({ [PROBE]: undefined, [POD]: reason, "metadata.annotations": reason }))).toEqual([
      `Deployment ai-platform/backend: metadata.annotations${key}`,
    ]);
  });

  test("where it is not read, and where its rule is misspelt", () => {
    expect(unneeded(release({ "values.pods": [{ podAnnotations: reason }] }))).toEqual([
      `Release keda/keda: values.pods[0].podAnnotations${key}`,
    ]);
    expect(
      unneeded(deployment({ [PROBE]: undefined, [POD]: exempt("workload-has-probes", "it answers nobody") })),
    ).toEqual([`Deployment ai-platform/backend: ${POD}["ai-platform.dev/exempt.workload-has-probes"]`]);
  });
});
