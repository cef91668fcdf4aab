// How a node is named in calls and views, and where a server is.

/** Given by the host, for as long as the node is in the fleet. */
export type NodeId = string;

export interface Address {
  readonly host: string;
  readonly port: number;
}
