import { isFetchError } from '@grafana/runtime';

/** The sentence that says what went wrong, wherever the failure holds it. */
export function errorMessage(error: unknown): string {
  if (isFetchError<{ message?: string; error?: string }>(error)) {
    return error.data?.message || error.data?.error || error.statusText || String(error.status);
  }
  return error instanceof Error ? error.message : String(error);
}
