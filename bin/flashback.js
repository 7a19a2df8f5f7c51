#!/usr/bin/env node
// In a checkout the TypeScript source runs as it is; an installed package has dist/ only.
import { existsSync } from 'node:fs';

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`flashback needs Node 24 or later, this is ${process.version}. In a checkout use "npm run flashback --", which brings its own.`);
  process.exit(1);
}
const source = new URL('../src/cli.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/cli.js', import.meta.url).href);
