import { groupOf } from "../objects/built-in.ts";
import { annotationOf, type KubeObject } from "../objects/object.ts";
import { replicationController, resourceQuota, serviceAccountToken, TOKEN_SECRET } from "./counted.ts";
import { daemonSet } from "./daemon-set.ts";
import { deployment } from "./deployment.ts";
import { ingress } from "./ingress.ts";
import { job } from "./job.ts";
import { pod } from "./pod.ts";
import type { Rule } from "./rule.ts";
import { service } from "./service.ts";
import { statefulSet } from "./stateful-set.ts";
import { persistentVolume, persistentVolumeClaim } from "./storage.ts";
import { waitFor } from "./wait-for.ts";

const BUILT_IN: { readonly [kind: string]: Rule } = {
  "apps/DaemonSet": daemonSet,
  "apps/Deployment": deployment,
  "apps/StatefulSet": statefulSet,
  "batch/Job": job,
  "networking.k8s.io/Ingress": ingress,
  "/PersistentVolume": persistentVolume,
  "/PersistentVolumeClaim": persistentVolumeClaim,
  "/Pod": pod,
  "/ReplicationController": replicationController,
  "/ResourceQuota": resourceQuota,
  "/Service": service,
};

/** Seconds that a wait may take when neither the program nor the kind says otherwise. */
const DEFAULT_LIMIT = 600;

/** How to wait for the object; undefined when it is ready as soon as it exists. */
export function ruleFor(object: KubeObject): Rule | undefined {
  if (annotationOf(object, "skipAwait") === "true") return undefined;
  const asked = annotationOf(object, "waitFor");
  if (asked !== undefined) return waitFor(asked);
  if (object["type"] === TOKEN_SECRET) return serviceAccountToken;
  return BUILT_IN[`${groupOf(object.apiVersion)}/${object.kind}`];
}

/** Seconds. @param custom the resource's customTimeouts; 0 when it has none */
export function limitFor(object: KubeObject, custom: number, rule?: Rule): number {
  return rule?.fixedLimit ?? (custom || Number(annotationOf(object, "timeoutSeconds")) || DEFAULT_LIMIT);
}
