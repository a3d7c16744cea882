import { rolesNameWhatTheyPermit } from "../../policies/rules/roles-name-what-they-permit";
import { deployment, object, role, roleBinding } from "./builders";
import { describeRule } from "./judge";

describeRule(rolesNameWhatTheyPermit, {
  passes: {
    "a role with names": role(),
    "a binding to a role of its own": roleBinding(),
    "other kinds": deployment({ rules: [{ verbs: ["*"] }], roleRef: { name: "cluster-admin" } }),
  },
  refuses: {
    "all verbs": [role({ "rules[0].verbs": ["*"] }), 'rules[0].verbs[0] is "*", must be a name'],
    "all resources": [role({ "rules[0].resources": ["pods", "*"] }), 'rules[0].resources[1] is "*", must be a name'],
    "all API groups of a ClusterRole": [
      object("rbac.authorization.k8s.io/v1:ClusterRole", { rules: [{ apiGroups: ["*"] }] }),
      'rules[0].apiGroups[0] is "*", must be a name',
    ],
    "the administrator's role for the cluster": [
      roleBinding({ "roleRef.name": "cluster-admin" }),
      'roleRef.name is "cluster-admin", must be a role of its own',
    ],
    "the administrator's role for a namespace": [
      object("rbac.authorization.k8s.io/v1:RoleBinding", { roleRef: { name: "cluster-admin" } }),
      'roleRef.name is "cluster-admin", must be a role of its own',
    ],
  },
});
