/** Stands in for the editor of code, which Grafana brings. */
export function ReactMonacoEditor({ value }: { value?: string }) {
  return <pre>{value}</pre>;
}
