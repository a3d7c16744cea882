import type { Flows } from "../support/edges";

/** The flows of a stack as a page that reviewers read. */
export function flowsPage({ open, dangling, access }: Flows): string {
  const section = (title: string, lines: readonly string[]) => [
    `# ${title}`,
    ...(lines.length > 0 ? lines : ["none"]),
    "",
  ];
  return [
    ...section("Flows between pods, all others are denied", open),
    ...section("Flows with one half missing", dangling),
    ...section("Flows with what is no pod of ours", access),
  ].join("\n");
}
