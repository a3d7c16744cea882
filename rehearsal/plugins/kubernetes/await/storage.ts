import type { KubeObject } from "../objects/object.ts";
import { POLLED_TIMEOUT, READY, type Rule, type View, waiting } from "./rule.ts";

const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

function phaseOf(object: KubeObject): string {
  return (object["status"] as { phase?: string } | undefined)?.phase ?? "unknown";
}

/** A class that binds at first use leaves a claim pending until a pod wants it. */
async function bindsAtFirstUse(claim: KubeObject, view: View): Promise<boolean> {
  const { storageClassName } = claim["spec"] as { storageClassName?: string };
  const classes = await view.list("storage.k8s.io/v1", "StorageClass");
  const found = classes.find(({ metadata }) =>
    storageClassName === undefined
      ? metadata.annotations?.[DEFAULT_CLASS] === "true"
      : metadata.name === storageClassName,
  );
  return found?.["volumeBindingMode"] === "WaitForFirstConsumer";
}

export const persistentVolumeClaim: Rule = {
  fixedLimit: 300,
  timeoutText: POLLED_TIMEOUT,
  async check(object, view) {
    const phase = phaseOf(object);
    if (phase === "Bound") return READY;
    if (phase === "Pending" && (await bindsAtFirstUse(object, view))) return READY;
    return waiting(`PersistentVolumeClaim is ${phase}`);
  },
};

export const persistentVolume: Rule = {
  fixedLimit: 300,
  timeoutText: POLLED_TIMEOUT,
  check(object) {
    const phase = phaseOf(object);
    return phase === "Available" || phase === "Bound" ? READY : waiting(`PersistentVolume is ${phase}`);
  },
};
