import { parseConfig } from "../../components/foundation";
import { engineTriggers } from "../../components/inference/scaling";
import { simulatorArguments } from "../../components/inference/simulator";
import { vllmArguments, vllmEnvironment, vllmMounts } from "../../components/inference/vllm";
import type { SimulatorModel, VllmModel } from "../../components/inference/args";

const revision = "0123456789abcdef0123456789abcdef01234567";

function vllm(keys: object = {}): VllmModel {
  const model = {
    name: "m",
    source: `hf://organisation/model@${revision}`,
    contextTokens: 8192,
    weightsGiB: 20,
    ...keys,
  };
  const [parsed] = parseConfig({ models: JSON.stringify([model]), gpu: "{}" }, "f").models;
  if (parsed?.kind !== "vllm") throw new Error("The model is not of kind vllm.");
  return parsed;
}

function simulator(keys: object = {}): SimulatorModel {
  const [parsed] = parseConfig({ models: JSON.stringify([{ name: "m", kind: "simulator", ...keys }]) }, "f").models;
  if (parsed?.kind !== "simulator") throw new Error("The model is not of kind simulator.");
  return parsed;
}

/** `["--a", "1"]` -> `{ a: "1" }` */
function flags(args: readonly string[]): Record<string, string | undefined> {
  const entries = args.flatMap((arg, index) =>
    arg.startsWith("--") ? [[arg.slice(2), args[index + 1]] as const] : [],
  );
  return Object.fromEntries(entries);
}

describe("vLLM", () => {
  test("C7 weights and tokenizer are pinned to one commit", () => {
    const args = vllmArguments(vllm());
    expect(args[0]).toBe("organisation/model");
    expect(flags(args)).toMatchObject({ revision, "tokenizer-revision": revision });
  });

  test("answers under the configured name, with the configured window, on all GPUs of the pod", () => {
    expect(flags(vllmArguments(vllm({ name: "chat", gpus: 4, contextTokens: 32_768 })))).toMatchObject({
      "served-model-name": "chat",
      "max-model-len": "32768",
      "tensor-parallel-size": "4",
    });
  });

  test("finishes running streams on SIGTERM, for as long as the longest answer", () => {
    expect(flags(vllmArguments(vllm({ answerSeconds: 600 })))).toMatchObject({ "shutdown-timeout": "600" });
  });

  test("says how many tokens of a prompt it had in its cache", () => {
    expect(vllmArguments(vllm())).toContain("--enable-prompt-tokens-details");
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
    expect(size(1)).toEqual({ emptyDir: { sizeLimit: "2048Mi", medium: "Memory" } });
    expect(size(2)).toEqual({ emptyDir: { sizeLimit: "16384Mi", medium: "Memory" } });
  });
});

test("the simulator needs no download and gets no flag that only vLLM knows", () => {
  const args = simulatorArguments(simulator({ timeToFirstTokenMs: 120 }));
  expect(args).toContain("--force-dummy-tokenizer");
  expect(flags(args)).toMatchObject({ model: "m", "time-to-first-token": "120ms" });
  for (const flag of ["tensor-parallel-size", "gpu-memory-utilization", "shutdown-timeout"])
    expect(flags(args)).not.toHaveProperty(flag);
});

describe("engines scale", () => {
  test("from zero on the gateway's demand, which exists while no engine runs", () => {
    const [demand] = engineTriggers("m");
    expect(demand).toMatchObject({ kind: "prometheus", compare: "per-pod", wakeAbove: 0 });
    expect(demand.kind === "prometheus" && demand.query).toContain('ai_gateway_queued_requests{model="m"}');
  });

  test("on their own queue by the label that vLLM has, and count its absence as empty", () => {
    const [, waiting] = engineTriggers("m");
    expect(waiting?.kind === "prometheus" && waiting.query).toBe(
      'sum (vllm:num_requests_waiting{model_name="m"}) or vector(0)',
    );
  });
});
