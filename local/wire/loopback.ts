/**
 * Why a request is refused, or null. The server listens on the loopback interface only, but a web page could reach
 * it through a host name that resolves to it, or by a request from another origin: both are turned away.
 */
export function hostRefusal(host: string | undefined, origin: string | undefined): string | null {
  if (!isLoopback(host ?? "")) {
    return `The Host header "${(host ?? "").slice(0, 100)}" is no loopback address: use http://127.0.0.1 or http://localhost with the port.`;
  }
  if (origin !== undefined && !isLoopback(origin.replace(/^https?:\/\//, ""))) {
    return `Requests of web pages from other origins ("${origin.slice(0, 100)}") are refused.`;
  }
  return null;
}

const isLoopback = (host: string): boolean =>
  /^(localhost|([a-z0-9-]+\.)+localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host);
