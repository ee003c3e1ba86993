const REG_NAME = /^[A-Za-z0-9\-._~%!$&'()*+,;=]*$/;
const ADDRESS_6 = /^\[[0-9A-Fa-f:.]+\]$/;

export interface Authority {
  /** Lower case. */
  readonly host: string;
  readonly port: string | undefined;
}

/** Takes a Host header apart. @returns undefined when it is none */
export function splitAuthority(text: string): Authority | undefined {
  const colon = text.endsWith(']') ? -1 : text.lastIndexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const port = colon < 0 ? undefined : text.slice(colon + 1);
  if (port !== undefined && !/^\d{0,5}$/.test(port)) return undefined;
  if (!REG_NAME.test(name) && !ADDRESS_6.test(name)) return undefined;
  return { host: name.toLowerCase(), port };
}
