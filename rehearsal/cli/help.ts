export const help = `Usage: make <command> [STACK=dev] [KUBECONFIG=<file>]
   or: rehearsal/bootstrap.sh <command> [--stack dev] [--kubeconfig <file>] [--state <folder>]

Commands
  up       bring the stack up and wait until everything in it is ready
  preview  show what up would change
  status   what runs, and the outputs of the stack
  verify   whether it does what it should, a line per check
  logs     what the pods of one service write: make logs SERVICE=backend [FOLLOW=1]
  kubectl  kubectl on the stack's cluster: make kubectl ARGS="get pods -A"
  chat     talk to the stack's gateway on this terminal
  down     destroy the stack and, for a rehearsal, its cluster
  stacks   the stacks there are and their files, as JSON
  help     this text

Options
  --stack       which Pulumi.<stack>.yaml, in the root or in a folder of examples/          (default dev)
  --kubeconfig  a real cluster; without it, a rehearsal: a real Kubernetes API on this
                machine with simulated nodes and pods
  --show-secrets  status prints secret outputs in clear
  --service, --follow  whose logs to show, and whether to go on as they come
  --state       folder that holds rehearsals                                       (default .rehearsal)

Environment
  REAL=1                            up gives a rehearsal a real node, on Linux as root, for pods whose images can be made here
  YES=1                             answer Pulumi's question on a real cluster with yes
  PULUMI_BACKEND_URL                where the state of a real cluster is kept (default: a folder in .state)
  PULUMI_CONFIG_PASSPHRASE[_FILE]   encrypts the secrets of a real cluster    (default: made once, in .state)
  AI_PLATFORM_PLUGINS               official or stand-in          (default: official when they can be had)
  AI_PLATFORM_CACHE                 where tools are kept                  (default ~/.cache/ai-platform)

An interrupted command is continued by the same command.
`;
