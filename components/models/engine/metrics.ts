import { gauge, histogram } from "../../foundation/metric";

/** vLLM 0.32. The simulator knows the same metrics, without the label `engine`: never group by it. None exist at zero engines. */
export const engineMetrics = {
  requestsWaiting: gauge("vllm:num_requests_waiting", ["model_name", "engine"]),
  /** 0 to 1. */
  kvCacheUsage: gauge("vllm:kv_cache_usage_perc", ["model_name", "engine"]),
  timeToFirstToken: histogram("vllm:time_to_first_token_seconds", ["model_name", "engine"]),
} as const;
