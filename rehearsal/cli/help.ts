export const help = `Usage: make <command> [STACK=dev] [KUBECONFIG=<file>]
   or: rehearsal/bootstrap.sh <command> [--stack dev] [--kubeconfig <file>] [--state <folder>]

Commands
  up       bring the stack up and wait until everything in it is ready
  preview  show what up would change
  status   what runs, and the outputs of the stack
  down     destroy the stack and, for a rehearsal, its cluster
  help     this text

Options
  --stack       which Pulumi.<stack>.yaml; dev needs 4 vCPU and 8 GiB and no GPU            (default dev)
  --kubeconfig  a real cluster; without it, a rehearsal: a real Kubernetes API on this
                machine with simulated nodes and pods
  --show-secrets  status prints secret outputs in clear
  --state       folder that holds rehearsals                                       (default .rehearsal)

Environment
  YES=1                             answer Pulumi's question on a real cluster with yes
  PULUMI_BACKEND_URL                where the state of a real cluster is kept (default: a folder in .state)
  PULUMI_CONFIG_PASSPHRASE[_FILE]   encrypts the secrets of a real cluster    (default: made once, in .state)
  AI_PLATFORM_PLUGINS               official or stand-in          (default: official when they can be had)
  AI_PLATFORM_CACHE                 where tools are kept                  (default ~/.cache/ai-platform)

An interrupted command is continued by the same command.
`;
