import { PolicyPack } from "@pulumi/policy";
import { policy } from "./pack";
import { rules } from "./rules";

new PolicyPack("ai-platform-policies", { enforcementLevel: "mandatory", policies: rules.map(policy) });
