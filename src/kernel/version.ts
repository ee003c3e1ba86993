declare const TEAL_VERSION: string | undefined;

/** The package's version; the build fills it in, and sources run by tests say so. */
export const version = (): string => (typeof TEAL_VERSION === 'string' ? TEAL_VERSION : '0.0.0-source');
