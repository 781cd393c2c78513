import { type Ref, type SVGProps } from 'react';

interface Props extends SVGProps<SVGSVGElement> {
  innerRef?: Ref<SVGSVGElement>;
  cacheRequests?: boolean;
  loader?: unknown;
  src?: string;
  title?: string;
}

/** Stands in for the component that would load an icon from the server. */
export default function InlineSvg({ innerRef, cacheRequests, loader, src, title, ...svg }: Props) {
  return (
    <svg ref={innerRef} {...svg}>
      {title && <title>{title}</title>}
    </svg>
  );
}
