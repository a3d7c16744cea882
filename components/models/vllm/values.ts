import { type Mount, type Resources, scratch } from "../../foundation";
import { ENGINE_PORT } from "../engine/engine";
import type { VllmKeys } from "./keys";

/** User of the official image; its home is writable for group 0. A user without an entry in the image crashes at import. */
export const VLLM_USER = 2000;
export const VLLM_GROUP = 0;
const HOME = "/home/vllm";

/** Folder of the token file that the hub client reads. */
export const TOKEN_FOLDER = "/run/secrets/hugging-face";

/** Arguments of `vllm serve`, which is the image's entry point. */
export function vllmArguments(name: string, model: VllmKeys, { ipv6 }: { readonly ipv6: boolean }): string[] {
  const { repository, revision } = parseSource(model.source);
  const flags = {
    revision,
    "tokenizer-revision": revision,
    "served-model-name": name,
    // Every address of both families; without it only those of IPv4.
    ...(ipv6 && { host: "::" }),
    port: ENGINE_PORT,
    "max-model-len": model.contextTokens,
    "tensor-parallel-size": model.gpus,
    // Stated, because the engine's own default changed between versions.
    "gpu-memory-utilization": model.gpuMemoryShare,
    // Without it SIGTERM silently abandons running streams.
    "shutdown-timeout": model.answerSeconds,
    "disable-access-log-for-endpoints": "/health,/metrics",
  };
  return [
    repository,
    ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]),
    // Without it nobody learns how much of a prompt came from the cache.
    "--enable-prompt-tokens-details",
  ];
}

/** Everything the engine writes goes to its volume; nothing is reported to anyone. */
export function vllmEnvironment(hasToken: boolean): Record<string, string> {
  return {
    HOME,
    HF_HOME: `${HOME}/.cache/huggingface`,
    VLLM_CACHE_ROOT: `${HOME}/.cache/vllm`,
    TRITON_CACHE_DIR: `${HOME}/.cache/triton`,
    TORCHINDUCTOR_CACHE_DIR: `${HOME}/.cache/torchinductor`,
    VLLM_NO_USAGE_STATS: "1",
    HF_HUB_DISABLE_TELEMETRY: "1",
    // A redirect could lead a picture's address into the cluster's own network.
    VLLM_MEDIA_URL_ALLOW_REDIRECTS: "0",
    ...(hasToken && { HF_TOKEN_PATH: `${TOKEN_FOLDER}/token` }),
  };
}

export function vllmResources({ cpu, memory, gpus }: VllmKeys): Resources {
  return { cpu, memory, gpus };
}

/** Weights and compiled kernels on a volume of the pod's own, shared memory for tensor parallelism, scratch space. */
export function vllmMounts({ weights, gpus }: VllmKeys): Mount[] {
  return [
    {
      name: "weights",
      path: `${HOME}/.cache`,
      writable: true,
      source: {
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: weights } } },
          },
        },
      },
    },
    scratch("shared-memory", "/dev/shm", gpus > 1 ? "16Gi" : "2Gi", "memory"),
    scratch("tmp", "/tmp", "1Gi"),
    scratch("config", `${HOME}/.config`, "16Mi"),
    // The CUDA driver and Triton compile for the GPU they find, and both write below the home folder.
    scratch("nvidia", `${HOME}/.nv`, "1Gi"),
  ];
}

/** `hf://organisation/model@commit`; the schema has checked the form. */
function parseSource(source: string): { repository: string; revision: string } {
  const [repository = "", revision = ""] = source.replace("hf://", "").split("@");
  return { repository, revision };
}
