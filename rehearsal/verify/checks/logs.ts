import { type Check, fails, judge } from "../check.ts";
import { hasLabels, type Pod } from "../objects.ts";
import { loki, withPod } from "../pods.ts";

const PORT = 3100;
/** Names of the namespaces that wrote something within a week: some programs are silent for hours. */
const QUESTION = "/loki/api/v1/label/namespace/values?since=168h";

/** Loki has lines of every namespace of the system. */
export const logsCanBeAsked: Check = {
  title: "logs can be asked for",
  look: (cluster) =>
    withPod(cluster, loki, async (pod) => {
      const { status, body } = await cluster.ask(pod, PORT, QUESTION);
      if (status !== 200) return fails([`Loki answers with status ${status}: ${body.slice(0, 200)}`]);
      const known = (JSON.parse(body) as { data?: readonly string[] }).data ?? [];
      const inhabited = new Set((await cluster.list<Pod>("pods")).map(({ metadata }) => metadata.namespace));
      const wanted = (await cluster.list("namespaces"))
        .filter((namespace) => hasLabels(namespace, { "app.kubernetes.io/managed-by": "pulumi" }))
        .map(({ metadata }) => metadata.name)
        .filter((name) => inhabited.has(name));
      return judge(
        wanted.filter((name) => !known.includes(name)).map((name) => `no line of ${name}`),
        wanted.join(", "),
      );
    }),
};
