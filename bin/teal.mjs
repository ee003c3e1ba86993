#!/usr/bin/env node
import { ensureBuilt, ensureInstalled } from './setup.mjs';

ensureInstalled();
await ensureBuilt();
await import('../dist/teal.js');
