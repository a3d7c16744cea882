import { imagesAreExact } from "../../policies/rules/images-are-exact";
import { cataloguedCluster, deployment, imageCatalog, postgresCluster, service } from "./builders";
import { describeRule } from "./judge";

const PATH = "spec.template.spec.containers[backend].image";

function withImage(image: string) {
  return deployment({ [PATH]: image });
}

const CATALOGUED = "spec.images[0].image";

function refused(image: string) {
  return [withImage(image), `${PATH} is "${image}", must be a digest or a full version tag`] as const;
}

describeRule(imagesAreExact, {
  passes: {
    "a full version tag": withImage("ghcr.io/kedacore/keda:2.20.2"),
    "a full version in a longer tag": withImage("docker.io/library/redis:v7.2.11-bookworm"),
    "a digest": withImage(`docker.io/library/redis@sha256:${"a".repeat(64)}`),
    "a digest beside a tag that moves": withImage(`docker.io/library/redis:latest@sha256:${"0".repeat(64)}`),
    "a registry with a port": withImage("registry.example.com:5000/redis:7.2.11"),
    "PostgreSQL's two-part versions": postgresCluster(),
    "the versions of both programs in TimescaleDB's image": imageCatalog(),
    "a PostgreSQL cluster that leaves it to a catalogue": cataloguedCluster(),
    "objects without images": service(),
  },
  refuses: {
    ...Object.fromEntries(
      [
        "docker.io/library/redis",
        "docker.io/library/redis:latest",
        "docker.io/library/redis:7",
        "docker.io/library/redis:7.2",
        `docker.io/library/redis@sha256:${"a".repeat(65)}`,
        "registry.example.com:5000/redis",
        "registry.example.com:5000.1.2/redis",
        `docker.io/library/redis@sha256:${"a".repeat(63)}`,
        `docker.io/library/redis:latest@sha256:${"g".repeat(64)}`,
        "docker.io/timescale/timescaledb-ha:pg16-ts2.22.1-oss",
        "docker.io/timescale/timescaledb-ha:pg16.10-ts2.22-oss",
        "docker.io/timescale/timescaledb-ha:pg16.10",
      ].map((image) => [image, refused(image)] as const),
    ),
    "no image": [
      deployment({ "spec.template.spec.containers[backend].image": undefined }),
      "spec.template.spec.containers[backend].image is absent, must be a digest or a full version tag",
    ],
    "an init container's image": [
      deployment({ "spec.template.spec.initContainers[init].image": "busybox" }),
      'spec.template.spec.initContainers[init].image is "busybox", must be a digest or a full version tag',
    ],
    "a PostgreSQL cluster on whatever is newest": [
      postgresCluster({ "spec.imageName": "ghcr.io/cloudnative-pg/postgresql:16" }),
      'spec.imageName is "ghcr.io/cloudnative-pg/postgresql:16", must be a digest or a full version tag',
    ],
    "a PostgreSQL cluster that leaves it to its operator": [
      postgresCluster({ "spec.imageName": undefined }),
      "spec.imageName is absent, must be a digest or a full version tag",
    ],
    "a PostgreSQL cluster that refers to something without images": [
      cataloguedCluster({ "spec.imageCatalogRef.kind": "Database" }),
      "spec.imageName is absent, must be a digest or a full version tag",
    ],
    "an inexact image beside a catalogue": [
      cataloguedCluster({ "spec.imageName": "postgres:16" }),
      'spec.imageName is "postgres:16", must be a digest or a full version tag',
    ],
    "an image of a catalogue": [
      imageCatalog({ [CATALOGUED]: "docker.io/timescale/timescaledb-ha:pg16" }),
      `${CATALOGUED} is "docker.io/timescale/timescaledb-ha:pg16", must be a digest or a full version tag`,
    ],
    "a catalogue without images": [
      imageCatalog({ "spec.images": undefined }),
      "spec.images.image is absent, must be a digest or a full version tag",
    ],
    "an entry of a catalogue without an image": [
      imageCatalog({ [CATALOGUED]: undefined }),
      `${CATALOGUED} is absent, must be a digest or a full version tag`,
    ],
  },
});
