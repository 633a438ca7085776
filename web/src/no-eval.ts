import { config } from "zod";

/**
 * Schemas compile themselves with `new Function` where they can. The page's Content-Security-Policy forbids that, and a browser reports
 * the attempt. Imported before whatever makes schemas: they ask when they are made.
 */
config({ jitless: true });
