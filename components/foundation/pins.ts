/** A Helm chart, pinned exactly. `source` is an OCI folder (`oci://...`, the chart's name is appended) or a repository URL. */
export interface ChartPin {
  readonly name: string;
  readonly source: string;
  readonly version: string;
}

/** A container image, pinned to a tag that is never moved; `digest` wins over the tag where it is known. */
export interface ImagePin {
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
}
