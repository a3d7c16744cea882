import { loadConfig, secretOf } from "./components/config";
import { build, connect, Network, Site } from "./components/foundation";
import { Ingress } from "./components/platform/ingress";
import { install } from "./components/platform/install";

const config = loadConfig(); // strict: names every mistake at once, before anything is created
const cluster = connect(config.cluster); // the one Kubernetes provider
const site = new Site("site", { ...config, secrets: secretOf }, cluster); // namespace, mirrors, our certificate authority

// Once per cluster: certificates, monitoring, logging, ingress, autoscaling, gpu. What the stack file leaves out is not installed.
const platform = install(config, site, cluster);

// What the stack file names, each after the parts it uses, whose connections it gets: stores, models, services.
const parts = build(config.parts, site, (name, args, kind) => kind.create(name, args, cluster));

// What all of them say about themselves, handed to whoever looks after it.
const everything = [...Object.values(platform), ...parts];
platform.ingress?.route(parts); // hosts, paths, middlewares
platform.autoscaling?.scale(parts); // bounds and signals
platform.monitoring?.watch(everything); // targets, alerts, dashboards
new Network("network", { ...platform, parts: everything, site }, cluster); // one policy per group of pods

export const urls = Ingress.urls(parts);
export const results = Object.fromEntries(parts.flatMap(({ name, results: own }) => (own ? [[name, own]] : []))); // secret
