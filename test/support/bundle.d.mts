// The types of bundle.mjs, which is plain JavaScript because it runs before anything can be compiled.
export function bundleEntry(entry: string): Promise<string>;
