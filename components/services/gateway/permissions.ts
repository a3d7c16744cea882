/** All that the gateway's token permits, within one namespace. */
export const endpointSliceRules = [
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
];
