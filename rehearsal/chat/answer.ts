/** An OpenAI-compatible gateway and a key for it. */
export interface Gateway {
  readonly url: string;
  readonly key: string;
}

export interface Message {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** What the engine counted for an answer. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

/** A gateway that cannot be reached, or that refused; the message says why and what to do. */
export class GatewayError extends Error {}

/** The fields of a streamed frame that matter here. */
interface Frame {
  readonly error?: { readonly message?: string };
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[];
  readonly usage?: Usage | null;
}

/** The names of the models that a gateway offers to the key. */
export async function modelsOf(gateway: Gateway, signal: AbortSignal): Promise<string[]> {
  const response = await request(gateway, "/v1/models", { signal });
  return ((await response.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
}

/** Asks for the next message of a conversation and yields its pieces as they come; returns what the engine counted. */
export async function* answer(
  gateway: Gateway,
  model: string,
  messages: readonly Message[],
  signal: AbortSignal,
): AsyncGenerator<string, Usage | undefined> {
  const body = JSON.stringify({ model, messages, stream: true, stream_options: { include_usage: true } });
  const response = await request(gateway, "/v1/chat/completions", { method: "POST", body, signal });
  let usage: Usage | undefined;
  for await (const data of events(response)) {
    if (data === "[DONE]") return usage;
    const frame = JSON.parse(data) as Frame;
    if (frame.error) throw new GatewayError(`The answer broke off: ${frame.error.message ?? data}`);
    const text = frame.choices?.[0]?.delta?.content;
    if (text) yield text;
    usage = frame.usage ?? usage;
  }
  throw new GatewayError("The answer broke off: the connection closed before its end.");
}

async function request(gateway: Gateway, path: string, init: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" };
  const response = await fetch(new URL(path, gateway.url), { ...init, headers }).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new GatewayError(unreachable(gateway.url, error as Error));
  });
  if (response.ok) return response;
  const text = await response.text();
  const advice = response.status === 401 ? " Give a key that this gateway knows." : "";
  throw new GatewayError(`${gateway.url} answered ${response.status}: ${messageIn(text)}${advice}`);
}

/** The `data:` lines of a stream of server-sent events. */
async function* events(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data:")) yield line.slice("data:".length).trim();
  }
}

/** The message of an error in OpenAI's form, else the beginning of what came instead. */
function messageIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string } };
    return error?.message ?? text.slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}

function unreachable(url: string, error: Error): string {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  const reason = cause?.message || cause?.code || error.message;
  const advice = /CERT|SELF_SIGNED|ISSUER/i.test(cause?.code ?? "")
    ? "Name the file of the authority that signed its certificate in NODE_EXTRA_CA_CERTS."
    : "Check the address, and that a gateway runs there.";
  return `There is no answer from ${url}: ${reason}\n  ${advice}`;
}
