import type { Certificates } from "../certificates";
import type { Artifacts, Config, Namespace, Peer } from "../foundation";
import type { Observability } from "../observability";

export interface IngressArgs {
  readonly artifacts: Artifacts;
  readonly certificates: Certificates;
  readonly observability: Observability;
  /** Traefik pods. */
  readonly replicas: Config["ingress"]["replicas"];
  /** Type of the Service in front of Traefik; `ClusterIP` where something else forwards to it. */
  readonly service: Config["ingress"]["service"];
  /** Address ranges whose X-Forwarded-For is believed. Empty: the address that connects is the client's. */
  readonly trustedProxies: Config["ingress"]["trustedProxies"];
  /** Requests per second and client address on average, and at once. Each Traefik pod counts alone. */
  readonly rateLimit: Config["ingress"]["rateLimit"];
  /** Web origins, beside the host's own, whose pages may call it. */
  readonly corsOrigins: Config["ingress"]["corsOrigins"];
  /** Chart values merged over ours last. */
  readonly extraValues?: Config["ingress"]["extraValues"];
}

export interface RouteArgs {
  /** Namespace of the server, and of the route's own objects: references into other namespaces are refused. */
  readonly namespace: Namespace;
  /** Host that users ask for. */
  readonly host: string;
  /** Path prefixes that are public, `/v1` for instance; everything else is answered with 404. */
  readonly paths: readonly [string, ...string[]];
  /** A workload's pods; its Service has the same name. */
  readonly server: { readonly name: string; readonly peer: Required<Peer> };
  /** TCP port of the Service and of the pods. */
  readonly port: number;
}
