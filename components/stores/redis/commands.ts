import { lines, MASTER, QUORUM, REDIS_PORT, SENTINEL_PORT } from "./configuration";

/** Time a Sentinel lets its server catch up with the master before it takes part in votes, in seconds. */
const CATCH_UP_SECONDS = 60;
/** Time a server that would be the master waits for one other Sentinel to agree, in seconds. */
const SECOND_OPINION_SECONDS = 60;
/** More Sentinels than there are: with this quorum, none ever holds the master for dead. */
const NO_QUORUM = 100;

/** The client of the image. The password comes from its file, never from the command line. */
const client = (port: number) => `redis-cli --tls --cacert /run/tls/ca.crt -p ${port}`;
const LOG_IN = 'export REDISCLI_AUTH="$(cat /run/credentials/password)"';

/** Succeeds when the server has loaded its data and answers. */
const answers = (port: number) => `${client(port)} ping | grep -q PONG`;
/** Succeeds on the master, and on a replica that has its data. */
const holdsData = `${answers(REDIS_PORT)} && ${client(REDIS_PORT)} info replication | grep -q -e ^role:master -e ^master_link_status:up`;

/** Probe: the server, or Sentinel, answers. */
export function pingCommand(port: number): string[] {
  return ["sh", "-c", `${LOG_IN}; ${answers(port)}`];
}

/** Probe: the server is the master, or has the master's data. A rolling update so never takes the last good copy away. */
export function dataCommand(): string[] {
  return ["sh", "-c", `${LOG_IN}; ${holdsData}`];
}

/** Probe: Sentinel takes part in votes. Before that it starts once more, and would be away for a moment. */
export function votesCommand(): string[] {
  const master = `${client(SENTINEL_PORT)} sentinel master ${MASTER}`;
  return ["sh", "-c", `${LOG_IN}; ${master} | grep -A 1 -x quorum | grep -q -x ${QUORUM}`];
}

/** Starts the only server. */
export function singleScript(): string {
  return lines("exec redis-server /etc/redis/redis.conf");
}

/**
 * Starts a server as master or replica. Every failover has a number, the epoch: of all Sentinels that answer, and of what this
 * volume's own file remembers, the highest one is right. Where nobody knows anything, this is the first start and pod 0 is master.
 * Who would be master waits for the answer of another pod: a failover takes two of three, so both others know of one that it missed.
 * The address is asked for after the epoch: while a failover ends, "sentinel master" still names the former master under the new
 * epoch, which would make that one a second master.
 */
export function startScript(name: string, domain: string): string {
  return lines(
    "set -eu",
    LOG_IN,
    `self="$HOSTNAME.${domain}"`,
    "# What this volume knows; each line: epoch, master.",
    "remembered() {",
    `  echo "-1 ${name}-0.${domain}"`,
    `  awk '$3 != "${MASTER}" { next } $2 == "monitor" { master = $4 } $2 == "config-epoch" { epoch = $4 }`,
    "    END { if (master) print epoch + 0, master }' /data/sentinel.conf 2>/dev/null || true",
    "}",
    "# What the other pods know, in the same form.",
    "told() {",
    "  for index in 0 1 2; do",
    `    [ "$HOSTNAME" != "${name}-$index" ] || continue`,
    `    printf "sentinel master ${MASTER}\\nsentinel get-master-addr-by-name ${MASTER}\\n" |`,
    `      timeout 3 ${client(SENTINEL_PORT)} -h "${name}-$index.${domain}" 2>/dev/null |`,
    `      awk 'NR % 2 { key = $0; next } { value[key] = $0 } END { if (value["ip"]) print value["config-epoch"], key }'`,
    "  done",
    "}",
    `deadline=$(($(date +%s) + ${SECOND_OPINION_SECONDS}))`,
    "while :; do",
    '  others="$(told)"',
    '  master="$({ remembered; [ -z "$others" ] || echo "$others"; } | sort -s -n -k 1,1 | tail -n 1 | cut -d " " -f 2)"',
    '  if [ "$master" != "$self" ] || [ -n "$others" ] || [ "$(date +%s)" -ge "$deadline" ]; then break; fi',
    '  echo "would be master; waiting for another Sentinel to agree"',
    "  sleep 1",
    "done",
    'set -- /etc/redis/redis.conf --replica-announce-ip "$self"',
    `[ "$master" = "$self" ] || set -- "$@" --replicaof "$master" ${REDIS_PORT}`,
    'echo "starting as $self; master is $master"',
    'exec redis-server "$@"',
  );
}

/**
 * Starts Sentinel from the volume's file, made at the first start. At first it only tells what it knows. Once its server has the
 * master's data it starts again and takes part in votes: after a stop of all pods, replicas that came back before the master would
 * otherwise elect one of themselves, whose data may be older. Sentinel also learns of replicas at its start, and rarely later.
 */
export function sentinelScript(domain: string): string {
  return lines(
    "set -eu",
    LOG_IN,
    "file=/data/sentinel.conf",
    'if [ ! -s "$file" ]; then',
    `  { cat /etc/redis/sentinel.conf; echo "sentinel announce-ip $HOSTNAME.${domain}"; } > /data/sentinel.new`,
    '  mv /data/sentinel.new "$file"',
    "fi",
    "use_quorum() {",
    `  awk -v quorum="$1" '$2 == "monitor" { $6 = quorum } { print }' "$file" > /data/sentinel.new`,
    '  mv /data/sentinel.new "$file"',
    "}",
    `use_quorum ${NO_QUORUM}`,
    'redis-sentinel "$file" &',
    "adviser=$!",
    `trap 'kill "$adviser"; exit' TERM`,
    `patience=${CATCH_UP_SECONDS}`,
    `until [ "$patience" -eq 0 ] || { ${holdsData}; }; do`,
    "  sleep 1",
    "  patience=$((patience - 1))",
    "done",
    "trap - TERM",
    'kill "$adviser" || true',
    'wait "$adviser" || true',
    `use_quorum ${QUORUM}`,
    'exec redis-sentinel "$file"',
  );
}
