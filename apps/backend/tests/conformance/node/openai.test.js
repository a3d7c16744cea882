// The official Node client works unchanged. BASE_URL and API_KEY say where and as whom.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { AuthenticationError, BadRequestError, NotFoundError, toFile } from "openai";

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: process.env.API_KEY, timeout: 30_000 });
const question = { model: "small", messages: [{ role: "user", content: "2+2?" }] };
const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } }];

async function collect(items) {
  const collected = [];
  for await (const item of items) collected.push(item);
  return collected;
}

test("chat", async () => {
  const completion = await client.chat.completions.create(question);
  assert.equal(completion.choices[0].message.content, "four");
  assert.equal(completion.usage.total_tokens, 7);
});

test("streaming, with usage at the end when asked for", async () => {
  const stream = await client.chat.completions.create({
    ...question,
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = await collect(stream);
  assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), "four");
  assert.deepEqual(chunks.at(-1).usage, { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 });
});

test("a stream that the client ends is over", async () => {
  const stream = await client.chat.completions.create({ ...question, stream: true });
  for await (const chunk of stream) {
    assert.ok(chunk.id);
    break;
  }
  assert.equal((await client.chat.completions.create(question)).choices.length, 1);
});

test("tools, whole and streamed", async () => {
  const completion = await client.chat.completions.create({ ...question, tools });
  assert.equal(completion.choices[0].message.tool_calls[0].function.arguments, '{"city":"Oslo"}');
  const streamed = await client.chat.completions.stream({ ...question, tools }).finalChatCompletion();
  assert.equal(streamed.choices[0].message.tool_calls[0].function.arguments, '{"city":"Oslo"}');
});

test("JSON mode", async () => {
  const completion = await client.chat.completions.create({ ...question, response_format: { type: "json_object" } });
  assert.deepEqual(JSON.parse(completion.choices[0].message.content), { answer: 4 });
});

test("embeddings", async () => {
  const found = await client.embeddings.create({ model: "small", input: ["a", "b"], encoding_format: "float" });
  assert.deepEqual(
    found.data.map((row) => row.embedding),
    [
      [0.5, -1, 2],
      [0.5, -1, 2],
    ],
  );
});

test("models", async () => {
  assert.deepEqual(
    (await collect(client.models.list())).map((model) => model.id),
    ["small"],
  );
});

test("errors have the classes and codes of OpenAI's service", async () => {
  await assert.rejects(client.chat.completions.create({ ...question, model: "imaginary" }), NotFoundError);
  await assert.rejects(client.chat.completions.create({ ...question, temperature: 9 }), BadRequestError);
  const stranger = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: "sk-wrong" });
  await assert.rejects(stranger.models.list(), (error) => {
    assert.ok(error instanceof AuthenticationError);
    assert.equal(error.code, "invalid_api_key");
    return true;
  });
});

test("files and batches", async () => {
  const line = { custom_id: "c1", method: "POST", url: "/v1/chat/completions", body: question };
  const file = await client.files.create({
    file: await toFile(Buffer.from(JSON.stringify(line)), "in.jsonl"),
    purpose: "batch",
  });
  let batch = await client.batches.create({
    input_file_id: file.id,
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
  });
  const deadline = Date.now() + 60_000;
  while (batch.status !== "completed" && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    batch = await client.batches.retrieve(batch.id);
  }
  assert.equal(batch.status, "completed");
  const output = await (await client.files.content(batch.output_file_id)).text();
  assert.equal(JSON.parse(output).response.body.choices[0].message.content, "four");
});
