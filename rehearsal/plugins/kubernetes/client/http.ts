import https from "node:https";
import http from "node:http";
import { connectionOptions } from "./credentials.ts";
import { ApiError, Unreachable } from "./errors.ts";
import type { Kubeconfig } from "./kubeconfig.ts";

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

/** How many connections are kept open; the official plugin limits itself to 50 requests a second instead. */
const CONNECTIONS = 32;
/** Milliseconds without an answer after which a request counts as lost. */
const TIMEOUT = 60_000;

/** One keep-alive connection pool to the API server. */
export class Http {
  readonly #kubeconfig: Kubeconfig;
  #connection: Promise<Connection> | undefined;

  constructor(kubeconfig: Kubeconfig) {
    this.#kubeconfig = kubeconfig;
  }

  get server(): string {
    return this.#kubeconfig.cluster.server;
  }

  /** @throws ApiError, Unreachable */
  async send<T>(request: Request): Promise<T> {
    const response = await this.#exchange(request).catch((error: unknown) => {
      throw new Unreachable(this.server, error);
    });
    const body = parse(response.text);
    if (response.status < 300) return body as T;
    const { reason, message } = (typeof body === "object" ? body : {}) as { reason?: string; message?: string };
    throw new ApiError(response.status, reason ?? String(response.status), message ?? (response.text || "no message"));
  }

  async #exchange(request: Request): Promise<RawResponse> {
    const url = new URL(this.server.replace(/\/$/, "") + request.path);
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    this.#connection ??= connect(this.#kubeconfig);
    const connection = await this.#connection;
    const headers = {
      accept: request.accept ?? "application/json",
      "user-agent": "pulumi-kubernetes",
      ...connection.headers,
      ...(payload !== undefined && {
        "content-type": request.contentType ?? "application/json",
        "content-length": Buffer.byteLength(payload),
      }),
    };
    const client = url.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      const sent = client.request(
        url,
        { agent: connection.agent, headers, method: request.method, timeout: TIMEOUT },
        (response) => {
          readAll(response).then(resolve, reject);
        },
      );
      sent.on("error", reject);
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${TIMEOUT / 1000} s`)));
      sent.end(payload);
    });
  }
}

interface Connection {
  readonly agent: http.Agent;
  readonly headers: { readonly [name: string]: string };
}

interface RawResponse {
  readonly status: number;
  readonly text: string;
}

async function readAll(response: http.IncomingMessage): Promise<RawResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") };
}

async function connect(kubeconfig: Kubeconfig): Promise<Connection> {
  const { tls, headers } = await connectionOptions(kubeconfig);
  const pool = { keepAlive: true, maxSockets: CONNECTIONS, scheduling: "lifo" as const };
  const isTls = kubeconfig.cluster.server.startsWith("https:");
  return { headers, agent: isTls ? new https.Agent({ ...pool, ...tls }) : new http.Agent(pool) };
}

function parse(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return text;
  }
}
