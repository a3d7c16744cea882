import type { Rule } from "../rule";
import { autoscalersHaveBounds } from "./autoscalers-have-bounds";
import { budgetsPermitEviction } from "./budgets-permit-eviction";
import { chartsHaveExactVersions } from "./charts-have-exact-versions";
import { containersCannotEscalate } from "./containers-cannot-escalate";
import { containersDropAllCapabilities } from "./containers-drop-all-capabilities";
import { containersHaveAReadOnlyRoot } from "./containers-have-a-read-only-root";
import { containersStateTheirResources } from "./containers-state-their-resources";
import { enginesRunWithoutDevMode } from "./engines-run-without-dev-mode";
import { exemptionsNameARuleAndAReason } from "./exemptions-name-a-rule-and-a-reason";
import { gpuWorkloadsDoNotSurge } from "./gpu-workloads-do-not-surge";
import { imagesAreExact } from "./images-are-exact";
import { namespacesDenyByDefault } from "./namespaces-deny-by-default";
import { namespacesEnforceRestricted } from "./namespaces-enforce-restricted";
import { namespacesStateAPodSecurityLevel } from "./namespaces-state-a-pod-security-level";
import { noReplicasBesideAnAutoscaler } from "./no-replicas-beside-an-autoscaler";
import { noSecretsInPlainText } from "./no-secrets-in-plain-text";
import { objectsHaveRecommendedLabels } from "./objects-have-recommended-labels";
import { objectsNameTheirNamespace } from "./objects-name-their-namespace";
import { podsOutliveTheirShutdown } from "./pods-outlive-their-shutdown";
import { podsRunAsNonRoot } from "./pods-run-as-non-root";
import { podsStayOffTheHost } from "./pods-stay-off-the-host";
import { podsUseRuntimeDefaultSeccomp } from "./pods-use-runtime-default-seccomp";
import { replicatedWorkloadsAreSpread } from "./replicated-workloads-are-spread";
import { replicatedWorkloadsHaveABudget } from "./replicated-workloads-have-a-budget";
import { rolesNameWhatTheyPermit } from "./roles-name-what-they-permit";
import { secretsArriveAsFiles } from "./secrets-arrive-as-files";
import { servicesStayInside } from "./services-stay-inside";
import { stateIsProtected } from "./state-is-protected";
import { tokensAreMountedForAReason } from "./tokens-are-mounted-for-a-reason";
import { vllmQueriesSelectAModel } from "./vllm-queries-select-a-model";
import { workloadsHaveProbes } from "./workloads-have-probes";

const rulesOfObjects: readonly Rule[] = [
  autoscalersHaveBounds,
  budgetsPermitEviction,
  chartsHaveExactVersions,
  containersCannotEscalate,
  containersDropAllCapabilities,
  containersHaveAReadOnlyRoot,
  containersStateTheirResources,
  enginesRunWithoutDevMode,
  gpuWorkloadsDoNotSurge,
  imagesAreExact,
  namespacesDenyByDefault,
  namespacesEnforceRestricted,
  namespacesStateAPodSecurityLevel,
  noReplicasBesideAnAutoscaler,
  noSecretsInPlainText,
  objectsHaveRecommendedLabels,
  objectsNameTheirNamespace,
  podsOutliveTheirShutdown,
  podsRunAsNonRoot,
  podsStayOffTheHost,
  podsUseRuntimeDefaultSeccomp,
  replicatedWorkloadsAreSpread,
  replicatedWorkloadsHaveABudget,
  rolesNameWhatTheyPermit,
  secretsArriveAsFiles,
  servicesStayInside,
  stateIsProtected,
  tokensAreMountedForAReason,
  vllmQueriesSelectAModel,
  workloadsHaveProbes,
];

/** Every rule of the pack. */
export const rules: readonly Rule[] = [
  ...rulesOfObjects,
  exemptionsNameARuleAndAReason(rulesOfObjects.map(({ name }) => name)),
];
