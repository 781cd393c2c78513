import { isFetchError } from '@grafana/runtime';

/** The message of an error, in any of the forms that Grafana uses. */
export function errorMessage(error: unknown): string {
  if (isFetchError<{ message?: string; error?: string }>(error)) {
    return error.data?.message || error.data?.error || error.statusText || String(error.status);
  }
  return error instanceof Error ? error.message : String(error);
}
