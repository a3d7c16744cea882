import { absent, type Check, judge } from "../check.ts";
import type { Cluster } from "../cluster.ts";
import { condition, type KubernetesObject, type ScaledObject } from "../objects.ts";
import { isSimulated, kedaOperator } from "../pods.ts";

/** KEDA says of each scaled object that it can work with it. */
export const scaledObjectsAreReady: Check = {
  title: "scaled objects are ready",
  look: async (cluster, namespace) => {
    const objects = await scaledObjects(cluster, namespace);
    if (objects.length === 0) return absent("anything that is scaled");
    const faults = objects.flatMap((object) => {
      const ready = condition(object, "Ready");
      if (ready?.status === "True") return [];
      return [`${object.metadata.name}: ${ready?.message ?? "no condition Ready yet"}`];
    });
    return judge(faults, names(objects), await isSimulated(cluster, kedaOperator));
  },
};

/** Each scaled object has the autoscaler that KEDA makes for it. */
export const scaledObjectsHaveAutoscalers: Check = {
  title: "scaled objects have autoscalers",
  look: async (cluster, namespace) => {
    const objects = await scaledObjects(cluster, namespace);
    if (objects.length === 0) return absent("anything that is scaled");
    const autoscalers = await cluster.list("horizontalpodautoscalers.autoscaling", namespace);
    const faults = objects
      .filter((object) => !autoscalers.some((autoscaler) => belongsTo(autoscaler, object)))
      .map(({ metadata }) => `${metadata.name} has none of KEDA's`);
    const foreign = autoscalers
      .filter((autoscaler) => !objects.some((object) => belongsTo(autoscaler, object)))
      .map(({ metadata }) => `${metadata.name} is not KEDA's`);
    return judge([...faults, ...foreign], names(autoscalers), await isSimulated(cluster, kedaOperator));
  },
};

function scaledObjects(cluster: Cluster, namespace: string): Promise<ScaledObject[]> {
  return cluster.list<ScaledObject>("scaledobjects.keda.sh", namespace);
}

function belongsTo({ metadata }: KubernetesObject, object: KubernetesObject): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ kind, name }) => kind === "ScaledObject" && name === object.metadata.name,
  );
}

function names(objects: readonly KubernetesObject[]): string {
  return objects.map(({ metadata }) => metadata.name).join(", ");
}
