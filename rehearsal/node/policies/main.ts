/** `node main.ts <kubeconfig> <pods> <node> <machine>` keeps this network's packet filter as the NetworkPolicies say. */
import { run } from "../../process.ts";
import { compile } from "./compile.ts";
import type { ClusterView, Namespace, NetworkPolicy, Pod } from "./objects.ts";
import { ApiServer } from "../api-server.ts";

/** Changes that come together are applied together, in milliseconds. */
const settling = 20;

const [kubeconfig = "", pods = "", node = "", machine = ""] = process.argv.slice(2);
const server = await ApiServer.of(kubeconfig);
const api = { address: machine, port: Number(server.url.port) };
const view: Partial<ClusterView> = {};
let loaded = "";
let timer: NodeJS.Timeout | undefined;
let applying = Promise.resolve();

void server.follow("/api/v1/namespaces", (items) => update({ namespaces: items as Namespace[] }));
void server.follow("/api/v1/pods", (items) => update({ pods: items as Pod[] }));
void server.follow("/apis/networking.k8s.io/v1/networkpolicies", (items) =>
  update({ policies: items as NetworkPolicy[] }),
);

function update(part: Partial<ClusterView>): void {
  Object.assign(view, part);
  timer ??= setTimeout(() => {
    timer = undefined;
    applying = applying.then(apply);
  }, settling);
}

async function apply(): Promise<void> {
  const { namespaces, pods: all, policies } = view;
  if (namespaces === undefined || all === undefined || policies === undefined) return;
  const rules = compile({ namespaces, pods: all, policies }, { pods, hosts: [node, machine], api });
  if (rules === loaded) return;
  await run("nft", ["-f", "-"], { input: rules });
  loaded = rules;
}
