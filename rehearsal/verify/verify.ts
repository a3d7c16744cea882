import type { Check, Outcome } from "./check.ts";
import type { Cluster } from "./cluster.ts";

const MARKS = { holds: "✔", fails: "✘", simulated: "○", absent: "–" } as const satisfies Record<
  Outcome["verdict"],
  string
>;
const WORDS = { holds: "", fails: "", simulated: "simulated: ", absent: "not in this stack: " } as const;

/** Looks at everything, prints a line each, and returns the exit code: 1 when something fails. */
export async function verify(
  checks: readonly Check[],
  cluster: Cluster,
  namespace: string,
  print: (line: string) => void,
): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const check of checks) {
    const outcome = await lookAt(check, cluster, namespace);
    print(line(check, outcome));
    outcomes.push(outcome);
  }
  print(summary(outcomes));
  return outcomes.some(({ verdict }) => verdict === "fails") ? 1 : 0;
}

/** A check that cannot look has not seen that it holds. */
async function lookAt({ look }: Check, cluster: Cluster, namespace: string): Promise<Outcome> {
  try {
    return await look(cluster, namespace);
  } catch (error) {
    return { verdict: "fails", detail: (error as Error).message };
  }
}

function line({ title }: Check, { verdict, detail }: Outcome): string {
  return `${MARKS[verdict]} ${title.padEnd(34)} ${WORDS[verdict]}${detail}`;
}

function summary(outcomes: readonly Outcome[]): string {
  const count = (verdict: Outcome["verdict"]) => outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const simulated = count("simulated") > 0 ? `, ${count("simulated")} simulated and so not known` : "";
  return `${count("holds")} hold, ${count("fails")} fail${simulated}`;
}
