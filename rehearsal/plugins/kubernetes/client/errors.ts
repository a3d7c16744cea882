/** The API server's answer to a request it did not carry out. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly code: number;
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`, ... */
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

/** No answer at all: wrong address, server down, broken certificate or kubeconfig. */
export class Unreachable extends Error {
  constructor(server: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    super(`configured Kubernetes cluster is unreachable: ${server}: ${reason}`, { cause });
  }
}

/** The server knows no such kind (yet). */
export class NoMatch extends Error {
  constructor(apiVersion: string, kind: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

export function isApiError(error: unknown, reason: string): error is ApiError {
  return error instanceof ApiError && error.reason === reason;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
