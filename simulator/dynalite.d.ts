/** dynalite carries no types; this is what is used of it. https://github.com/architect/dynalite */
declare module 'dynalite' {
  import type { Server } from 'node:http';
  export default function dynalite(options: { createTableMs?: number }): Server;
}
