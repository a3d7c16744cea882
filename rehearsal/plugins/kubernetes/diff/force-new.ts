/** Fields whose change replaces the object, by `group/kind`; `[*]` is any list item. A field listed covers all below it. */
const container = [
  "args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin",
  "stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir",
]
  .join(" ")
  .split(" ");

const pod = [
  "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID",
  "hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates",
  "restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace",
  "subdomain terminationGracePeriodSeconds volumes",
]
  .join(" ")
  .split(" ");

const persistentVolume = [
  "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath",
  "iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume",
]
  .join(" ")
  .split(" ");

const spec = (...fields: readonly string[]) => fields.map((field) => `spec.${field}`);

const ALWAYS = ["metadata.name", "metadata.namespace"];

const BY_KIND: { readonly [kind: string]: readonly string[] } = {
  "apps/Deployment": ["spec.selector"],
  "apps/DaemonSet": ["spec.selector"],
  "apps/StatefulSet": spec(
    "podManagementPolicy",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "volumeClaimTemplates",
  ),
  "batch/Job": spec("completions", "parallelism", "selector", "template"),
  "/Pod": [
    ...spec(...pod),
    ...["containers", "initContainers"].flatMap((list) => container.map((field) => `spec.${list}[*].${field}`)),
  ],
  "/PersistentVolumeClaim": spec("accessModes", "selector", "storageClassName", "volumeName"),
  "/PersistentVolume": spec(...persistentVolume),
  "/Service": ["spec.clusterIP"],
  "/ResourceQuota": ["spec.scopes"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

/** What the provider configuration and the new object allow to change in place. */
export interface Mutability {
  readonly configMaps: boolean;
  readonly secrets: boolean;
  /** The new object says `immutable: true`. */
  readonly immutable: boolean;
}

export function forceNewPaths(group: string, kind: string, mutability: Mutability): readonly string[] {
  if (group === "" && kind === "ConfigMap") return [...ALWAYS, ...configMapPaths(mutability)];
  if (group === "" && kind === "Secret") return [...ALWAYS, ...secretPaths(mutability)];
  return [...ALWAYS, ...(BY_KIND[`${group}/${kind}`] ?? [])];
}

function configMapPaths({ configMaps, immutable }: Mutability): readonly string[] {
  return configMaps && !immutable ? [] : ["data", "binaryData"];
}

function secretPaths({ secrets, immutable }: Mutability): readonly string[] {
  return secrets && !immutable ? ["type"] : ["type", "data", "stringData"];
}
