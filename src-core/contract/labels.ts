// How a person marks a server: its environment, which guards go by, and colour, group and tags.

export const environments = ['lab', 'dev', 'stage', 'prod'] as const;
export type Environment = (typeof environments)[number];

export const profileColours = ['grey', 'blue', 'teal', 'green', 'yellow', 'orange', 'red', 'violet'] as const;
export type ProfileColour = (typeof profileColours)[number];

/** How a person marked a kept connection. */
export interface NodeLabel {
  readonly colour: ProfileColour | null;
  readonly group: string | null;
  readonly tags: readonly string[];
}
