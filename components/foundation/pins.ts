/** A Helm chart, pinned exactly. `source` is an OCI folder (`oci://...`, the chart's name is appended) or a repository URL. */
export interface ChartPin {
  readonly name: string;
  readonly source: string;
  readonly version: string;
}

/** A container image, pinned to an exact version. */
export interface ImagePin {
  readonly repository: string;
  readonly tag: string;
  /**
   * Digest of the index of all platforms, which wins over the tag: a tag can be moved. Once it is here, Renovate changes it together
   * with the tag.
   */
  readonly digest?: string;
}
