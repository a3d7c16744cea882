import type { Mount, Probes, Resources } from "../foundation";
import { http, scratch } from "../foundation";
import { ENGINE_PORT, type VllmModel } from "./args";

/** User of the official image; its home is writable for group 0. A user without an entry in the image crashes at import. */
export const VLLM_USER = 2000;
export const VLLM_GROUP = 0;
const HOME = "/home/vllm";

/** Folder of the token file that the hub client reads. */
export const TOKEN_FOLDER = "/run/secrets/hugging-face";

/** Arguments of `vllm serve`, which is the image's entry point. */
export function vllmArguments(model: VllmModel): string[] {
  const { repository, revision } = parseSource(model.source);
  const flags = {
    revision,
    "tokenizer-revision": revision,
    "served-model-name": model.name,
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
    TORCHINDUCTOR_CACHE_DIR: `${HOME}/.cache/torchinductor`,
    VLLM_NO_USAGE_STATS: "1",
    HF_HUB_DISABLE_TELEMETRY: "1",
    // A redirect could lead a picture's address into the cluster's own network.
    VLLM_MEDIA_URL_ALLOW_REDIRECTS: "0",
    ...(hasToken && { HF_TOKEN_PATH: `${TOKEN_FOLDER}/token` }),
  };
}

export function vllmResources({ cpu, memoryGiB, gpus }: VllmModel): Resources {
  return { cpu, memoryMiB: memoryGiB * 1024, gpus };
}

/** Weights and compiled kernels on a volume of the pod's own, shared memory for tensor parallelism, scratch space. */
export function vllmMounts({ weightsGiB, gpus }: VllmModel): Mount[] {
  return [
    {
      name: "weights",
      path: `${HOME}/.cache`,
      writable: true,
      source: {
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: `${weightsGiB}Gi` } } },
          },
        },
      },
    },
    scratch("shared-memory", "/dev/shm", gpus > 1 ? 16_384 : 2048, "memory"),
    scratch("tmp", "/tmp", 1024),
    scratch("config", `${HOME}/.config`, 16),
  ];
}

/** The port opens only once the engine is loaded, which takes minutes for large weights: half an hour is allowed. */
export function engineProbes(): Probes {
  return {
    startup: http("/health", "http", 10, 180),
    ready: http("/health", "http", 5, 2),
    // An engine under full load answers late; ten misses in a row are a dead one.
    live: http("/health", "http", 10, 10),
  };
}

/** `hf://organisation/model@commit`; the schema has checked the form. */
function parseSource(source: string): { repository: string; revision: string } {
  const [repository = "", revision = ""] = source.replace("hf://", "").split("@");
  return { repository, revision };
}
