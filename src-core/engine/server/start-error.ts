// Why the server does not start; whoever launched it says so and ends.

export class StartError extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'StartError';
  }
}
