/** Looks whether a running stack does what it should: `node rehearsal/verify/main.ts --kubeconfig F --namespace N`. */
import { parseArgs } from "node:util";

import { endOnSignal } from "../process.ts";
import { ensureTools } from "../tools/index.ts";
import { checks } from "./checks/index.ts";
import { connect } from "./cluster.ts";
import { verify } from "./verify.ts";

const usage = `node rehearsal/verify/main.ts --kubeconfig <file> --namespace <where the stack's own parts run>
  One line per check: ✔ holds, ✘ fails, ○ cannot be known because the pods are simulated, – not in this stack.
  Ends with 1 when something fails.`;

endOnSignal();
process.exitCode = await main();

async function main(): Promise<number> {
  const { kubeconfig, namespace } = options();
  if (!kubeconfig || !namespace) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const { kubectl } = await ensureTools(["kubectl"]);
  return verify(checks, connect({ kubectl, kubeconfig }), namespace, (line) => process.stdout.write(`${line}\n`));
}

/** Without a value that makes sense, the usage says what would. */
function options(): { kubeconfig?: string; namespace?: string } {
  try {
    return parseArgs({ options: { kubeconfig: { type: "string" }, namespace: { type: "string" } } }).values;
  } catch {
    return {};
  }
}
