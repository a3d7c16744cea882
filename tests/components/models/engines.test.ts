import type { SiteArgs } from "../../../components/foundation";
import { Simulator } from "../../../components/models/simulator";
import { simulatorKeys } from "../../../components/models/simulator/keys";
import { Vllm } from "../../../components/models/vllm";
import { vllmKeys } from "../../../components/models/vllm/keys";
import { keysOf, recordPart } from "../../support/builders";
import { flows } from "../../support/edges";

const weights = { source: `hf://organisation/model@${"0".repeat(40)}`, contextTokens: 8192, weights: "20Gi" };

const simulator = (keys: object = {}, args: Partial<SiteArgs> = {}) =>
  recordPart((site) => new Simulator("tiny-1.0", { ...keysOf(simulatorKeys, keys), site }), args);
const vllm = (keys: object = {}) =>
  recordPart((site) => new Vllm("llama-3.3", { ...keysOf(vllmKeys, { ...weights, ...keys }), site }));

describe("every engine", () => {
  test("is called after its model, without the dots, and is asked for under the model's own name", async () => {
    const { part, stack } = await simulator();
    expect(part.name).toBe("tiny-1.0");
    expect(part.connections["default"]).toMatchObject({
      name: "engine-tiny-1-0",
      host: "engine-tiny-1-0.ai-platform.svc.cluster.local",
      port: 8000,
      attributes: { model: "tiny-1.0" },
    });
    expect(stack.object("Service", "engine-tiny-1-0").inputs).toMatchObject({ spec: { clusterIP: "None" } });
  });

  test("is not waited for, by deployments and by its clients: the gateway answers while one is missing", async () => {
    const { part, stack } = await simulator();
    expect(part.connections["default"]?.ready).toEqual([]);
    expect(stack.get("engine-tiny-1-0", "Deployment").inputs).toMatchObject({
      metadata: { annotations: { "pulumi.com/skipAwait": "true" } },
    });
  });

  test("leaves after the gateway has forgotten it, and after its longest answer", async () => {
    const { stack } = await simulator({ answerSeconds: 60 });
    expect(stack.get("engine-tiny-1-0", "Deployment").inputs).toMatchObject({
      spec: {
        template: {
          metadata: { annotations: { "ai-platform.dev/drain-seconds": "60" } },
          spec: {
            terminationGracePeriodSeconds: 15 + 60 + 15,
            containers: [{ lifecycle: { preStop: { sleep: { seconds: 15 } } } }],
          },
        },
      },
    });
  });

  test("may load for half an hour before it counts as broken", async () => {
    const { stack } = await simulator();
    expect(stack.get("engine-tiny-1-0", "Deployment").inputs).toMatchObject({
      spec: { template: { spec: { containers: [{ startupProbe: { periodSeconds: 10, failureThreshold: 180 } }] } } },
    });
  });

  test("A50 C210 C211 is watched by alerts that tell late first tokens, long queues and full caches per model", async () => {
    const { part } = await simulator();
    const latency =
      "histogram_quantile(0.95, sum by (le, model_name) (rate(vllm:time_to_first_token_seconds_bucket[5m])))";
    expect(part.alerts.map((alert) => [alert.name, alert.expression, alert.for, alert.severity])).toEqual([
      ["EngineQueueLong", "sum by (model_name) (vllm:num_requests_waiting) > 50", "5m", "warning"],
      ["TimeToFirstTokenAboveObjective", `${latency} > 1`, "15m", "warning"],
      ["TimeToFirstTokenHigh", `${latency} > 5`, "5m", "critical"],
      ["EngineCacheNearlyFull", "max by (model_name) (vllm:kv_cache_usage_perc) > 0.95", "5m", "warning"],
    ]);
    expect(part.metrics).toMatchObject([{ name: "engine-tiny-1-0", port: 8000 }]);
  });

  test("A28 with different bounds belongs to the autoscaler, its Deployment first; with equal ones it has that many pods", async () => {
    const { part, stack } = await simulator({ replicas: { min: 0, max: 3 } });
    expect(part.scales).toMatchObject([{ name: "engine-tiny-1-0", target: "engine-tiny-1-0", min: 0, max: 3 }]);
    expect(part.scales[0]?.ready).toHaveLength(1);
    expect(stack.get("engine-tiny-1-0", "Deployment").inputs).not.toHaveProperty("spec.replicas");
    const fixed = await simulator({ replicas: { min: 2, max: 2 } });
    expect(fixed.part.scales).toEqual([]);
    expect(fixed.stack.get("engine-tiny-1-0", "Deployment").inputs).toHaveProperty("spec.replicas", 2);
  });
});

test("the simulator reaches nobody, and runs from the mirror where there is one", async () => {
  const { stack } = await simulator({}, { artifacts: { imageMirror: "registry.example.com/mirror" } });
  expect(flows(stack)).toEqual({ open: [], dangling: [], access: [] });
  expect(stack.get("engine-tiny-1-0", "Deployment").inputs).toHaveProperty(
    "spec.template.spec.containers.0.image",
    expect.stringMatching(/^registry\.example\.com\/mirror\/llm-d\/llm-d-inference-sim:/),
  );
});

describe("vLLM", () => {
  test("C97 C99 C100 goes to tainted nodes with GPUs, of one product if it asks for it, and takes them whole", async () => {
    const { stack } = await vllm({ gpus: 4, gpuProduct: "NVIDIA-H100-80GB-HBM3" });
    expect(stack.get("engine-llama-3-3", "Deployment").inputs).toMatchObject({
      spec: {
        template: {
          spec: {
            tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
            nodeSelector: {
              "nvidia.com/gpu.present": "true",
              "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
            },
            containers: [{ resources: { limits: { "nvidia.com/gpu": "4" } } }],
          },
        },
      },
    });
  });

  test("reaches the hub for its weights, at public addresses only", async () => {
    expect(flows((await vllm()).stack).access).toEqual(["ai-platform/engine-llama-3-3 -> public addresses:443"]);
  });

  test("starts slowly, so a short peak starts none", async () => {
    const { part } = await vllm({ replicas: { min: 1, max: 2 } });
    expect(part.scales[0]?.behaviour).toEqual({ upAfterSeconds: 300, downAfterSeconds: 300 });
    const simulated = await simulator({ replicas: { min: 1, max: 2 } });
    expect(simulated.part.scales[0]).not.toHaveProperty("behaviour");
  });

  test("reads the hub's token from a file, out of an encrypted key of the stack file", async () => {
    const { stack } = await vllm({ token: { secret: "hubToken" } });
    expect(stack.get("engine-llama-3-3-token", "Secret")).toMatchObject({
      inputs: { stringData: { token: "decrypted-hubToken" } },
      secretInputs: ["stringData"],
    });
    const { inputs } = stack.get("engine-llama-3-3", "Deployment");
    expect(JSON.stringify(inputs)).toContain("/run/secrets/hugging-face/token");
    expect(JSON.stringify(inputs)).not.toContain("decrypted-");
    expect((await vllm()).stack.ofType("Secret")).toEqual([]);
  });
});
