import type { Demand, Storage } from "./demand.ts";

interface Row {
  readonly part: string;
  readonly pods: Range;
  readonly milliCpu: Range;
  readonly memoryMiB: Range;
  readonly gpus: Range;
  readonly storageMiB: Range;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** What each part asks for, and all together: at least, and where an autoscaler moves within bounds, at most. */
export function planTable(demands: readonly Demand[], storage: readonly Storage[]): string[] {
  const parts = [...new Set([...demands, ...storage].map(({ part }) => part))];
  const rows = parts.map((part) =>
    rowOf(
      part,
      demands.filter((demand) => demand.part === part),
      storage.filter((volume) => volume.part === part),
    ),
  );
  const lines = [
    ["part", "pods", "CPU", "memory", "GPUs", "storage"],
    ...[...rows, rowOf("together", demands, storage)].map(cells),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
}

function rowOf(part: string, demands: readonly Demand[], storage: readonly Storage[]): Row {
  const sum = (of: (demand: Demand) => number, fixed = 0): Range => ({
    min: fixed + demands.reduce((total, demand) => total + demand.pods.min * of(demand), 0),
    max: fixed + demands.reduce((total, demand) => total + demand.pods.max * of(demand), 0),
  });
  const claims = storage.reduce((total, { mebibytes }) => total + mebibytes, 0);
  return {
    part,
    pods: sum(() => 1),
    milliCpu: sum(({ milliCpu }) => milliCpu),
    memoryMiB: sum(({ memoryMiB }) => memoryMiB),
    gpus: sum(({ gpus }) => gpus),
    storageMiB: sum(({ volumesMiB }) => volumesMiB, claims),
  };
}

function cells({ part, pods, milliCpu, memoryMiB, gpus, storageMiB }: Row): string[] {
  return [
    part,
    range(pods, String),
    range(milliCpu, (value) => (value / 1000).toFixed(2)),
    range(memoryMiB, gibibytes),
    gpus.max > 0 ? range(gpus, String) : "",
    storageMiB.max > 0 ? range(storageMiB, gibibytes) : "",
  ];
}

function range({ min, max }: Range, show: (value: number) => string): string {
  return min === max ? show(min) : `${show(min)} to ${show(max)}`;
}

function gibibytes(mebibytes: number): string {
  return `${(mebibytes / 1024).toFixed(mebibytes < 10_240 ? 1 : 0)} GiB`;
}
