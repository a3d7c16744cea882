import { engineTriggers } from "../../../components/models/engine/scaling";
import { simulatorKeys } from "../../../components/models/simulator/keys";
import { simulatorArguments } from "../../../components/models/simulator/values";
import { vllmKeys } from "../../../components/models/vllm/keys";
import { vllmArguments, vllmEnvironment, vllmMounts, vllmResources } from "../../../components/models/vllm/values";
import { keysOf } from "../../support/builders";

const revision = "0123456789abcdef0123456789abcdef01234567";
const source = `hf://organisation/model@${revision}`;

const nodes = { ipv6: false };

const vllm = (keys: object = {}) => keysOf(vllmKeys, { source, contextTokens: 8192, weights: "20Gi", ...keys });

/** `["--a", "1"]` -> `{ a: "1" }` */
function flags(args: readonly string[]): Record<string, string | undefined> {
  const entries = args.flatMap((arg, index) =>
    arg.startsWith("--") ? [[arg.slice(2), args[index + 1]] as const] : [],
  );
  return Object.fromEntries(entries);
}

describe("vLLM", () => {
  test("C7 weights and tokenizer are pinned to one commit", () => {
    const args = vllmArguments("m", vllm(), nodes);
    expect(args[0]).toBe("organisation/model");
    expect(flags(args)).toMatchObject({ revision, "tokenizer-revision": revision });
  });

  test("answers under the configured name, with the configured window, on all GPUs of the pod", () => {
    expect(
      flags(vllmArguments("chat", vllm({ gpus: 4, contextTokens: 32_768, gpuMemoryShare: 0.8 }), nodes)),
    ).toMatchObject({
      "served-model-name": "chat",
      "max-model-len": "32768",
      "tensor-parallel-size": "4",
      "gpu-memory-utilization": "0.8",
    });
  });

  test("finishes running streams on SIGTERM, for as long as the longest answer", () => {
    expect(flags(vllmArguments("m", vllm({ answerSeconds: 600 }), nodes))).toMatchObject({ "shutdown-timeout": "600" });
  });

  test("says how many tokens of a prompt it had in its cache", () => {
    expect(vllmArguments("m", vllm(), nodes)).toContain("--enable-prompt-tokens-details");
  });

  test("listens on addresses of both families where pods have both", () => {
    expect(flags(vllmArguments("m", vllm(), { ipv6: true }))).toMatchObject({ host: "::" });
    expect(flags(vllmArguments("m", vllm(), nodes))).not.toHaveProperty("host");
  });

  test("reads its token from a file, and only if there is one", () => {
    expect(vllmEnvironment(true)).toMatchObject({ HF_TOKEN_PATH: "/run/secrets/hugging-face/token" });
    expect(vllmEnvironment(false)).not.toHaveProperty("HF_TOKEN_PATH");
  });

  test("never runs in development mode, which would open remote control", () => {
    expect(vllmEnvironment(true)).not.toHaveProperty("VLLM_SERVER_DEV_MODE");
  });

  test("has shared memory, and more of it for several GPUs", () => {
    const size = (gpus: number) => vllmMounts(vllm({ gpus })).find(({ path }) => path === "/dev/shm")?.source;
    expect(size(1)).toEqual({ emptyDir: { sizeLimit: "2Gi", medium: "Memory" } });
    expect(size(2)).toEqual({ emptyDir: { sizeLimit: "16Gi", medium: "Memory" } });
  });

  test("keeps weights and compiled kernels on a volume as large as stated", () => {
    expect(vllmMounts(vllm()).find(({ name }) => name === "weights")?.source).toMatchObject({
      ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: "20Gi" } } } } },
    });
  });

  test("has the CPU, memory and GPUs it is given", () => {
    expect(vllmResources(vllm({ gpus: 8, cpu: "16", memory: "96Gi" }))).toEqual({ cpu: "16", memory: "96Gi", gpus: 8 });
  });
});

test("the simulator needs no download and gets no flag that only vLLM knows", () => {
  const keys = keysOf(simulatorKeys, { timeToFirstTokenMs: 120, interTokenMs: 5, contextTokens: 1024 });
  const args = simulatorArguments("m", keys);
  expect(args).toContain("--force-dummy-tokenizer");
  expect(flags(args)).toMatchObject({
    model: "m",
    "time-to-first-token": "120ms",
    "inter-token-latency": "5ms",
    "max-model-len": "1024",
  });
  for (const flag of ["tensor-parallel-size", "gpu-memory-utilization", "shutdown-timeout"])
    expect(flags(args)).not.toHaveProperty(flag);
});

describe("engines scale", () => {
  test("from zero on the gateway's demand, which exists while no engine runs", () => {
    const [demand] = engineTriggers("m");
    expect(demand).toEqual({
      kind: "prometheus",
      query: 'sum (ai_gateway_requests_in_flight{model="m"}) + sum (ai_gateway_queued_requests{model="m"})',
      compare: "per-pod",
      threshold: 16,
      wakeAbove: 0,
    });
  });

  test("on their own queue by the label that vLLM has, and count its absence as empty", () => {
    const [, waiting] = engineTriggers("m");
    expect(waiting).toEqual({
      kind: "prometheus",
      query: 'sum (vllm:num_requests_waiting{model_name="m"}) or vector(0)',
      compare: "per-pod",
      threshold: 2,
    });
  });
});
