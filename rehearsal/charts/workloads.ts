import { expression, namespace, read, value } from "./expressions.ts";
import type { Container, Manifest, OptionalObject, Service, Workload } from "./stand-in.ts";

/** Everything a chart creates for one workload: its account, the workload, its Services and its disruption budget. */
export function workloadObjects(workload: Workload): OptionalObject[] {
  const { services = [] } = workload;
  const when = workload.when ?? [];
  return [
    { when, manifest: { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata(account(workload), workload) } },
    { when, manifest: controller(workload) },
    ...services.map((service) => ({
      when: [...when, ...(service.when ?? [])],
      manifest: serviceOf(service, workload),
    })),
    ...budget(workload, when),
  ];
}

function account({ serviceAccount, name }: Workload): string {
  return serviceAccount ?? name;
}

function metadata(name: string, workload: Workload): Manifest {
  return { name, namespace, labels: { ...workload.labels, "app.kubernetes.io/managed-by": "Helm" } };
}

function controller(workload: Workload): Manifest {
  const { kind, name, labels, values } = workload;
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: metadata(name, workload),
    spec: {
      ...(values.replicas ? { replicas: replicas(values.replicas, values.autoscaledWhen) } : {}),
      ...(kind === "StatefulSet" ? statefulFields(workload) : {}),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: pod(workload) },
    },
  };
}

function replicas(path: string, autoscaledWhen: string | undefined): string {
  return autoscaledWhen ? expression(`ternary nil ${read(path)} (not (not ${read(autoscaledWhen)}))`) : value(path);
}

function statefulFields({ services = [], values }: Workload): Manifest {
  const claim = values.volumeClaimTemplate;
  return {
    serviceName: services.find((service) => service.headless)?.name,
    podManagementPolicy: "Parallel",
    volumeClaimTemplates: claim
      ? expression(
          `ternary (list (merge (dict \`metadata\` (dict \`name\` \`data\`)) ${orEmpty(claim)})) list (not (not ${read(claim)}))`,
        )
      : [],
  };
}

function pod(workload: Workload): Manifest {
  const { values, nodeSelector = {}, volumes = [], access, userId = 65532 } = workload;
  const node = access === "node";
  return {
    serviceAccountName: account(workload),
    automountServiceAccountToken: true,
    priorityClassName: values.priorityClassName ? value(values.priorityClassName) : null,
    nodeSelector: values.nodeSelector
      ? expression(`merge (${dictionary(nodeSelector)}) ${orEmpty(values.nodeSelector)}`)
      : nodeSelector,
    tolerations: values.tolerations ? value(values.tolerations) : null,
    affinity: values.affinity ? value(values.affinity) : null,
    topologySpreadConstraints: values.topologySpreadConstraints ? value(values.topologySpreadConstraints) : null,
    ...(node
      ? { hostNetwork: true, hostPID: true }
      : { securityContext: { runAsNonRoot: true, runAsUser: userId, seccompProfile: { type: "RuntimeDefault" } } }),
    volumes: node ? [{ name: "host", hostPath: { path: "/" } }, ...volumes] : volumes,
    containers: workload.containers.map((entry) => container(entry, node)),
  };
}

function container({ name, image, resources, ports = {} }: Container, node: boolean): Manifest {
  return {
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    resources: resources ? value(resources) : {},
    ports: Object.entries(ports).map(([portName, containerPort]) => ({
      name: portName,
      containerPort: portNumber(containerPort),
    })),
    securityContext: node
      ? { privileged: true }
      : { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    ...(node ? { volumeMounts: [{ name: "host", mountPath: "/host", readOnly: true }] } : {}),
  };
}

function serviceOf(service: Service, workload: Workload): Manifest {
  const { name, type = "ClusterIP", ports, headless, annotations, externalTrafficPolicy } = service;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata(name, workload), ...(annotations ? { annotations: value(annotations) } : {}) },
    spec: {
      type,
      ...(headless ? { clusterIP: "None" } : {}),
      ...(externalTrafficPolicy ? { externalTrafficPolicy: value(externalTrafficPolicy) } : {}),
      selector: workload.labels,
      ports: Object.entries(ports).map(([portName, port]) => ({
        name: portName,
        port: portNumber(port),
        targetPort: portName,
        protocol: "TCP",
      })),
    },
  };
}

function portNumber(port: number | string): number | string {
  return typeof port === "number" ? port : value(port);
}

function budget(workload: Workload, when: readonly string[]): OptionalObject[] {
  const { disruptionBudget: path, disruptionBudgetWhen } = workload.values;
  if (path === undefined) return [];
  const manifest = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadata(workload.name, workload),
    spec: {
      // With neither bound set, the charts keep one pod.
      minAvailable: expression(
        `default (ternary nil 1 (not (not ${read(`${path}.maxUnavailable`)}))) ${read(`${path}.minAvailable`)}`,
      ),
      maxUnavailable: value(`${path}.maxUnavailable`),
      selector: { matchLabels: workload.labels },
    },
  };
  return [{ when: [...when, disruptionBudgetWhen ?? path], manifest }];
}

function orEmpty(path: string): string {
  return `(default dict ${read(path)})`;
}

function dictionary(entries: Readonly<Record<string, string>>): string {
  return `dict ${Object.entries(entries)
    .flat()
    .map((text) => `\`${text}\``)
    .join(" ")}`;
}
