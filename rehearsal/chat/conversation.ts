import { createInterface } from "node:readline";
import { styleText } from "node:util";

import { answer, type Gateway, GatewayError, type Message, type Usage } from "./answer.ts";

/** Somebody to talk to: a model behind a gateway, and everything said so far. */
export class Conversation {
  readonly model: string;
  private readonly gateway: Gateway;
  private readonly signal: AbortSignal;
  private messages: Message[] = [];

  constructor(gateway: Gateway, model: string, signal: AbortSignal) {
    this.gateway = gateway;
    this.model = model;
    this.signal = signal;
  }

  /** Asks a question and prints the answer as it comes, then its speed. A question that failed is forgotten. */
  async ask(question: string): Promise<void> {
    const messages = [...this.messages, { role: "user", content: question } as const];
    const stream = answer(this.gateway, this.model, messages, this.signal);
    const asked = performance.now();
    let first: number | undefined;
    let text = "";
    for (;;) {
      const { done, value } = await stream.next();
      if (done) {
        process.stdout.write("\n");
        aside(speed(value, asked, first ?? performance.now()));
        break;
      }
      first ??= performance.now();
      process.stdout.write(value);
      text += value;
    }
    this.messages = [...messages, { role: "assistant", content: text }];
  }

  /** Answers the lines of standard input until it ends, `/quit`, or the signal. */
  async readQuestions(): Promise<void> {
    const terminal = process.stdin.isTTY;
    const lines = createInterface({ input: process.stdin, output: terminal ? process.stdout : undefined });
    lines.setPrompt(styleText("bold", "you › "));
    lines.on("SIGINT", () => process.emit("SIGINT")); // the terminal hands Ctrl-C to the line editor
    this.signal.addEventListener("abort", () => lines.close());
    if (terminal) lines.prompt();
    for await (const line of lines) {
      const question = line.trim();
      if (question === "/quit") break;
      if (question === "/new") this.messages = [];
      else if (question !== "") await this.answerLine(question, terminal);
      if (terminal) lines.prompt();
    }
    lines.close();
  }

  private async answerLine(question: string, terminal: boolean): Promise<void> {
    if (terminal) process.stdout.write(styleText("bold", `${this.model} › `));
    try {
      await this.ask(question);
    } catch (error) {
      if (!terminal || !(error instanceof GatewayError)) throw error;
      aside(`\n${error.message}`);
    }
  }
}

/** `42 tokens, 38.9 tokens/s, the first after 0.21 s`; times in milliseconds. */
export function speed(usage: Usage | undefined, asked: number, first: number, ended = performance.now()): string {
  const wait = `the first after ${((first - asked) / 1000).toFixed(2)} s`;
  if (usage === undefined) return wait;
  const tokens = usage.completion_tokens;
  const rate = ended > first ? (tokens - 1) / ((ended - first) / 1000) : 0;
  return `${tokens} tokens, ${rate > 0 ? `${rate.toFixed(1)} tokens/s, ` : ""}${wait}`;
}

/** Prints what belongs to no answer. */
function aside(text: string): void {
  process.stderr.write(`${styleText("dim", text, { stream: process.stderr })}\n`);
}
