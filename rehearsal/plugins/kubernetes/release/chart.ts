import { existsSync } from "node:fs";
import { mkdtemp, readdir } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { isObject, type Properties, textOf } from "../../protocol/index.ts";
import { type Contents, ContentsReader } from "./contents.ts";
import type { Helm } from "./helm.ts";

/** A chart on this machine. */
export interface Chart extends Contents {
  /** Archive or folder. */
  readonly path: string;
}

/** Finds charts, and downloads each one once. */
export class Charts {
  readonly #helm: Helm;
  readonly #contents: ContentsReader;
  readonly #downloads = new Map<string, Promise<string>>();

  constructor(helm: Helm) {
    this.#helm = helm;
    this.#contents = new ContentsReader(helm);
  }

  /**
   * The chart that revealed inputs name.
   *
   * @throws Error when there is none, or when it cannot be installed
   */
  async find(inputs: Properties): Promise<Chart> {
    const path = localPath(inputs) ?? (await this.#download(inputs));
    if (localPath(inputs) !== undefined && inputs["verify"] === true) await this.#verify(path, inputs);
    const contents = await this.#contents.read(path);
    if (contents.type === "library") throw new Error(`${contents.name} is a library chart, which is not installable`);
    return { path, ...contents };
  }

  async #verify(path: string, inputs: Properties): Promise<void> {
    await this.#helm.run(["verify", path, "--keyring", textOf(inputs, "keyring")]);
  }

  #download(inputs: Properties): Promise<string> {
    const args = pullArguments(inputs);
    const key = JSON.stringify(args);
    const started = this.#downloads.get(key) ?? this.#pull(args, inputs);
    this.#downloads.set(key, started);
    started.catch(() => this.#downloads.delete(key));
    return started;
  }

  async #pull(args: readonly string[], inputs: Properties): Promise<string> {
    const folder = await mkdtemp(join(this.#helm.folder, "chart-"));
    const login = await this.#logIn(inputs);
    await this.#helm.run(["pull", ...args, ...login, "--destination", folder]);
    const archive = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
    if (archive === undefined) throw new Error(`Helm downloaded ${args[0]} but left no archive.`);
    return join(folder, archive);
  }

  /** For this download only: the user's own logins stay as they are. */
  async #logIn(inputs: Properties): Promise<string[]> {
    const [username, password] = ["username", "password"].map((name) => textOf(repository(inputs), name));
    if (!username || !password) return [];
    const chart = textOf(inputs, "chart");
    if (!chart.startsWith("oci://")) {
      throw new Error(`This stand-in logs in to oci:// registries only, not to the repository of chart ${chart}.`);
    }
    const config = join(this.#helm.folder, "registry.json");
    const host = new URL(chart).host;
    const args = ["registry", "login", host, "--username", username, "--password-stdin"];
    await this.#helm.run([...args, "--registry-config", config], { input: password });
    return ["--registry-config", config];
  }
}

function repository(inputs: Properties): Properties {
  const options = inputs["repositoryOpts"];
  return isObject(options) ? options : {};
}

/**
 * A folder counts only with Chart.yaml inside, and a path only without a repository.
 *
 * @throws Error when the chart is written as a path and nothing is there
 */
export function localPath(inputs: Properties): string | undefined {
  const chart = textOf(inputs, "chart").trim();
  if (chart.startsWith("oci://") || repository(inputs)["repo"]) return undefined;
  if (chart.endsWith(".tgz") && existsSync(chart)) return resolve(chart);
  if (existsSync(join(chart, "Chart.yaml"))) return resolve(chart);
  if (isAbsolute(chart) || chart.startsWith(".")) throw new Error(`path "${chart}" not found`);
  return undefined;
}

/** Arguments of `helm pull` for a chart that is not on this machine. */
export function pullArguments(inputs: Properties): string[] {
  const chart = textOf(inputs, "chart").trim();
  const options = repository(inputs);
  const repo = chart.startsWith("oci://") ? "" : textOf(options, "repo");
  const isUrl = /^https?:\/\//.test(repo);
  const verify = inputs["verify"] === true;
  const flags = {
    "--repo": isUrl ? repo : "",
    "--version": textOf(inputs, "version"),
    "--ca-file": textOf(options, "caFile"),
    "--cert-file": textOf(options, "certFile"),
    "--key-file": textOf(options, "keyFile"),
    "--keyring": verify ? textOf(inputs, "keyring") : "",
  };
  return [
    repo !== "" && !isUrl ? `${repo}/${chart}` : chart,
    ...Object.entries(flags).flatMap(([name, value]) => (value === "" ? [] : [name, value])),
    ...(inputs["devel"] === true ? ["--devel"] : []),
    ...(verify ? ["--verify"] : []),
  ];
}
