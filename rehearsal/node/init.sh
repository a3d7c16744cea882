#!/bin/sh
# The first process of the real node, in namespaces of its own (processes, mounts, network, host name): what it mounts,
# routes and filters is the node's alone and ends with it. Arguments: the node's folder, its name. Reads one line from
# standard input once its link to the machine is there.
set -eu
folder=$1
name=$2

mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/node /run/lock
mount --bind "$folder" /run/node
home=/run/node
logs=$home/logs
configuration=$home/configuration

# The kubelet and the network plugins write below these whatever they are told; the machine's own stay as they are.
layer() {
  mkdir -p "/run/layers/$1/upper" "/run/layers/$1/work"
  mount -t overlay overlay -o "lowerdir=$1,upperdir=/run/layers/$1/upper,workdir=/run/layers/$1/work" "$1"
}
layer /var/lib
layer /var/log

# The kubelet sets these for the whole machine. It finds them set, and leaves the machine's own alone.
shield() {
  value=/run/shields/$(echo "$1" | tr / -)
  mkdir -p /run/shields
  echo "$2" >"$value"
  mount --bind "$value" "/proc/sys/$1"
}
shield vm/overcommit_memory 1
shield vm/panic_on_oom 0
shield kernel/panic 10
shield kernel/panic_on_oops 1
shield kernel/keys/root_maxkeys 1000000
shield kernel/keys/root_maxbytes 25000000

hostname "$name"
echo 1 >/proc/sys/net/ipv4/ip_forward
ip link set lo up
read -r _

# supervise NAME COMMAND...: a program that ends is started again.
supervise() {
  program=$1
  shift
  while :; do
    "$@" >>"$logs/$program.log" 2>&1 </dev/null || true
    echo "rehearsal: $program has ended and is started again" >>"$logs/$program.log"
    sleep 0.5
  done
}

supervise containerd containerd --config "$configuration/containerd.toml" &
supervise policies "$NODE_BINARY" "$POLICIES" "$configuration/kubeconfig.yaml" "$PODS" "$NODE_ADDRESS" "$MACHINE" &
supervise volumes "$NODE_BINARY" "$VOLUMES" "$configuration/kubeconfig.yaml" "$home/volumes" &
supervise kube-proxy kube-proxy --config "$configuration/kube-proxy.yaml" &
# No pod runs before its images are there and its network is filtered.
until [ -e "$home/images/complete" ] && nft list table inet rehearsal_policies >/dev/null 2>&1; do sleep 0.05; done
supervise kubelet kubelet --config "$configuration/kubelet.yaml" --kubeconfig "$configuration/kubeconfig.yaml" \
  --root-dir "$home/kubelet" --hostname-override "$name" --node-ip "$NODE_ADDRESS" --node-labels "$NODE_LABELS" &
wait
