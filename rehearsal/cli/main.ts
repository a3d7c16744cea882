import { endOnSignal } from "../process.ts";
import { parse, UsageError } from "./arguments.ts";
import { down } from "./down.ts";
import { help } from "./help.ts";
import { preview, up } from "./operations.ts";
import { status } from "./status.ts";
import { targetOf } from "./target.ts";

const operations = { up, preview, down, status };

endOnSignal();
process.exitCode = await main(process.argv.slice(2));

async function main(line: readonly string[]): Promise<number> {
  try {
    const options = parse(line);
    if (options.command === "help") {
      process.stdout.write(help);
      return 0;
    }
    return await operations[options.command](await targetOf(options));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const usage = error instanceof UsageError;
    process.stderr.write(`${error.message}\n${usage ? "  rehearsal/bootstrap.sh help shows what there is.\n" : ""}`);
    return usage ? 2 : 1;
  }
}
