require('@testing-library/jest-dom');
const { configure } = require('@testing-library/react');
const { TextDecoder, TextEncoder } = require('util');

// The translation library greets on its way up.
jest.spyOn(console, 'info').mockImplementation(() => undefined);

// Whether each element of a large page is hidden takes seconds to find out.
configure({ defaultHidden: true });

Object.assign(global, { TextDecoder, TextEncoder });

// What jsdom leaves out and Grafana's components ask for. Without a size, a
// virtual list shows no options; without text metrics, an input has no width.
Object.defineProperty(global, 'matchMedia', {
  writable: true,
  value: (media) => ({ matches: false, media, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} }),
});
global.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
global.IntersectionObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
HTMLCanvasElement.prototype.getContext = () => ({ measureText: (text) => ({ width: text.length * 8 }) });
Element.prototype.getBoundingClientRect = () => ({ width: 800, height: 800, top: 0, left: 0, bottom: 800, right: 800, x: 0, y: 0, toJSON() {} });
for (const side of ['clientHeight', 'clientWidth', 'offsetHeight', 'offsetWidth']) {
  Object.defineProperty(HTMLElement.prototype, side, { configurable: true, value: 800 });
}
