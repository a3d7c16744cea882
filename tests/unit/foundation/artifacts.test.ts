import { Artifacts } from "../../../components/foundation";
import { charts, images } from "../../../components/versions";

const pin = { name: "traefik", source: "oci://ghcr.io/traefik/helm", version: "41.3.0" };
const image = { repository: "docker.io/library/redis", tag: "7.2.11" };

describe("versions", () => {
  test.each(Object.entries(charts))("chart %s is pinned to one exact version", (_key, { version }) => {
    expect(version).toMatch(/^v?\d+\.\d+\.\d+$/);
  });

  test.each(Object.entries(images))(
    "image %s names its registry and a tag that does not float",
    (_key, { repository, tag }) => {
      expect(repository).toMatch(/^[a-z0-9.-]+\.[a-z]+\/.+/);
      expect(tag).toMatch(/\d+\.\d+/);
    },
  );
});

test("charts and images come from their own sources by default", () => {
  const artifacts = new Artifacts();
  expect(artifacts.chart(pin)).toEqual({ chart: "oci://ghcr.io/traefik/helm/traefik", version: "41.3.0" });
  expect(artifacts.chart({ ...pin, source: "https://charts.example.com" })).toEqual({
    chart: "traefik",
    version: "41.3.0",
    repositoryOpts: { repo: "https://charts.example.com" },
  });
  expect(artifacts.image(image)).toBe("docker.io/library/redis:7.2.11");
});

test("they come from the mirrors where these are set", () => {
  const artifacts = new Artifacts({ chartMirror: "/charts/", imageMirror: "registry.example.com/mirror" });
  expect(artifacts.chart(pin)).toEqual({ chart: "/charts/traefik-41.3.0.tgz", version: "41.3.0" });
  expect(artifacts.image(image)).toBe("registry.example.com/mirror/library/redis:7.2.11");
  expect(new Artifacts({ chartMirror: "oci://registry.example.com/charts" }).chart(pin).chart).toBe(
    "oci://registry.example.com/charts/traefik",
  );
});

test("the tag stays readable beside a digest", () => {
  expect(new Artifacts().image({ ...image, digest: "sha256:abc" })).toBe("docker.io/library/redis:7.2.11@sha256:abc");
});
