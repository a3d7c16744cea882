import { resourceRule, violation } from "../rule";

export const rolesNameWhatTheyPermit = resourceRule({
  name: "roles-name-what-they-permit",
  why: "A wildcard also covers what is added later, Secrets and the right to make more roles included.",
  fix: "list the API groups, resources and verbs that are used",
  check: (object) => {
    const isRole = object.is("rbac.authorization.k8s.io", "Role", "ClusterRole");
    const isBinding = object.is("rbac.authorization.k8s.io", "RoleBinding", "ClusterRoleBinding");
    const permitted = isRole ? object.at("rules").items() : [];
    const role = object.at("roleRef", "name");
    return [
      ...permitted
        .flatMap((rule) => ["apiGroups", "resources", "verbs"].flatMap((key) => rule.at(key).items()))
        .filter(({ value }) => value === "*")
        .map((field) => violation(field, "a name")),
      ...(isBinding && role.value === "cluster-admin" ? [violation(role, "a role of its own")] : []),
    ];
  },
});
