import { loadConfig, secretOf } from "./components/config";
import { build, connect, Network, Site } from "./components/foundation";
import { Autoscaling } from "./components/platform/autoscaling";
import { Certificates } from "./components/platform/certificates";
import { Gpu } from "./components/platform/gpu";
import { Ingress } from "./components/platform/ingress";
import { Monitoring } from "./components/platform/monitoring";

const config = loadConfig(); // strict: names every mistake at once, before anything is created
const cluster = connect(config.cluster); // the one Kubernetes provider
const site = new Site("site", { ...config, secrets: secretOf }, cluster); // namespace, mirrors, our certificate authority

// Once per cluster, in order of dependency. What the stack file leaves out is not installed.
const certificates = config.certificates && new Certificates("certificates", { ...config.certificates, site }, cluster);
const monitoring =
  config.monitoring && new Monitoring("monitoring", { ...config.monitoring, site, certificates }, cluster);
const prometheus = monitoring?.connection;
const ingress = config.ingress && new Ingress("ingress", { ...config.ingress, site, certificates }, cluster);
const autoscaling =
  config.autoscaling && new Autoscaling("autoscaling", { ...config.autoscaling, site, prometheus }, cluster);
const gpu = config.gpu && new Gpu("gpu", { ...config.gpu, site }, cluster);

// What the stack file names, each after the parts it uses, whose connections it gets.
const parts = build(config.parts, site, (name, args, kind) => kind.create(name, args, cluster));

// What all of them say about themselves, handed to whoever looks after it.
const everything = [certificates, monitoring, ingress, autoscaling, gpu, ...parts].filter((part) => part !== undefined);
ingress?.route(parts); // hosts, paths, middlewares
autoscaling?.scale(parts); // bounds and signals
monitoring?.watch(everything); // targets, alerts, dashboards
new Network("network", { parts: everything, site, ingress, monitoring, autoscaling }, cluster); // one policy per group of pods

export const urls = Ingress.urls(parts);
export const results = Object.fromEntries(parts.flatMap(({ name, results: own }) => (own ? [[name, own]] : []))); // secret
