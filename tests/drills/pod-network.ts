import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Sandbox } from "./sandbox.ts";

/** A switch that pods are plugged into, and the names under which they find each other. */
export class PodNetwork {
  /** Folder with the file `hosts`, which changes as pods come and go. */
  readonly names: string;
  private readonly bridge: Sandbox;
  private readonly addresses = new Map<string, string>();
  private plugged = 0;

  private constructor(bridge: Sandbox, names: string) {
    this.bridge = bridge;
    this.names = names;
  }

  static async open(folder: string): Promise<PodNetwork> {
    const names = join(folder, "names");
    mkdirSync(names);
    const bridge = await Sandbox.open("ip link add pods type bridge\nip link set pods up");
    const network = new PodNetwork(bridge, names);
    network.publish();
    return network;
  }

  /** Gives a pod an address that no pod had before, as a cluster does, and publishes it under the pod's and the Service's name. */
  async plug(sandbox: Sandbox, pod: string, service: string): Promise<void> {
    this.plugged += 1;
    const address = `10.0.0.${this.plugged}`;
    const port = `port${this.plugged}`;
    await this.bridge.run(
      `ip link add ${port} type veth peer name eth0 netns ${sandbox.pid}\nip link set ${port} master pods up`,
    );
    await sandbox.run(`ip link set lo up\nip address add ${address}/16 dev eth0\nip link set eth0 up`);
    this.addresses.set(pod, `${address} ${pod}.${service} ${service}`);
    this.publish();
  }

  /** Withdraws a pod's name, as the DNS of a cluster does once the pod is gone. */
  unplug(pod: string): void {
    this.addresses.delete(pod);
    this.publish();
  }

  async close(): Promise<void> {
    await this.bridge.close();
  }

  /** Replaced in one step, so that nobody reads half a file. */
  private publish(): void {
    const hosts = ["127.0.0.1 localhost", ...this.addresses.values(), ""].join("\n");
    writeFileSync(join(this.names, "hosts.new"), hosts);
    renameSync(join(this.names, "hosts.new"), join(this.names, "hosts"));
  }
}
