/** Stands in for the component that would load an icon from the server. */
export default function InlineSvg() {
  return <svg />;
}
