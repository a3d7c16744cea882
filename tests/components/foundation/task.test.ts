import { type Site, Task, type TaskArgs, Workload } from "../../../components/foundation";
import { recordMade } from "../../support/builders";

const base: Omit<TaskArgs, "site"> = {
  component: "migrations",
  image: "registry.example.com/api:1.0.0",
  args: ["migrate"],
  resources: { cpu: "100m", memory: "256Mi" },
  user: 10001,
  deadlineSeconds: 600,
};

async function migrations(args: Partial<TaskArgs> = {}) {
  const make = (site: Site) => {
    const store = new Workload("store", {
      ...base,
      site,
      ports: { store: 7000 },
      probes: { none: "it is a test" },
      scale: { replicas: 1 },
      shutdown: { drainSeconds: 1 },
    });
    return new Task("api-migrations", { ...base, site, uses: [store.offer("store")], ...args });
  };
  const { made: task, stack } = await recordMade(make, { artifacts: { pullSecret: { secret: "registry" } } });
  return { stack, task, job: stack.get("api-migrations", "Job") };
}

test("a task runs to its end: at most three attempts within its time, after what it uses is ready", async () => {
  const { stack, job } = await migrations();
  expect(job.inputs).toMatchObject({
    spec: {
      backoffLimit: 2,
      activeDeadlineSeconds: 600,
      template: { spec: { restartPolicy: "Never", containers: [{ args: ["migrate"] }] } },
    },
  });
  expect(job.dependsOn).toContain(stack.get("store", "Deployment").urn);
});

test("any change is a new Job, because its name is made by the provider", async () => {
  expect((await migrations()).job.inputs).not.toHaveProperty("metadata.name");
});

test("its pod is as hardened as any: own account, no token, numeric user, read-only root, pull secret", async () => {
  const { stack, job } = await migrations();
  expect(stack.object("ServiceAccount", "api-migrations").inputs).toMatchObject({
    automountServiceAccountToken: false,
  });
  expect(job.inputs).toMatchObject({
    spec: {
      template: {
        spec: {
          serviceAccountName: "api-migrations",
          automountServiceAccountToken: false,
          imagePullSecrets: [{ name: "pull-secret" }],
          securityContext: { runAsUser: 10001, runAsNonRoot: true },
          containers: [{ securityContext: { readOnlyRootFilesystem: true } }],
        },
      },
    },
  });
});

test("its pods are a group of their own in the network, told apart from the workload's", async () => {
  const { task } = await migrations({ labels: { app: "web" } });
  expect(task.member).toMatchObject({
    name: "api-migrations",
    peer: { labels: { "app.kubernetes.io/name": "api-migrations", app: "web" } },
    uses: [{ name: "store" }],
  });
});
