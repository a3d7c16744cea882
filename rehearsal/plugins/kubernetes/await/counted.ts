import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../objects/object.ts";
import { POLLED_TIMEOUT, READY, type Rule, waiting } from "./rule.ts";

/** Rules that look at one field of the object. */

export const replicationController: Rule = {
  fixedLimit: 600,
  timeoutText: POLLED_TIMEOUT,
  check(object) {
    const { spec, status } = object as KubeObject & {
      spec: { replicas?: number };
      status?: { availableReplicas?: number };
    };
    const [available, wanted] = [status?.availableReplicas ?? 0, spec.replicas ?? 1];
    return available === wanted ? READY : waiting(`${available} of ${wanted} replicas available`);
  },
};

export const resourceQuota: Rule = {
  fixedLimit: 60,
  timeoutText: POLLED_TIMEOUT,
  check(object) {
    const { spec, status } = object as KubeObject & { spec: { hard?: object }; status?: { hard?: object } };
    return isDeepStrictEqual(spec.hard, status?.hard) ? READY : waiting("the quota is not enforced yet");
  },
};

/** Type of a Secret whose data a controller writes. */
export const TOKEN_SECRET = "kubernetes.io/service-account-token";

export const serviceAccountToken: Rule = {
  fixedLimit: 5,
  timeoutText: POLLED_TIMEOUT,
  check(object) {
    const isFilled = Object.keys(object["data"] ?? {}).length > 0;
    return isFilled ? READY : waiting("the token has not been written");
  },
};
