import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { answer, type Gateway, modelsOf } from "../../rehearsal/chat/answer.ts";
import { speed } from "../../rehearsal/chat/conversation.ts";

/** What the scripted gateway does with a request for an answer. */
let script: (response: ServerResponse) => void;
let asked: { readonly authorization: string | undefined; readonly body: Record<string, unknown> }[];
let server: Server;
let gateway: Gateway;

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      asked.push({ authorization: request.headers.authorization, body: JSON.parse(body || "{}") as never });
      script(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  gateway = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: "sk-test" };
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

const never = new AbortController().signal;
const question = [{ role: "user", content: "Hello" }] as const;
const frame = (document: unknown) => `data: ${JSON.stringify(document)}\n\n`;
const word = (content: string) => frame({ choices: [{ delta: { content } }] });

/** Reads a whole answer: its pieces, and what the engine counted. */
async function read(): Promise<{ pieces: string[]; usage: unknown }> {
  const stream = answer(gateway, "tiny", question, never);
  const pieces: string[] = [];
  for (;;) {
    const { done, value } = await stream.next();
    if (done) return { pieces, usage: value };
    pieces.push(value);
  }
}

test("an answer comes in pieces, with what the engine counted", async () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2 };
  script = (response) => response.end(word("Good ") + word("day") + frame({ choices: [], usage }) + "data: [DONE]\n\n");
  expect(await read()).toEqual({ pieces: ["Good ", "day"], usage });
  expect(asked).toEqual([
    {
      authorization: "Bearer sk-test",
      body: { model: "tiny", messages: question, stream: true, stream_options: { include_usage: true } },
    },
  ]);
});

test("a frame that is cut in the middle of a character is one piece", async () => {
  const bytes = Buffer.from(word("grüß") + "data: [DONE]\n\n");
  const middle = bytes.indexOf("ü") + 1;
  script = (response) => {
    response.write(bytes.subarray(0, middle));
    setTimeout(() => response.end(bytes.subarray(middle)), 20);
  };
  expect((await read()).pieces).toEqual(["grüß"]);
});

test.each([
  [
    "an error frame",
    word("Good ") + frame({ error: { message: "the engine is gone" } }),
    /broke off: the engine is gone/,
  ],
  ["no end", word("Good "), /broke off: the connection closed/],
])("an answer with %s is an error that says so", async (_, text, message) => {
  script = (response) => response.end(text);
  await expect(read()).rejects.toThrow(message);
});

test("a refusal is told in the gateway's own words, with advice", async () => {
  script = (response) => response.writeHead(401).end(JSON.stringify({ error: { message: "This key is not known." } }));
  await expect(read()).rejects.toThrow(/answered 401: This key is not known\. Give a key/);
});

test("an answer of something else than a gateway is shown", async () => {
  script = (response) => response.writeHead(404).end("<h1>nginx</h1>");
  await expect(modelsOf(gateway, never)).rejects.toThrow(/answered 404: <h1>nginx/);
});

test("an address where nobody listens is named", async () => {
  await new Promise((resolve) => server.close(resolve));
  await expect(read()).rejects.toThrow(`There is no answer from ${gateway.url}: connect ECONNREFUSED`);
});

test("speed counts from the first token on, and says how long that took", () => {
  const usage = { prompt_tokens: 3, completion_tokens: 41 };
  expect(speed(usage, 0, 200, 1200)).toBe("41 tokens, 40.0 tokens/s, the first after 0.20 s");
  expect(speed({ ...usage, completion_tokens: 1 }, 0, 200, 200)).toBe("1 tokens, the first after 0.20 s");
  expect(speed(undefined, 0, 200, 200)).toBe("the first after 0.20 s");
});
