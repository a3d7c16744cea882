import { parseDocument } from "yaml";

export const sizes = ["dev", "small", "large", "xlarge"] as const;
export type Size = (typeof sizes)[number];

/** What a stack asks of the machines it runs on. */
export interface Needs {
  readonly size: Size;
  /** Values of the node label `nvidia.com/gpu.product`; empty for a stack without GPUs. */
  readonly gpuProducts: readonly string[];
}

/** What there is for a model that does not say which GPU it needs. */
const anyProduct = ["NVIDIA-H100-80GB-HBM3", "NVIDIA-H200"];

/**
 * Reads from the text of a stack file what its stack needs. Whatever is wrong in the file counts as absent: the program reads it
 * next, and says it better.
 */
export function needsOf(text: string): Needs {
  const document = parseDocument(text);
  const { config } = document.errors.length > 0 ? {} : record(document.toJS());
  const { "ai-platform:size": asked, "ai-platform:gpu": gpu, "ai-platform:models": models } = record(config);
  const engines = Object.values(record(models))
    .map(record)
    .filter(({ kind = "vllm" }) => kind === "vllm");
  const products = engines.flatMap(({ gpuProduct }) => (typeof gpuProduct === "string" ? [gpuProduct] : []));
  const withGpus = gpu !== undefined || engines.length > 0;
  return {
    size: sizes.find((size) => size === asked) ?? "dev",
    gpuProducts: withGpus ? [...new Set([...anyProduct, ...products])] : [],
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
